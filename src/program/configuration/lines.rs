//! Settings by line: YAML by its indentation, and all that writes a key, a sign and a value.

use super::plain;
use crate::program::outline::At;

type Add<'a> = &'a mut dyn FnMut(&str, &str, At);

/// The lines of a text with where each begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

fn at(start: usize, line: &str) -> At {
    let indent = line.len() - line.trim_start().len();
    let end = start + line.trim_end().len();
    At { start: u32::try_from(start + indent).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
}

/// YAML, as far as its lines tell.
pub fn yaml(text: &str, add: Add<'_>) {
    let mut sections: Vec<(usize, String)> = Vec::new();
    // below the key of a block of text, whatever looks like a key
    let mut block: Option<usize> = None;
    for (start, line) in lines(text) {
        let content = line.trim_start();
        let mut indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if block.is_some_and(|depth| indent > depth) {
            continue;
        }
        block = None;
        if content.starts_with("---") {
            sections.clear();
            continue;
        }
        let mut content = content;
        while let Some(item) = content.strip_prefix("- ") {
            indent += 2;
            content = item.trim_start();
        }
        // items may stand as deep as their list's key
        let is_item = indent > line.len() - line.trim_start().len();
        let holds = if is_item { indent - 1 } else { indent };
        sections.truncate(sections.iter().take_while(|(depth, _)| *depth < holds || is_item && *depth + 1 < indent).count());
        let Some((key, value)) = key_value(content) else {
            if is_item && !content.starts_with(['{', '[', '&', '*']) {
                add(&path(&sections, ""), plain(content), at(start, line));
            }
            continue;
        };
        let value = value.trim();
        let value = if value.starts_with(['#', '&']) { "" } else { value };
        match value {
            "" => sections.push((indent, key.to_owned())),
            _ if value.starts_with(['|', '>']) => block = Some(indent),
            // a template's own braces are no map
            _ if value.starts_with("{{") || value.starts_with("{%") => {}
            _ if value.starts_with('{') => inline(&path(&sections, key), value, at(start, line), add),
            _ => add(&path(&sections, key), plain(value), at(start, line)),
        }
    }
}

fn path(sections: &[(usize, String)], key: &str) -> String {
    let mut path = sections.iter().map(|(_, name)| name.as_str()).chain(std::iter::once(key).filter(|key| !key.is_empty()));
    let first = path.next().unwrap_or_default().to_owned();
    path.fold(first, |path, name| path + "." + name)
}

/// `key: value`; nothing for what has no colon with a blank behind it.
fn key_value(content: &str) -> Option<(&str, &str)> {
    let colon = content
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| content[at + 1..].is_empty() || content[at + 1..].starts_with([' ', '\t']))?;
    let key = content[..colon].trim().trim_matches(['"', '\'']);
    let is_key = !key.is_empty() && !key.contains(['{', '}', '"']) && key.len() < 120;
    is_key.then(|| (key, &content[colon + 1..]))
}

/// `{port: 81, host: x}`
fn inline(section: &str, value: &str, at: At, add: Add<'_>) {
    for part in value.trim_matches(['{', '}', ' ']).split(',') {
        if let Some((key, value)) = part.split_once(':') {
            add(&format!("{section}.{}", key.trim().trim_matches(['"', '\''])), plain(value), at);
        }
    }
}

/// TOML, INI, properties and dotenv.
pub fn settings(text: &str, add: Add<'_>) {
    let mut section = String::new();
    for (start, line) in lines(text) {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = content.strip_prefix('[')
            && let Some(end) = name.find(']')
        {
            name[..end].trim_matches(['[', ' ', '"']).clone_into(&mut section);
            continue;
        }
        let content = content.strip_prefix("export ").unwrap_or(content);
        let Some(sign) = content.find(['=', ':']) else { continue };
        let key = content[..sign].trim().trim_matches(['"', '\'']);
        let value = plain(&content[sign + 1..]);
        if key.contains([' ', '{']) || value.starts_with(['{', '[']) {
            continue;
        }
        let key = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        add(&key, value, at(start, line));
    }
}
