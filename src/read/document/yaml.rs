//! YAML into values, by the events of its parser: anchors are copied where they are named, within a limit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::{Broken, DEEPEST, Data, Key, Value};

/// How many values aliases may add: no manifest needs a hundred, and a few nested ones make billions.
const MOST_COPIES: usize = 10_000;

pub(super) fn parse(text: &str) -> Result<Vec<Value<'_>>, Broken> {
    let places = Places::of(text);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| scan_error(&error, &places))?;
        builder.take(event, places.range(span))?;
    }
    Ok(builder.done)
}

fn scan_error(error: &ScanError, places: &Places) -> Broken {
    let start = places.byte(error.marker().index());
    Broken { why: error.info().to_owned(), range: Some(start..start) }
}

/// Where characters begin; the parser counts characters.
enum Places {
    /// Each is a byte of so many.
    Ascii(usize),
    Starts(Vec<usize>),
}

impl Places {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        Self::Starts(text.char_indices().map(|(start, _)| start).chain([text.len()]).collect())
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii(length) => character.min(*length),
            Self::Starts(starts) => starts.get(character).or(starts.last()).copied().unwrap_or_default(),
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }
}

/// What has begun and not ended.
struct Open<'t> {
    /// Lists and maps alike; a map's keys and values take turns.
    values: Vec<Value<'t>>,
    is_map: bool,
    anchor: usize,
    start: usize,
}

#[derive(Default)]
struct Builder<'t> {
    done: Vec<Value<'t>>,
    open: Vec<Open<'t>>,
    anchors: BTreeMap<usize, Value<'t>>,
    copies: usize,
}

impl<'t> Builder<'t> {
    fn take(&mut self, event: Event<'t>, range: Range<usize>) -> Result<(), Broken> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let data = if plain { resolve(text) } else { Data::String(text) };
                self.put(Value { data, range }, anchor);
            }
            Event::SequenceStart(anchor, _) => self.begin(false, anchor, &range)?,
            Event::MappingStart(anchor, _) => self.begin(true, anchor, &range)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                self.copies += value.as_ref().map_or(1, size);
                if self.copies > MOST_COPIES {
                    return Err(Broken { why: "its aliases repeat too much".to_owned(), range: Some(range) });
                }
                self.put(value.unwrap_or(Value { data: Data::Null, range }), 0);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin(&mut self, is_map: bool, anchor: usize, range: &Range<usize>) -> Result<(), Broken> {
        if self.open.len() == DEEPEST {
            return Err(Broken { why: format!("it is more than {DEEPEST} levels deep"), range: Some(range.clone()) });
        }
        self.open.push(Open { values: Vec::new(), is_map, anchor, start: range.start });
        Ok(())
    }

    fn end(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let end = open.values.last().map_or(end, |last| last.range.end.max(open.start));
        let data = if open.is_map { Data::Map(pairs(open.values)) } else { Data::List(open.values) };
        self.put(Value { data, range: open.start..end }, open.anchor);
    }

    fn put(&mut self, value: Value<'t>, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.values.push(value),
            None => self.done.push(value),
        }
    }
}

/// Keys and values in turn, as entries; what `<<` names comes first, so that the map's own words win.
fn pairs<'t>(values: Vec<Value<'t>>) -> Vec<(Key<'t>, Value<'t>)> {
    let mut merged = Vec::new();
    let mut own = Vec::new();
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        let name: Cow<'t, str> = match key.data {
            Data::String(name) | Data::Number(name) => name,
            Data::Boolean(value) => value.to_string().into(),
            Data::Null => "null".into(),
            Data::List(_) | Data::Map(_) => continue,
        };
        match (name.as_ref(), value.data) {
            ("<<", Data::Map(entries)) => merged.extend(entries),
            ("<<", Data::List(maps)) => merged.extend(maps.into_iter().rev().flat_map(|map| match map.data {
                Data::Map(entries) => entries,
                _ => Vec::new(),
            })),
            (_, data) => own.push((Key { name, range: key.range }, Value { data, range: value.range })),
        }
    }
    merged.append(&mut own);
    merged
}

fn size(value: &Value<'_>) -> usize {
    1 + value.list().iter().map(size).sum::<usize>() + value.map().iter().map(|(_, value)| size(value)).sum::<usize>()
}

/// What a word without quotes means, by YAML 1.2's core schema: `no` and `on` are words.
fn resolve(text: Cow<'_, str>) -> Data<'_> {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Boolean(true),
        "false" | "False" | "FALSE" => Data::Boolean(false),
        word if word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && word.parse::<f64>().is_ok() => Data::Number(text),
        _ => Data::String(text),
    }
}
