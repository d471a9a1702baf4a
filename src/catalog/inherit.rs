//! Entries of the catalog that say which other entry they are like, and name the keys alone that differ.
//!
//! Tables are merged key by key, all else is replaced; `without` names keys that the other has and this one has not. An entry may be like
//! the one of its own name in a weaker pack. The build script fills in the built-in catalog by this file, too.

use serde_json::{Map, Value};

/// The key that names the other entry.
pub const LIKE: &str = "like";
/// The key that names what is left out.
pub const WITHOUT: &str = "without";

/// Why an entry cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The entry.
    pub entry: String,
    /// The reason.
    pub why: String,
}

/// Fills in the entries of a file, from one another and from those of the files `below` it.
///
/// # Errors
/// When an entry is like one that is not there, or like itself by a detour.
pub fn fill(file: &mut Map<String, Value>, below: &Map<String, Value>) -> Result<(), Wrong> {
    let names: Vec<String> = file.keys().cloned().collect();
    for name in names {
        one(&name, file, below, &mut Vec::new())?;
    }
    Ok(())
}

/// Whether any entry of a file is like another.
#[must_use]
pub fn is_used(file: &Map<String, Value>) -> bool {
    file.values().any(|entry| entry.get(LIKE).is_some())
}

fn one(name: &str, file: &mut Map<String, Value>, below: &Map<String, Value>, seen: &mut Vec<String>) -> Result<(), Wrong> {
    let wrong = |why: String| Wrong { entry: name.to_owned(), why };
    let Some(like) = file.get(name).and_then(|entry| entry.get(LIKE)) else { return Ok(()) };
    let Some(like) = like.as_str().map(str::to_owned) else { return Err(wrong(format!("`{LIKE}` names no entry"))) };
    if seen.iter().any(|seen| seen == name) {
        return Err(wrong(format!("it is like itself, by way of `{}`", seen.join("` and `"))));
    }
    seen.push(name.to_owned());
    let other = if like != name && file.contains_key(&like) {
        one(&like, file, below, seen)?;
        file.get(&like)
    } else {
        below.get(&like)
    };
    let mut other = other.cloned().ok_or_else(|| wrong(format!("`{like}`, which it is like, is not there")))?;
    let mut own = file.get(name).cloned().unwrap_or_default();
    if let (Some(own), Some(other)) = (own.as_object_mut(), other.as_object_mut()) {
        own.remove(LIKE);
        for key in own.remove(WITHOUT).iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str) {
            other.remove(key);
        }
    }
    merge(&mut other, own);
    file.insert(name.to_owned(), other);
    Ok(())
}

fn merge(below: &mut Value, own: Value) {
    match (below, own) {
        (Value::Object(below), Value::Object(own)) => {
            for (key, value) in own {
                merge(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, own) => *below = own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(file: Value, below: Value) -> Result<Value, Wrong> {
        let (Value::Object(mut file), Value::Object(below)) = (file, below) else { panic!("tables") };
        fill(&mut file, &below).map(|()| Value::Object(file))
    }

    #[test]
    fn what_differs_is_enough() {
        let below =
            json!({ "slim": { "image": "debian", "debug": { "image": "debian", "shell": "/bin/sh" }, "installer": "apt", "has": [1] } });
        let file = json!({
            "own": { "like": "slim", "image": "own", "debug": { "image": "own" }, "has": [2] },
            "bare": { "like": "own", "without": ["installer"] },
            "slim": { "like": "slim", "image": "mirrored" },
        });
        let after = filled(file, below);
        let own = json!({ "image": "own", "debug": { "image": "own", "shell": "/bin/sh" }, "installer": "apt", "has": [2] });
        assert_eq!(after.as_ref().map(|after| &after["own"]), Ok(&own));
        assert_eq!(after.as_ref().map(|after| after["bare"].get("installer")), Ok(None));
        assert_eq!(after.map(|after| after["slim"]["image"].clone()), Ok(json!("mirrored")));
    }

    #[test]
    fn what_cannot_be_is_named() {
        let unknown = filled(json!({ "a": { "like": "b" } }), json!({}));
        assert_eq!(unknown, Err(Wrong { entry: "a".into(), why: "`b`, which it is like, is not there".into() }));
        let circle = filled(json!({ "a": { "like": "b" }, "b": { "like": "a" } }), json!({}));
        assert!(circle.is_err_and(|wrong| wrong.why.contains("like itself")));
    }
}
