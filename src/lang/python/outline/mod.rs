//! Python's front end: source text to an [`Outline`], by its syntax tree.
//!
//! What Python has and outlines have not:
//! - `None` is the name `None`, and `*list` and `**table` are arguments named `*` and `**`;
//! - an attribute of more than a name is a call without arguments on a receiver, `a / b` a call of `pathlib.Path().joinpath` on `a`, and
//!   `a[b]` one of `a.__getitem__`, unless `b` is a text;
//! - `os.environ["X"]` is a variable, and where it is read a call of `os.environ.__getitem__` besides, or of `os.environ.get` where a `try`
//!   catches that it is not there; `"X" in os.environ` is a call of `os.environ.__contains__`;
//! - relative imports begin with dots, of which the first stands for the file's own package; `*` is what a star import brings.

pub mod ask;
mod checks;
mod expressions;
mod names;
mod statements;
mod template;

use ruff_python_ast::Mod;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use self::names::Names;
use crate::program::{At, Context, Outline};

/// Longer files are made by machines, and their trees are deep.
const LONGEST: usize = 512 * 1024;
/// Deeper expressions are no program that people wrote, and the parser goes down with them.
const DEEPEST: usize = 120;
/// Python itself takes no more blocks in one another.
const BLOCKS: usize = 100;

/// The outline of a source file. A file that is no Python gives what can be made out of it.
pub fn outline(text: &str) -> Outline {
    if text.len() > LONGEST || deep(text) {
        return Outline { broken: deep(text), ..Outline::default() };
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let mut reader = Reader::new(text);
    if let Mod::Module(module) = parsed.syntax() {
        reader.stars(&module.body);
        reader.body(&module.body);
    }
    let mut outline = reader.outline;
    outline.broken = parsed.has_syntax_errors();
    // in the order of the text, what is around before what is inside
    outline.calls.sort_by_key(|call| (call.at.start, std::cmp::Reverse(call.at.end)));
    outline
}

/// The way through a syntax tree.
struct Reader<'a> {
    text: &'a str,
    outline: Outline,
    names: Names,
    context: Context,
    /// The classes around the present statement.
    classes: Vec<String>,
    /// How deep the present expression lies in others.
    depth: usize,
    /// How many blocks are around the present statement.
    blocks: usize,
    /// Whether what goes wrong in the present statement is caught, and the program goes on.
    tried: bool,
    /// Whether the file is about tests.
    tests: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            outline: Outline::default(),
            names: Names::default(),
            context: Context::default(),
            classes: Vec::new(),
            depth: 0,
            blocks: 0,
            tried: false,
            tests: false,
        }
    }

    /// The name of something in the class that it stands in.
    fn member(&self, name: &str) -> String {
        self.classes.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".")
    }

    /// Does something in another context, and comes back.
    fn within(&mut self, context: Context, act: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.context, context);
        act(self);
        self.context = outer;
    }

    fn said(&self, at: &impl Ranged) -> String {
        self.text.get(at.range().start().to_usize()..at.range().end().to_usize()).unwrap_or_default().to_owned()
    }
}

fn at(node: &impl Ranged) -> At {
    At { start: node.start().to_u32(), end: node.end().to_u32() }
}

/// Whether brackets are nested deeper, or operators chained longer, than any parser should follow.
fn deep(text: &str) -> bool {
    let crowded = |line: &str| line.bytes().filter(|byte| matches!(byte, b'+' | b'-' | b'~' | b'.' | b'*' | b':')).count() > 4000;
    let words = |line: &str| line.len() > 8000 && line.matches(" not ").count() + line.matches("lambda").count() > 500;
    let indent = |line: &str| line.bytes().take_while(u8::is_ascii_whitespace).count() > 8 * DEEPEST;
    // people's lines are shorter than any of that
    let long = |line: &&str| line.len() > 8 * DEEPEST;
    nested(text) || text.lines().filter(long).any(|line| crowded(line) || words(line) || indent(line))
}

/// Whether brackets are nested too deep.
fn nested(text: &str) -> bool {
    const STEPS: [i8; 256] = {
        let mut steps = [0; 256];
        (steps[b'(' as usize], steps[b'[' as usize], steps[b'{' as usize]) = (1, 1, 1);
        (steps[b')' as usize], steps[b']' as usize], steps[b'}' as usize]) = (-1, -1, -1);
        steps
    };
    let mut depth = 0_usize;
    text.bytes().map(|byte| STEPS[usize::from(byte)]).filter(|step| *step != 0).any(|step| {
        depth = depth.saturating_add_signed(isize::from(step));
        depth > DEEPEST
    })
}

#[cfg(test)]
mod tests;
