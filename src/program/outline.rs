//! What a source file says, whatever its language: imports, bindings, functions, calls and types, each with its place.
//!
//! Names are spelt in full as far as the file's own imports tell: after `from fastapi import FastAPI as API`, `API()` is a call of
//! `fastapi.FastAPI`; after `import "net/http"`, `http.Get` is `net/http.Get`; after `use std::fs`, `fs::read` is `std::fs::read`, written
//! `std.fs.read`: dots separate in every language.

use std::ops::Range;
use std::sync::Arc;

use super::value::Value;

/// The bytes of the file where something stands. A line index turns them into a line and a column, when somebody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl At {
    /// The bytes as a range of the text.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a source file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// What the file calls its package, or module, where it says so: `main`, `com.example.shop`.
    pub package: Option<String>,
    /// What it imports.
    pub imports: Vec<Import>,
    /// What names, fields and settings are bound to, in the order of the text.
    pub bindings: Vec<Binding>,
    /// Functions and methods.
    pub functions: Vec<Function>,
    /// Calls, constructors and macros included; those inside arguments stand by themselves too.
    pub calls: Vec<Call>,
    /// Structures, classes, records, interfaces.
    pub types: Vec<Type>,
    /// Tests for what is empty or not there.
    pub checks: Vec<Check>,
    /// Strings that stand anywhere in the code, for observers that look for telling ones.
    pub texts: Vec<(String, At)>,
    /// Whether not all of it could be read: a syntax error, a nesting too deep, a size past the limit.
    pub broken: bool,
}

/// When and whether something runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The function that it stands in, by its number in [`Outline::functions`]; none: it runs when the module loads.
    pub function: Option<u32>,
    /// Below a condition, an exception handler or a `cfg`: it need not run.
    pub conditional: bool,
    /// Test code: it never runs in the image.
    pub test: bool,
    /// Below `if __name__ == "__main__"`, `if (require.main === module)`: it runs when the file is started, not when it is imported.
    pub guarded: bool,
}

/// An import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Import {
    /// What is imported, in full and with dots as the language has them: `net/http`, `fastapi.FastAPI`, `./routes`, `std.fs`.
    pub path: String,
    /// The name that it has in the file, where it has one.
    pub name: Option<String>,
    /// When it is loaded.
    pub context: Context,
    /// Its place.
    pub at: At,
}

/// `target = value`, a `let`. The fields of a structure literal are arguments of the call that it is, and no bindings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Binding {
    /// What gets the value: `port`, `server.Addr`, `app.config[UPLOAD_FOLDER]`. What a JavaScript module exports by default is `default`.
    pub target: String,
    /// The type that it is declared with, as it is written.
    pub kind: Option<String>,
    /// The value.
    pub value: Value,
    /// Which of a call's several results it is, from 0.
    pub result: u32,
    /// Whether the name is new here (`let`, `const`, `:=`, a Python function's own name), so that it hides what is outside.
    pub declares: bool,
    /// When it happens.
    pub context: Context,
    /// Its place.
    pub at: At,
}

/// A function or method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// Its name; a method's is `Type.name`. A closure without a name has an empty one.
    pub name: String,
    /// The function that it stands in, where it does.
    pub inside: Option<u32>,
    /// Its parameters, without the receiver.
    pub parameters: Vec<Parameter>,
    /// The type that it gives back, as it is written.
    pub gives: Option<String>,
    /// What its `return`s and its last expression give; several results are a [`Value::List`].
    pub returns: Vec<Value>,
    /// Annotations, decorators, attributes.
    pub annotations: Vec<Annotation>,
    /// Whether others may call it: exported, public.
    pub public: bool,
    /// Whether it waits for what it calls: `async`, `suspend`.
    pub asynchronous: bool,
    /// Test code.
    pub test: bool,
    /// Its head's place.
    pub at: At,
    /// Its whole place, body included.
    pub body: At,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as it is written, where it is.
    pub kind: Option<String>,
    /// Its default.
    pub default: Option<Value>,
    /// Annotations: `@Value("${server.port}")`, and what `Annotated[...]` holds.
    pub annotations: Vec<Annotation>,
}

/// A test for something that is empty or not there, and what happens then: `if dsn == "" { log.Fatal(...) }`,
/// `if (!process.env.URL) throw ...`. One for each operand of `or`; none where there is an `and`, for then it need not happen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// What is tested.
    pub missing: Value,
    /// What is done when it is missing.
    pub block: At,
    /// Whether that ends the program by the language's own means: it throws, raises, panics or returns an error. Calls that end it
    /// (`os.Exit`, `process.exit`) are the vocabulary's.
    pub gives_up: bool,
    /// When it happens.
    pub context: Context,
    /// The test's place.
    pub at: At,
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// What is called, in full: `net/http.ListenAndServe`, `uvicorn.run`, `app.listen`, `gin.Default().Run`. A chain keeps the calls that
    /// come before as `name()`; a constructor is the type's name (so is a literal with a type, `http.Server{Addr: x}`, `Config { port }`,
    /// with its fields as named arguments); a macro ends in `!`.
    pub path: String,
    /// What a method is called on, where that is more than a name.
    pub receiver: Option<Arc<Value>>,
    /// With what.
    pub arguments: Vec<Argument>,
    /// When it happens.
    pub context: Context,
    /// Its place: from the callee's first byte to the closing bracket.
    pub at: At,
}

/// An argument of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Argument {
    /// Its name, where it is given by one.
    pub name: Option<String>,
    /// What it is. One that is there and cannot be read is [`Value::Unknown`], never missing.
    pub value: Value,
    /// Its place.
    pub at: At,
}

/// A structure, class, record or interface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Type {
    /// Its name; one inside another is `Outer.Inner`.
    pub name: String,
    /// What it extends, implements or derives.
    pub bases: Vec<String>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Annotations, decorators, attributes.
    pub annotations: Vec<Annotation>,
    /// Its place.
    pub at: At,
}

/// A field of a type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type as it is written.
    pub kind: Option<String>,
    /// Its default, where the declaration gives one.
    pub default: Option<Value>,
    /// Annotations and attributes. A Go tag is one annotation for each key: `env:"PORT"` is `env("PORT")`.
    pub annotations: Vec<Annotation>,
    /// Its place.
    pub at: At,
}

/// An annotation, decorator, attribute or structure tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotation {
    /// Its name in full, without `@`: `org.springframework.beans.factory.annotation.Value`, `clap`, `env`.
    pub name: String,
    /// With what: `long`, `env = "PORT"`, `default_value_t = 8080`.
    pub arguments: Vec<Argument>,
    /// Its place.
    pub at: At,
}

impl Call {
    /// The argument of that name, or else the one at that place among those without a name.
    #[must_use]
    pub fn argument(&self, name: &str, place: Option<usize>) -> Option<&Argument> {
        argument(&self.arguments, name, place)
    }

    /// The last word of what is called: `Run` of `gin.Default().Run`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }
}

impl Annotation {
    /// The argument of that name, or else the one at that place among those without a name.
    #[must_use]
    pub fn argument(&self, name: &str, place: Option<usize>) -> Option<&Argument> {
        argument(&self.arguments, name, place)
    }
}

fn argument<'a>(arguments: &'a [Argument], name: &str, place: Option<usize>) -> Option<&'a Argument> {
    arguments
        .iter()
        .find(|argument| argument.name.as_deref() == Some(name))
        .or_else(|| arguments.iter().filter(|argument| argument.name.is_none()).nth(place?))
}
