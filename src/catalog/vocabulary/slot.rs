//! Which argument of a call is meant.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IntoDeserializer, SeqAccess, Visitor};
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

impl From<&str> for Slot {
    fn from(text: &str) -> Self {
        match text {
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
            None => Self::Name(text.to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Slot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the place of an argument, from 0, or its name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Slot, E> {
        Ok(text.into())
    }

    fn visit_u64<E: Error>(self, place: u64) -> Result<Slot, E> {
        usize::try_from(place).map(Slot::Place).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, place: i64) -> Result<Slot, E> {
        usize::try_from(place).map(Slot::Place).map_err(E::custom)
    }
}

/// One, or a list of them. By hand and not as an untagged enumeration, which would copy all it reads once more.
struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        Ok(vec![T::deserialize(text.into_deserializer())?])
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Vec<T>, E> {
        Ok(vec![T::deserialize(number.into_deserializer())?])
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Vec<T>, E> {
        Ok(vec![T::deserialize(number.into_deserializer())?])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut found = Vec::with_capacity(list.size_hint().unwrap_or_default());
        while let Some(one) = list.next_element()? {
            found.push(one);
        }
        Ok(found)
    }
}

impl<'de> Deserialize<'de> for Slots {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany(PhantomData)).map(Self)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany(PhantomData)).map(Self)
    }
}
