//! A JavaScript or TypeScript file: what it imports, what it calls and with which values, what it names.

mod value;
mod visit;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use oxc_allocator::Allocator;
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::SourceType;

pub use self::value::{Value, is_variable};
use self::visit::Reader;
use crate::evidence::{Evidence, Rule, Span};

/// How deep files may nest what they write. What people write stays far below; a hostile file would overflow the stack.
const DEEPEST: usize = 200;
/// How many signs one statement may have between commas.
const LONGEST_STATEMENT: usize = 4000;
/// Files of more than this many bytes are bundles, which nobody wrote and which tell nothing.
const LARGEST: usize = 512 * 1024;

/// The stack, in bytes, of the thread that reads a file: one of its own, because the parser's depth is the file's.
const STACK: usize = 64 * 1024 * 1024;

/// A file, read.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its path, relative to the project's root.
    pub path: Utf8PathBuf,
    /// What it imports or requires when it runs.
    pub imports: Vec<Placed<String>>,
    /// Where those stand that are loaded with the file, whatever happens.
    at_once: BTreeSet<Span>,
    /// What it calls, constructors included.
    pub calls: Vec<Placed<Call>>,
    /// Its strings.
    pub strings: Vec<Placed<String>>,
    /// What it writes into objects: options, settings.
    pub options: Vec<Placed<(String, Value)>>,
    /// What the object says that it exports, as settings files do.
    pub exported: Vec<Placed<(String, Value)>>,
    /// What its names stand for.
    pub names: BTreeMap<String, Value>,
    /// Where it loads something whose name it computes.
    pub computed: Vec<Span>,
    /// Where it asks which file it is, and with which words: `__dirname`, `import.meta.url`, `require.main`.
    pub itself: Vec<Placed<String>>,
    /// The first thing in it that types alone do not explain: an enumeration, a parameter property.
    pub beyond_types: Option<Span>,
}

/// Something and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// The thing.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called: `app.listen`, `new Database`.
    pub name: String,
    /// With what.
    pub arguments: Vec<Value>,
}

impl Source {
    /// Reads a file. One that is broken gives what could be read.
    pub fn read(path: &Utf8Path, text: &str) -> Self {
        let mut source = Self { path: path.to_owned(), ..Self::default() };
        if text.len() > LARGEST || is_deep(text) {
            return source;
        }
        let kind = SourceType::from_path(path.as_std_path()).unwrap_or_default();
        // JSX is common in `.js` files, and CommonJS too: the grammar that takes most
        let kind = if kind.is_javascript() { kind.with_jsx(true) } else { kind };
        std::thread::scope(|scope| {
            let parse = || {
                let allocator = Allocator::default();
                let parsed = Parser::new(&allocator, text, kind).parse();
                Reader::new(&mut source, text).visit_program(&parsed.program);
            };
            // a file that cannot be read tells nothing, as one that is broken
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse).map(|thread| thread.join().is_ok());
        });
        source
    }

    /// Where it imports something of that name.
    pub fn imports(&self, name: &str) -> Option<&Placed<String>> {
        self.imports.iter().find(|import| import.value == name)
    }

    /// What is loaded with the file, whatever happens: no function and no condition stands around the import.
    pub fn imports_at_once(&self) -> impl Iterator<Item = &Placed<String>> {
        self.imports.iter().filter(|import| self.at_once.contains(&import.span))
    }

    /// A place in this file, as evidence.
    pub fn evidence(&self, span: Span, rule: Rule, said: impl Into<String>) -> Evidence {
        Evidence::at(self.path.clone(), span, rule, said)
    }
}

/// Whether a file nests deeper than the parser and the walk behind it should follow: brackets, `else`, or what one statement chains.
fn is_deep(text: &str) -> bool {
    let (mut depth, mut chained) = (0_usize, 0_usize);
    let deep = text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => (depth, chained) = (depth.saturating_sub(1), 0),
            b';' | b',' => chained = 0,
            _ => {}
        }
        chained += usize::from(byte.is_ascii_punctuation());
        depth > DEEPEST || chained > LONGEST_STATEMENT
    });
    deep || text.matches("else").count() > LONGEST_STATEMENT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Source {
        Source::read("a.ts".into(), text)
    }

    #[test]
    fn imports_are_those_of_the_run_time() {
        let source = read(
            "import a from 'a';\nimport type b from 'b';\nimport { type c } from 'c';\nconst d = require('d');\nexport * from './e';\nawait import('f');\n",
        );
        assert_eq!(source.imports.iter().map(|import| import.value.as_str()).collect::<Vec<_>>(), ["a", "d", "./e", "f"]);
    }

    #[test]
    fn what_a_bundle_would_change_is_seen() {
        let source = read("require(name);\nimport(`./${name}.js`);\nimport(`./a.js`);\nrequire.resolve('b');\nrequire('c');\n");
        assert_eq!(source.computed.iter().map(|span| span.line).collect::<Vec<_>>(), [1, 2, 4]);
        let source = read("join(__dirname, 'a');\nif (require.main === module) start();\nnew URL('./b', import.meta.url);\n");
        let words: Vec<_> = source.itself.iter().map(|word| word.value.as_str()).collect();
        assert_eq!(words, ["__dirname", "require.main", "import.meta.url"]);
    }

    #[test]
    fn a_port_is_a_variable_and_what_stands_in_for_it() {
        let port = Value::Variable("PORT".into(), Some(Box::new(Value::Number(3000))));
        for text in [
            "const port = process.env.PORT || 3000",
            "const port = +process.env['PORT']! ?? 3000",
            "const port = parseInt(process.env.PORT ?? '3000', 10)",
            "const { PORT: port = 3000 } = process.env",
            "const port = config.get('PORT', 3000)",
            "const port = process.env.PORT ? process.env.PORT : 3000",
        ] {
            let source = read(text);
            let found = source.names.get("port").cloned();
            let same =
                found == Some(port.clone()) || found == Some(Value::Variable("PORT".into(), Some(Box::new(Value::Text("3000".into())))));
            assert!(same, "{text}: {found:?}");
        }
    }

    #[test]
    fn hostile_files_are_read_or_left() {
        for text in [
            "(".repeat(100_000),
            "[".repeat(100_000),
            "!".repeat(100_000),
            "{\"a\":".repeat(50_000),
            "`${".repeat(50_000),
            "a?".repeat(50_000),
            "x => ".repeat(50_000),
            "-".repeat(9),
            String::from_utf8_lossy(&[0, 159, 146, 150]).into_owned(),
        ] {
            read(&text);
        }
    }
}
