//! Build constraints: `//go:build` expressions, `// +build` lines and the systems that file names end with.

/// How deep brackets may nest before an expression is given up: nobody writes as many.
const DEPTH: usize = 64;

/// The systems that file names may end with.
const SYSTEMS: &str = "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos";
/// The processors that file names may end with and that are none of ours.
const OTHER_PROCESSORS: &str = "386 amd64p32 arm arm64be armbe loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le \
    riscv riscv64 s390 s390x sparc sparc64 wasm";

/// What a file is compiled for: Linux, and what else constraints ask about.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// `GOARCH`.
    pub processor: &'a str,
    /// Whether cgo is on.
    pub cgo: bool,
    /// The tags given to the build.
    pub tags: &'a [String],
}

impl Target<'_> {
    /// Whether the tag holds.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        match tag {
            "linux" | "unix" | "gc" => true,
            "cgo" => self.cgo,
            _ => tag == self.processor || is_release(tag) || self.tags.iter().any(|given| given == tag),
        }
    }

    /// Whether a `//go:build` expression holds; one that cannot be read constrains nothing.
    #[must_use]
    pub fn meets(&self, expression: &str) -> bool {
        let mut parser = Parser { rest: expression, target: *self };
        parser.any(0).filter(|_| parser.rest.trim_start().is_empty()).unwrap_or(true)
    }

    /// Whether the words of a `// +build` line hold: one of them, and of that one all that commas join.
    #[must_use]
    pub fn meets_line(&self, line: &str) -> bool {
        let term = |term: &str| match term.strip_prefix('!') {
            Some(tag) => !self.has(tag),
            None => self.has(term),
        };
        line.split_whitespace().any(|word| word.split(',').all(term))
    }
}

fn is_release(tag: &str) -> bool {
    tag.strip_prefix("go1.").is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit()))
}

struct Parser<'a> {
    rest: &'a str,
    target: Target<'a>,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.all(depth)?;
        while self.take("||") {
            value |= self.all(depth)?;
        }
        Some(value)
    }

    fn all(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.one(depth)?;
        while self.take("&&") {
            value &= self.one(depth)?;
        }
        Some(value)
    }

    fn one(&mut self, depth: usize) -> Option<bool> {
        if depth > DEPTH {
            return None;
        }
        if self.take("!") {
            return Some(!self.one(depth + 1)?);
        }
        if self.take("(") {
            let value = self.any(depth + 1)?;
            return self.take(")").then_some(value);
        }
        let rest = self.rest.trim_start();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
        self.rest = &rest[length..];
        (length > 0).then(|| self.target.has(&rest[..length]))
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// Whether a file of this name is compiled for Linux, as far as the name tells: no test, and no other system's.
#[must_use]
pub fn file_name_allows(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".go") else { return false };
    if name.starts_with(['_', '.']) || stem.ends_with("_test") {
        return false;
    }
    // what stands before the first underscore is a name and never a system
    let Some((_, endings)) = stem.split_once('_') else { return true };
    let mut endings = endings.rsplit('_');
    let last = endings.next().unwrap_or_default();
    let ours = |system: &str| system == "linux" || !lists(SYSTEMS, system);
    match last {
        "amd64" | "arm64" => endings.next().is_none_or(ours),
        _ if lists(OTHER_PROCESSORS, last) => false,
        _ => ours(last),
    }
}

fn lists(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|listed| listed == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_cannot_be_read_constrains_nothing() {
        let target = Target { processor: "amd64", cgo: true, tags: &[] };
        for broken in ["", "(", "linux &&", "windows linux", "!", "windows)", "&& windows"] {
            assert!(target.meets(broken), "{broken}");
        }
        assert!(target.meets(&"(".repeat(100_000)) && target.meets(&"!".repeat(100_000)));
        assert!(!target.meets("!(linux||windows)&&!cgo"));
    }
}
