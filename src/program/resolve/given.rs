//! The arguments that a vocabulary's slots name.

use super::{Resolved, Scope};
use crate::catalog::vocabulary::{Slot, Slots};
use crate::program::outline::{Argument, At, Call, Context};
use crate::program::{Expression, Program, Value};

/// What a slot names in a call.
#[derive(Clone, Copy, Debug)]
pub enum Given<'t> {
    /// An expression.
    Value(Expression<'t>),
    /// What a method is called on, where that is a name.
    Name(&'t str, At),
    /// Something that is there and cannot be read.
    Unknown(At),
}

impl Given<'_> {
    /// Its place.
    #[must_use]
    pub const fn at(&self) -> At {
        match self {
            Self::Value(expression) => expression.at,
            Self::Name(_, at) | Self::Unknown(at) => *at,
        }
    }
}

impl<'t> Program<'t> {
    /// What the first slot that is there names; several where it names all arguments.
    #[must_use]
    pub fn given(&self, file: usize, call: &'t Call, slots: &Slots) -> Vec<Given<'t>> {
        let mut unknown = Vec::new();
        for slot in &slots.0 {
            let given = self.slot(file, call, slot);
            // an object that cannot be seen may be no object at all: what stands there is asked in another way, where there is one
            if given.iter().any(|given| !matches!(given, Given::Unknown(_))) {
                return given;
            }
            if unknown.is_empty() {
                unknown = given;
            }
        }
        unknown
    }

    /// What all slots name, one after another.
    pub(super) fn all_given(&self, file: usize, call: &'t Call, slots: &Slots) -> Vec<Given<'t>> {
        slots.0.iter().flat_map(|slot| self.slot(file, call, slot)).collect()
    }

    fn slot(&self, file: usize, call: &'t Call, slot: &Slot) -> Vec<Given<'t>> {
        match slot {
            Slot::Receiver => receiver(file, call).into_iter().collect(),
            Slot::Key(place, key) => {
                let Some(argument) = unnamed(&call.arguments).nth(*place) else { return Vec::new() };
                self.key_of(expression(file, call.context, argument), key)
            }
            _ => arguments(&call.arguments, slot)
                .into_iter()
                .map(|argument| Given::Value(expression(file, call.context, argument)))
                .collect(),
        }
    }

    /// The value of an object's key: nothing where it has none, unknown where the object cannot be seen.
    fn key_of(&self, object: Expression<'t>, key: &str) -> Vec<Given<'t>> {
        let shapes = self.shapes(object);
        let known: Vec<_> = shapes.iter().filter(|shape| matches!(shape.value, Value::Table(_) | Value::Call(_))).collect();
        if known.is_empty() {
            // a port is no object that hides one
            let plain = shapes.iter().any(|shape| matches!(shape.value, Value::Text(_) | Value::Number(_) | Value::Function(_)));
            return if plain { Vec::new() } else { vec![Given::Unknown(object.at)] };
        }
        known.iter().filter_map(|shape| shape.member(key)).map(Given::Value).take(1).collect()
    }

    /// What something that was given comes to.
    #[must_use]
    pub fn resolve_given(&self, file: usize, context: Context, given: Given<'t>) -> Vec<Resolved> {
        self.budget.question(|| self.given_values(given, Scope::of(file, context.function, given.at(), 0)))
    }

    pub(super) fn given_values(&self, given: Given<'t>, scope: Scope<'_, 't>) -> Vec<Resolved> {
        match given {
            Given::Value(expression) if expression.file == scope.file && expression.context.function == scope.function => {
                self.values(expression.value, scope.at(expression.at))
            }
            // it was followed to somewhere else
            Given::Value(expression) => {
                self.values(expression.value, Scope::of(expression.file, expression.context.function, expression.at, scope.depth))
            }
            Given::Name(name, at) => self.named(name, scope.at(at)),
            Given::Unknown(_) => vec![Resolved::unknown()],
        }
    }

    /// What the slots of a call come to, as the call's function sees it.
    pub(super) fn slot_values(&self, call: &'t Call, slots: &Slots, scope: Scope<'_, 't>) -> Vec<Resolved> {
        self.given(scope.file, call, slots).into_iter().flat_map(|given| self.given_values(given, scope)).collect()
    }
}

fn expression(file: usize, context: Context, argument: &Argument) -> Expression<'_> {
    Expression { value: &argument.value, file, context, at: argument.at }
}

fn unnamed(arguments: &[Argument]) -> impl DoubleEndedIterator<Item = &Argument> {
    arguments.iter().filter(|argument| argument.name.is_none())
}

/// The arguments that a slot names, receivers and keys apart.
pub fn arguments<'a>(arguments: &'a [Argument], slot: &Slot) -> Vec<&'a Argument> {
    match slot {
        Slot::Place(place) => unnamed(arguments).nth(*place).into_iter().collect(),
        Slot::Name(name) => arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).into_iter().collect(),
        Slot::Last => unnamed(arguments).next_back().into_iter().collect(),
        Slot::All(from) => unnamed(arguments).skip(*from).collect(),
        Slot::Receiver | Slot::Key(..) => Vec::new(),
    }
}

/// What a method is called on.
pub fn receiver(file: usize, call: &Call) -> Option<Given<'_>> {
    match &call.receiver {
        Some(value) => Some(Given::Value(Expression { value, file, context: call.context, at: call.at })),
        None => call.path.rsplit_once('.').map(|(name, _)| Given::Name(name, call.at)),
    }
}
