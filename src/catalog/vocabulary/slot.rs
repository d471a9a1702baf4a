//! Which argument of a call is meant.

use serde::{Deserialize, Deserializer};

/// One way to name an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// By its place among those without a name, from 0.
    Place(usize),
    /// By its name.
    Name(String),
    /// A key of the object at a place.
    Key(usize, String),
    /// What the method is called on.
    Receiver,
    /// The last one.
    Last,
    /// All of them; from that place on.
    All(usize),
}

/// The ways to name an argument, tried in order. Written as a number, a text or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots(pub Vec<Slot>);

impl Slots {
    /// Whether none is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One text or several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl Words {
    /// Whether `word` is one of them.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known == word)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Place(usize),
    Text(String),
}

impl From<Written> for Slot {
    fn from(written: Written) -> Self {
        let text = match written {
            Written::Place(place) => return Self::Place(place),
            Written::Text(text) => text,
        };
        match text.as_str() {
            "receiver" => return Self::Receiver,
            "last" => return Self::Last,
            "all" => return Self::All(0),
            _ => {}
        }
        if let Some(from) = text.strip_suffix("..").and_then(|from| from.parse().ok()) {
            return Self::All(from);
        }
        match text.split_once('.').and_then(|(place, key)| Some((place.parse().ok()?, key.to_owned()))) {
            Some((place, key)) => Self::Key(place, key),
            None => Self::Name(text),
        }
    }
}

impl<'de> Deserialize<'de> for Slots {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(OneOrMany::<Written>::deserialize(deserializer)?.into_vec().into_iter().map(Slot::from).collect()))
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(OneOrMany::deserialize(deserializer)?.into_vec()))
    }
}
