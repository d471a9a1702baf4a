//! JavaScript's and TypeScript's front end: source text to an [`Outline`], by its syntax tree.
//!
//! What JavaScript has and outlines have not:
//! - a module's default export is its name `default`; `require` of a file of the project is that name, and what it is taken apart into are
//!   names of the module itself. `exports.a = b` binds `a`, and so does a key of `module.exports = { a: b }`;
//! - `node:` is left out of the names of Node's own modules: `node:http` is `http`;
//! - a spread in an object is an entry whose key is the name `...`, and `await` is left out;
//! - `new URL("./a", import.meta.url)` is `path.join(__dirname, "./a")`;
//! - of two branches the one comes first that is taken in production, with no other variable set.

mod checks;
mod expressions;
mod functions;
mod names;
mod patterns;
mod statements;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use oxc_allocator::Allocator;
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::SourceType;

use self::names::Names;
use crate::program::{At, Context, Outline, Value};

/// How deep files may nest what they write. What people write stays far below; a hostile file would overflow the stack.
const DEEPEST: usize = 200;
/// How many signs one statement may have between commas.
const LONGEST_STATEMENT: usize = 4000;
/// Files of more than this many bytes are bundles, which nobody wrote and which tell nothing.
const LARGEST: usize = 512 * 1024;
/// The stack, in bytes, of the thread that reads a file: one of its own, because the parser's depth is the file's.
const STACK: usize = 64 * 1024 * 1024;
/// What nests no deeper than this is read without a thread of its own.
const SHALLOW: usize = 24;

/// A file, read: its outline, and what only a bundle or a loader asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// What it says.
    pub outline: Outline,
    /// What it loads when it runs, as it is written.
    pub loads: Vec<Load>,
    /// What it writes into objects, wherever they go: options, settings.
    pub options: Vec<(String, Value, At)>,
    /// Where it loads something whose name it computes.
    pub computed: Vec<At>,
    /// Where it asks which file it is, and with which words: `__dirname`, `import.meta.url`, `require.main`.
    pub itself: Vec<(String, At)>,
    /// The first thing in it that types alone do not explain: an enumeration, a parameter property.
    pub beyond_types: Option<At>,
    /// Names of conditions that can be told: `const isProduction = process.env.NODE_ENV === "production"`.
    truths: BTreeMap<String, bool>,
}

/// A module that is loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Its name as it is written: `express`, `./routes.js`.
    pub module: String,
    /// When.
    pub context: Context,
    /// The place of the name.
    pub at: At,
}

impl Load {
    /// Whether it is loaded with the file, whatever happens: no function and no condition stands around it.
    pub fn is_certain(&self) -> bool {
        self.context.function.is_none() && !self.context.conditional
    }
}

/// Reads a file; `ending` is that of its name. What an import of the project's own leads to is told by `resolve`: the module's name, as
/// other files call it. A file that is broken gives what could be read.
pub fn read(text: &str, ending: &str, resolve: &(dyn Fn(&str) -> Option<String> + Sync)) -> Module {
    let Some(depth) = depth(text).filter(|_| text.len() <= LARGEST) else {
        return Module { outline: Outline { broken: true, ..Outline::default() }, ..Module::default() };
    };
    let kind = match ending {
        "ts" | "mts" | "cts" => SourceType::ts(),
        "tsx" => SourceType::tsx(),
        // JSX is common in `.js` files, and CommonJS too: the grammar that takes most
        _ => SourceType::unambiguous().with_jsx(true),
    };
    let parse = || {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, kind).parse();
        let mut reader = Reader::new(text, resolve);
        reader.visit_program(&parsed.program);
        reader.exports();
        let mut module = reader.module;
        module.outline.broken = parsed.panicked;
        // in the order of the text, what is around before what is inside
        module.outline.calls.sort_by_key(|call| (call.at.start, std::cmp::Reverse(call.at.end)));
        module
    };
    if depth <= SHALLOW {
        return parse();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse);
        // a file that cannot be read tells nothing, as one that is broken
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_default()
    })
}

/// How deep a file nests; nothing where it is deeper than the parser and the walk behind it should follow: brackets, `else`, or what one
/// statement chains.
fn depth(text: &str) -> Option<usize> {
    let (mut depth, mut chained, mut deepest, mut longest) = (0_usize, 0_usize, 0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => (depth, chained) = (depth.saturating_sub(1), 0),
            b';' | b',' => chained = 0,
            _ => {}
        }
        chained += usize::from(byte.is_ascii_punctuation());
        (deepest, longest) = (deepest.max(depth), longest.max(chained));
    }
    let elses = text.matches("else").count();
    let fits = deepest <= DEEPEST && longest <= LONGEST_STATEMENT && elses <= LONGEST_STATEMENT;
    fits.then(|| deepest.max(longest / 16).max(elses / 4))
}

/// The way through a syntax tree.
struct Reader<'r> {
    text: &'r str,
    module: Module,
    names: Names<'r>,
    context: Context,
    /// The classes around what is read.
    classes: Vec<String>,
    /// The names of what `exports` was given.
    exported: BTreeSet<String>,
}

impl<'r> Reader<'r> {
    fn new(text: &'r str, resolve: &'r (dyn Fn(&str) -> Option<String> + Sync)) -> Self {
        Self {
            text,
            module: Module::default(),
            names: Names::new(resolve),
            context: Context::default(),
            classes: Vec::new(),
            exported: BTreeSet::new(),
        }
    }

    /// Reads what need not run when what is around it does.
    fn conditional<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.context.conditional, true);
        let read = read(self);
        self.context.conditional = around;
        read
    }

    fn written(&self, at: At) -> &'r str {
        self.text.get(at.range()).unwrap_or_default()
    }
}

/// A place of the parser's.
fn at(span: oxc_span::Span) -> At {
    At { start: span.start, end: span.end }
}
