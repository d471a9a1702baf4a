//! How the languages that the scanner reads differ: quotes, comments, operators, and where a statement ends.

/// What single quotes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    /// A character.
    Char,
    /// A character, or a lifetime where no quote closes it.
    CharOrLifetime,
    /// A string, which may be tripled.
    Text,
}

/// What backticks hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backtick {
    /// A raw string of any number of lines.
    Raw,
    /// A name.
    Name,
    /// Nothing.
    Mark,
}

/// What stands between three quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Triple {
    /// Three quotes are an empty string and the beginning of another.
    None,
    /// Text with escapes.
    Escaped,
    /// Text as it stands.
    Raw,
}

/// A language, as far as its tokens differ.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is one way in which languages differ")]
pub struct Dialect {
    pub(super) single: Single,
    pub(super) backtick: Backtick,
    pub(super) triple: Triple,
    /// `"$name ${code}"`.
    pub(super) templates: bool,
    /// `"$a.b"` means the field, not the name and a text.
    pub(super) dotted_templates: bool,
    /// A string between double quotes goes on over the line's end, and letters before it say of what kind it is.
    pub(super) prefixed: bool,
    /// A comment inside a comment needs its own end.
    pub(super) nested_comments: bool,
    /// `/pattern/` is a string where no value stands before it.
    pub(super) slashes: bool,
    /// `$` belongs to names.
    pub(super) dollar: bool,
    /// A number may begin with its point.
    pub(super) leading_point: bool,
    /// A line's end ends a statement, and is a token.
    pub(super) line_ends: bool,
    /// The length of the longest operator that begins with these three bytes.
    pub(super) operator: fn([u8; 3]) -> usize,
}

/// Go.
pub const GO: Dialect = Dialect {
    single: Single::Char,
    backtick: Backtick::Raw,
    triple: Triple::None,
    templates: false,
    dotted_templates: false,
    prefixed: false,
    nested_comments: false,
    slashes: false,
    dollar: false,
    leading_point: true,
    line_ends: true,
    operator: go,
};

/// Rust. `<`, `>`, `&` and `|` stand alone, for they are brackets, references and closures too.
pub const RUST: Dialect = Dialect {
    single: Single::CharOrLifetime,
    backtick: Backtick::Mark,
    prefixed: true,
    nested_comments: true,
    leading_point: false,
    line_ends: false,
    operator: rust,
    ..GO
};

/// Java. `<` and `>` stand alone, for they are brackets too.
pub const JAVA: Dialect = Dialect {
    single: Single::Char,
    backtick: Backtick::Mark,
    triple: Triple::Escaped,
    dollar: true,
    leading_point: true,
    line_ends: false,
    operator: jvm,
    ..GO
};

/// Kotlin, scripts included.
pub const KOTLIN: Dialect =
    Dialect { backtick: Backtick::Name, triple: Triple::Raw, templates: true, nested_comments: true, dollar: false, ..JAVA };

/// Groovy, as Gradle's build files are written.
pub const GROOVY: Dialect = Dialect { single: Single::Text, templates: true, dotted_templates: true, slashes: true, ..JAVA };

#[allow(clippy::match_same_arms, reason = "operators stand by their kind")]
fn go(bytes: [u8; 3]) -> usize {
    match bytes {
        [b'.', b'.', b'.'] | [b'<', b'<', b'='] | [b'>', b'>', b'='] | [b'&', b'^', b'='] => 3,
        [b'<', b'<' | b'-', _] | [b'>', b'>', _] | [b'&', b'^' | b'&', _] | [b'|', b'|', _] | [b'+', b'+', _] | [b'-', b'-', _] => 2,
        [b':' | b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', b'=', _] => 2,
        _ => 1,
    }
}

#[allow(clippy::match_same_arms, reason = "operators stand by their kind")]
fn rust(bytes: [u8; 3]) -> usize {
    match bytes {
        [b'.', b'.', b'.' | b'='] => 3,
        [b'.', b'.', _] | [b':', b':', _] | [b'=', b'>' | b'=', _] | [b'-', b'>', _] => 2,
        [b'!' | b'<' | b'+' | b'-' | b'*' | b'/' | b'%' | b'^', b'=', _] => 2,
        _ => 1,
    }
}

#[allow(clippy::match_same_arms, reason = "operators stand by their kind")]
fn jvm(bytes: [u8; 3]) -> usize {
    match bytes {
        [b'.', b'.', b'.' | b'<'] | [b'=' | b'!', b'=', b'='] | [b'<', b'=', b'>'] | [b'=', b'=', b'~'] => 3,
        [b'-', b'>', _] | [b':', b':', _] | [b'?', b'.' | b':', _] | [b'!', b'!', _] | [b'.', b'.', _] | [b'=', b'~', _] => 2,
        [b'&', b'&', _] | [b'|', b'|', _] | [b'+', b'+', _] | [b'-', b'-', _] => 2,
        [b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', b'=', _] => 2,
        _ => 1,
    }
}
