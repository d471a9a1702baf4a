//! One reading of programs, for every language.
//!
//! ```text
//!  source text ──front end──▶ Outline ──▶ Program ──resolve──▶ values ──observe──▶ Behaviour
//!               (lang/<l>)                            vocabulary ──────────┘
//! ```
//!
//! A language's front end turns a file into an [`Outline`] and knows nothing of ports or files. Observers know no language: what a call
//! means stands in the vocabulary, `presets/_catalog/vocabulary/<language>.toml`.

pub mod outline;
pub mod scan;
pub mod value;

pub use self::outline::{Annotation, Argument, At, Binding, Call, Check, Context, Field, Function, Import, Outline, Parameter, Type};
pub use self::value::Value;
