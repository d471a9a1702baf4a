//! Files that the configuration of a logging library names: Logback's and Log4j's, in the resources.

use camino::{Utf8Path, Utf8PathBuf};
use roxmltree::{Document, Node};

use super::config::{Entry, filled};
use crate::evidence::{Evidence, Rule, Span};
use crate::read::properties;
use crate::tree::Tree;

const LOGS: Rule = Rule::parsed("java.log-file", "the program's log goes here");

const FILES: [&str; 9] = [
    "logback.xml",
    "logback-spring.xml",
    "log4j2.xml",
    "log4j2-spring.xml",
    "log4j.xml",
    "log4j2.properties",
    "log4j.properties",
    "logging.properties",
    "logback-prod.xml",
];

/// The files that are logged to, below these directories; each is a key without a name.
pub fn files(tree: &Tree, directories: &[Utf8PathBuf]) -> Vec<Entry> {
    let mut found = Vec::new();
    for directory in directories {
        for path in FILES.map(|name| directory.join("src/main/resources").join(name)) {
            let Ok(text) = tree.text(&path) else { continue };
            if path.extension() == Some("properties") {
                of_properties(&path, text, &mut found);
            } else if let Ok(document) = Document::parse(text) {
                of_xml(&path, text, &document, &mut found);
            }
        }
    }
    found
}

fn of_properties(path: &Utf8Path, text: &str, found: &mut Vec<Entry>) {
    for property in properties::parse(path, text) {
        let key = property.key.rsplit('.').next().unwrap_or_default();
        if matches!(key, "fileName" | "File" | "file" | "pattern") && property.value.contains(['/', '.']) && !property.value.contains('%') {
            found.push(Entry { key: String::new(), value: property.value.clone(), at: property.evidence(LOGS) });
        }
    }
}

fn of_xml(path: &Utf8Path, text: &str, document: &Document<'_>, found: &mut Vec<Entry>) {
    let is = |node: &Node<'_, '_>, name: &str| node.tag_name().name().eq_ignore_ascii_case(name);
    let named: Vec<_> = document
        .descendants()
        .filter(|node| is(node, "property") || is(node, "springProperty") || is(node, "variable"))
        .filter_map(|node| {
            let value = node.attribute("value").or_else(|| node.attribute("defaultValue")).or_else(|| node.text())?;
            Some((node.attribute("name")?, value.trim()))
        })
        .collect();
    for node in document.descendants().filter(Node::is_element) {
        let attribute = node.attribute("fileName").or_else(|| {
            is(&node, "param")
                .then(|| node.attribute("value"))
                .flatten()
                .filter(|_| node.attribute("name").is_some_and(|name| name.eq_ignore_ascii_case("file")))
        });
        let Some(value) = attribute.or_else(|| is(&node, "file").then(|| node.text()).flatten()) else { continue };
        let mut value = value.trim().to_owned();
        // a property may be made of others
        for _ in 0..4 {
            for (name, known) in &named {
                value = value.replace(&format!("${{{name}}}"), known).replace(&format!("$${{{name}}}"), known);
            }
        }
        let range = node.range();
        let at = Evidence::at(path, Span::of(text, range.start, range.end), LOGS, value.clone());
        found.push(Entry { key: String::new(), value: filled(&value), at });
    }
}
