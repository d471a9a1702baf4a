//! `go.mod` and `go.work`: one grammar of lines and parenthesised blocks (go.dev/ref/mod#go-mod-file-grammar).

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Span;
use crate::version::Version;

/// What a `go.mod` or `go.work` says, as far as a build depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModFile {
    /// The module's path.
    pub module: Option<At<String>>,
    /// The least version of Go.
    pub go: Option<At<Version>>,
    /// The version of Go that is suggested.
    pub toolchain: Option<At<String>>,
    /// What it depends on.
    pub requires: Vec<At<Require>>,
    /// What is taken from elsewhere.
    pub replaces: Vec<At<Replace>>,
    /// The packages of programs that the project's own work needs.
    pub tools: Vec<At<String>>,
    /// The modules of a workspace, relative to `go.work`.
    pub uses: Vec<At<Utf8PathBuf>>,
}

/// Something and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// What stands there.
    pub value: T,
    /// Where.
    pub span: Span,
    /// The line as it is written.
    pub text: String,
}

/// A module that is depended on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Require {
    /// Its path.
    pub path: String,
    /// Its version.
    pub version: String,
    /// Whether only other modules import it.
    pub indirect: Indirect,
}

/// Who imports a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indirect {
    /// This module's own packages.
    No,
    /// Only modules that it depends on, as `// indirect` says.
    Yes,
}

/// A module that is taken from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// The module.
    pub path: String,
    /// The directory that it is taken from, as it is written; nothing when it is another module.
    pub directory: Option<Utf8PathBuf>,
}

/// Parses the text of `file`.
///
/// # Errors
/// When a block is not closed, a directive lacks its argument, or a version is none.
pub fn parse(file: &Utf8Path, text: &str) -> Result<ModFile> {
    let mut found = ModFile::default();
    let mut block: Option<(&str, Span)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let (content, comment) = line.split_once("//").unwrap_or((line, ""));
        let content = content.trim();
        let span = Span::of_line(number, line.split("//").next().unwrap_or(line));
        if content.is_empty() {
            continue;
        }
        if content == ")" {
            block = None;
            continue;
        }
        let reader =
            Line { file, span, text: content, indirect: if comment.trim().starts_with("indirect") { Indirect::Yes } else { Indirect::No } };
        if let Some((verb, _)) = block {
            reader.directive(verb, content, &mut found)?;
            continue;
        }
        let (verb, rest) = content.split_once(char::is_whitespace).unwrap_or((content, ""));
        match rest.trim() {
            "(" => block = Some((verb, span)),
            rest => reader.directive(verb.trim_end_matches('('), rest, &mut found)?,
        }
    }
    match block {
        Some((verb, span)) => Err(broken(file, span, &format!("the block `{verb} (` is not closed")).into()),
        None => Ok(found),
    }
}

struct Line<'a> {
    file: &'a Utf8Path,
    span: Span,
    text: &'a str,
    indirect: Indirect,
}

impl Line<'_> {
    fn directive(&self, verb: &str, rest: &str, found: &mut ModFile) -> Result<()> {
        let words = self.words(rest)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (verb, words.as_slice()) {
            ("module", [path]) => found.module = Some(self.at((*path).to_owned())),
            ("go", [version]) => found.go = Some(self.at(self.version(version)?)),
            ("toolchain", [name]) => found.toolchain = Some(self.at((*name).to_owned())),
            ("require", [path, version, ..]) => {
                found.requires.push(self.at(Require { path: (*path).to_owned(), version: (*version).to_owned(), indirect: self.indirect }));
            }
            ("tool", [package]) => found.tools.push(self.at((*package).to_owned())),
            ("use", [directory]) => found.uses.push(self.at(directory.into())),
            ("replace", [path, rest @ ..]) => {
                let target = rest.iter().skip_while(|word| **word != "=>").nth(1);
                let target = target.ok_or_else(|| broken(self.file, self.span, "`replace` lacks `=> TARGET`"))?;
                let directory = (target.starts_with('.') || target.starts_with('/')).then(|| Utf8PathBuf::from(*target));
                found.replaces.push(self.at(Replace { path: (*path).to_owned(), directory }));
            }
            ("module" | "go" | "toolchain" | "require" | "use" | "replace", _) => {
                return Err(broken(self.file, self.span, &format!("`{}` is no `{verb}` directive", self.text)).into());
            }
            // exclude, retract, godebug, ignore and what comes after them say nothing about how to build
            _ => {}
        }
        Ok(())
    }

    fn at<T>(&self, value: T) -> At<T> {
        At { value, span: self.span, text: self.text.to_owned() }
    }

    /// `1.22`, `1.22.3`, `1.22rc1`: what is before a release candidate counts as the release.
    fn version(&self, text: &str) -> Result<Version> {
        let number = text.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text, |end| &text[..end]);
        let parsed = number.trim_end_matches('.').parse();
        Ok(parsed.map_err(|_| broken(self.file, self.span, &format!("`{text}` is no version of Go")))?)
    }

    fn words(&self, text: &str) -> Result<Vec<String>> {
        let mut words = Vec::new();
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            let (word, after) = if first == '"' || first == '`' {
                let end = rest[1..].find(first).ok_or_else(|| broken(self.file, self.span, "a quote is not closed"))?;
                (&rest[1..=end], &rest[end + 2..])
            } else {
                rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()))
            };
            if word.contains(['\\', '"', '`', '\'']) || word.chars().any(char::is_control) {
                return Err(broken(self.file, self.span, &format!("`{word}` has a character that no module path or version has")).into());
            }
            words.push(word.to_owned());
            rest = after.trim_start();
        }
        Ok(words)
    }
}

fn broken(file: &Utf8Path, span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("go::broken-manifest", format!("`{file}` is broken: {what}"))
        .at(file, Some(span), "here")
        .help("`go mod edit -fmt` shows what Go makes of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<ModFile, (String, u32)> {
        parse("go.mod".into(), text).map_err(|error| (error.message, error.labels[0].span.map_or(0, |span| span.line)))
    }

    #[test]
    fn blocks_lines_and_comments() {
        let text = "module \"example.com/x\" // the module\r\n\r\ngo 1.22.0\ntoolchain go1.23.1\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0 // indirect\n)\nreplace example.com/a v1.0.0 => ../a\nreplace example.com/b => example.com/c v1.2.3\nexclude example.com/d v1.0.0\ntool example.com/e\n";
        let Ok(found) = read(text) else { panic!("it parses") };
        assert_eq!(found.module.map(|module| module.value), Some("example.com/x".into()));
        assert_eq!(found.go.map(|go| (go.value.to_string(), go.span)), Some(("1.22.0".into(), Span { line: 3, column: 1, length: 9 })));
        let requires: Vec<_> =
            found.requires.iter().map(|require| (require.value.path.as_str(), require.value.indirect, require.span.line)).collect();
        assert_eq!(requires, [("example.com/a", Indirect::No, 6), ("example.com/b", Indirect::Yes, 7)]);
        let replaces: Vec<_> = found.replaces.iter().map(|replace| replace.value.directory.as_deref().map(Utf8Path::as_str)).collect();
        assert_eq!(replaces, [Some("../a"), None]);
    }

    #[test]
    fn what_is_broken_is_said_with_its_line() {
        for (text, line) in [
            ("module x\nrequire (\n a v1\n", 2),
            ("module x\n\ngo one\n", 3),
            ("module\n", 1),
            ("module \"x\n", 1),
            ("module x\nreplace a b\n", 2),
            ("module x\\ny\n", 1),
        ] {
            assert_eq!(read(text).map_err(|(_, line)| line).err(), Some(line), "{text:?}");
        }
    }

    #[test]
    fn a_workspace_is_the_same_grammar() {
        let found = read("go 1.23\n\nuse ./api\nuse (\n\t./lib\n)\n")
            .map(|found| found.uses.into_iter().map(|used| used.value).collect::<Vec<_>>());
        assert_eq!(found, Ok(vec!["./api".into(), "./lib".into()]));
    }
}
