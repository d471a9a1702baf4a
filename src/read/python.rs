//! Python sources by their syntax tree, cut down to what tells how a program starts: imports, assignments, functions and calls.
//! Names are spelt in full: after `from fastapi import FastAPI as API`, `API()` is a call of `fastapi.FastAPI`.

mod reader;

use std::collections::BTreeMap;

use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use crate::evidence::Span;

/// Longer files are made by machines, and their trees are deep.
const LONGEST: usize = 512 * 1024;
/// Deeper expressions are no program that people wrote, and the parser goes down with them.
const DEEPEST: usize = 120;

/// What a source file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// What is imported, in full: `fastapi.FastAPI`; relative ones begin with dots.
    pub imports: Vec<At<String>>,
    /// Those of them that the module does not load without: at its top, and not tried.
    pub relies: Vec<At<String>>,
    /// Names that are given a value.
    pub assigns: Vec<Assign>,
    /// Functions of the module itself.
    pub functions: Vec<Function>,
    /// All calls.
    pub calls: Vec<Call>,
    /// `if __name__ == "__main__":`
    pub guard: Option<At<()>>,
    /// Whether it is no Python of today, or was not read to its end.
    pub broken: bool,
}

/// Something and the bytes where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// What.
    pub value: T,
    /// From where.
    pub start: usize,
    /// To where.
    pub end: usize,
}

impl<T> At<T> {
    /// Where it stands in `text`, which it was read from.
    pub fn span(&self, text: &str) -> Span {
        Span::of(text, self.start, self.end)
    }
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the module: it runs when the module is imported.
    Module,
    /// Below `if __name__ == "__main__":`.
    Guard,
    /// In a function of that name.
    Function(String),
}

/// `target = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// The name, or `app.config[KEY]` as `app.config[KEY]`.
    pub target: String,
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub scope: Scope,
    /// Its place.
    pub at: At<()>,
}

/// A function of the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// How many arguments it does not work without.
    pub required: usize,
    /// What its `return` statements give.
    pub returns: Vec<Value>,
    /// Its place.
    pub at: At<()>,
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called, in full.
    pub path: String,
    /// Arguments by place.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub keywords: BTreeMap<String, Value>,
    /// Where it stands.
    pub scope: Scope,
    /// Its place.
    pub at: At<()>,
}

impl Call {
    /// The argument of that name, or at that place.
    pub fn argument(&self, name: &str, place: Option<usize>) -> Option<&Value> {
        self.keywords.get(name).or_else(|| self.args.get(place?))
    }
}

/// An expression, as far as it tells anything.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Number(u32),
    /// A name, in full.
    Name(String),
    /// A call; `a[b]` is a call of `a[]`.
    Call(Box<Call>),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// The keys and values of a dictionary.
    Table(Vec<(Value, Value)>),
    /// Parts that are put together: an f-string, `+`, `/`.
    Joined(Vec<Value>),
    /// One of several: `a or b`, `a if b else c`.
    Either(Vec<Value>),
    /// Anything else.
    Other,
}

impl Value {
    /// The string, when it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
}

impl Outline {
    /// Reads a source file. A file that is no Python gives what can be made out of it.
    pub fn of(text: &str) -> Self {
        if text.len() > LONGEST || deep(text) {
            return Self { broken: deep(text), ..Self::default() };
        }
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        Self { broken: parsed.has_syntax_errors(), ..reader::outline(parsed.syntax()) }
    }

    /// The last value that the module gives to `name`.
    pub fn value(&self, name: &str) -> Option<&Assign> {
        self.assigns.iter().rev().find(|assign| assign.target == name && assign.scope == Scope::Module)
    }

    /// Whether `module`, or something in it, is imported.
    pub fn imports(&self, module: &str) -> bool {
        self.imports
            .iter()
            .any(|import| import.value == module || import.value.strip_prefix(module).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// Whether brackets are nested deeper, or operators chained longer, than any parser should follow.
fn deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let crowded = |line: &str| line.bytes().filter(|byte| matches!(byte, b'+' | b'-' | b'~' | b'.' | b'*' | b':')).count() > 4000;
    let words = |line: &str| line.len() > 8000 && line.matches(" not ").count() + line.matches("lambda").count() > 500;
    let indent = |line: &str| line.bytes().take_while(u8::is_ascii_whitespace).count() > 8 * DEEPEST;
    deepest > DEEPEST || text.lines().any(|line| crowded(line) || words(line) || indent(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_in_full() {
        let text = "from fastapi import FastAPI as API\nimport uvicorn\napp: API = API(title='x')\nif __name__ == '__main__':\n    uvicorn.run(app, port=int(os.environ.get('PORT', 9000)))\n";
        let outline = Outline::of(text);
        let Some(Value::Call(call)) = outline.value("app").map(|assign| &assign.value) else { panic!("a call") };
        assert_eq!(call.path, "fastapi.FastAPI");
        let Some(run) = outline.calls.iter().find(|call| call.path == "uvicorn.run") else { panic!("a run") };
        assert_eq!((run.scope.clone(), outline.guard.is_some()), (Scope::Guard, true));
        assert_eq!(run.at.span(text).line, 5);
    }

    #[test]
    fn a_factory_says_what_it_makes() {
        let outline = Outline::of("from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n");
        let function = outline.functions.first().map(|function| (function.name.as_str(), function.required, function.returns.clone()));
        assert_eq!(function, Some(("create_app", 0, vec![Value::Name("app".into())])));
    }

    #[test]
    fn what_is_no_python_gives_what_there_is() {
        for text in
            ["", "x = (", "def f(:\n  pass\nimport os\n", "\u{0}\u{1}", "class", "print 'two'", &"(".repeat(100_000), &"a+".repeat(100_000)]
        {
            _ = Outline::of(text);
        }
        assert!(Outline::of("def f(:\n  pass\nimport os\n").imports("os"));
    }
}
