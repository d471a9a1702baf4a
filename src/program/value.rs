//! What an expression is, as far as it can be told without running it.

use std::sync::Arc;

use super::outline::Call;

/// What an expression is, before any name in it was followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Truth(bool),
    /// An environment variable, and what stands in for it. Front ends give it where the language itself has a form for it
    /// (`process.env.PORT`); library calls are turned into it by the vocabulary.
    Variable {
        /// Its name.
        name: String,
        /// What stands in for it; none: nothing does.
        default: Option<Box<Value>>,
    },
    /// A name, in full as far as the imports tell: `port`, `config.port`, `os.environ`. What is indexed by a text is `a[KEY]`.
    Name(String),
    /// A call.
    Call(Arc<Call>),
    /// Parts that are put together to one text: `+`, interpolation, `format!`, `fmt.Sprintf`.
    Joined(Vec<Value>),
    /// One of several, the likeliest first: `a or b`, `a if b else c`, `match`.
    Either(Vec<Value>),
    /// A list, tuple, array or set.
    List(Vec<Value>),
    /// The keys and values of a dictionary, object or map that has no type of its own; plain keys are texts.
    Table(Vec<(Value, Value)>),
    /// A function without a name, by its number in the outline.
    Function(u32),
    /// It cannot be told.
    #[default]
    Unknown,
}

impl Value {
    /// The string, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// A variable with a default.
    #[must_use]
    pub fn variable(name: impl Into<String>, default: Option<Value>) -> Self {
        Self::Variable { name: name.into(), default: default.map(Box::new) }
    }

    /// The value of a key, when it is a table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Table(entries) = self else { return None };
        entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }
}

/// What cannot be told.
pub(super) static UNKNOWN: Value = Value::Unknown;
