//! XML as manifests use it: elements that know where they stand. Comments and namespaces say nothing there and are left out.

use std::sync::Arc;

use camino::Utf8Path;
use roxmltree::{Document, Node};

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Lines, Rule, Span};

/// Elements below this depth are not read: no manifest nests as deep.
const DEPTH: usize = 48;

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name, without a namespace.
    pub name: String,
    /// What its attribute `implementation` says, by which a pom names a class.
    implementation: String,
    /// What its attribute `executable` says, by which Ant names a program.
    executable: String,
    /// The text directly in it, blanks around it left out.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
    file: Arc<Utf8Path>,
    span: Span,
}

impl Element {
    /// Parses the text of `file` and gives its outermost element.
    ///
    /// # Errors
    /// When it is no XML, or declares entities, which nothing here needs and which can grow without end.
    pub fn parse(file: &Utf8Path, text: &str) -> Result<Self> {
        let document = Document::parse(text).map_err(|error| {
            let place = error.pos();
            let span = Span { line: place.row.max(1), column: place.col.max(1), length: 1 };
            Diagnostic::error("manifest::broken", format!("`{file}` is no XML: {error}")).at(file, Some(span), "here")
        })?;
        Ok(read(&document.root_element(), &Arc::from(file), (text, &Lines::default()), 0))
    }

    /// The first element of that name in it.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element that these names lead to, the first of each name.
    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The elements in the element that these names lead to.
    pub fn list<'e>(&'e self, path: &[&str]) -> &'e [Element] {
        self.at(path).map_or(&[], |element| &element.children)
    }

    /// Whether its class, which `implementation` names, has this name.
    pub fn is_a(&self, class: &str) -> bool {
        self.implementation.rsplit('.').next() == Some(class)
    }

    /// The program that it starts by its attribute `executable`, where it has one.
    pub fn starts(&self) -> Option<&str> {
        (!self.executable.is_empty()).then_some(self.executable.as_str())
    }

    /// It, as evidence: its text, or its name where there is none.
    pub fn evidence(&self, rule: Rule) -> Evidence {
        let text = if self.text.is_empty() { &self.name } else { &self.text };
        Evidence::at(&*self.file, self.span, rule, text.lines().next().unwrap_or_default())
    }
}

fn read(node: &Node<'_, '_>, file: &Arc<Utf8Path>, (text, lines): (&str, &Lines), depth: usize) -> Element {
    let children = node.children().filter(|child| child.is_element() && depth < DEPTH);
    let own: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let range = node.range();
    Element {
        name: node.tag_name().name().to_owned(),
        executable: node.attribute("executable").unwrap_or_default().to_owned(),
        implementation: node.attribute("implementation").unwrap_or_default().to_owned(),
        text: own.trim().to_owned(),
        children: children.map(|child| read(&child, file, (text, lines), depth + 1)).collect(),
        file: Arc::clone(file),
        span: lines.span(text, range.start, range.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_knows_its_line() {
        let text = "<project xmlns='x'>\n  <!-- <artifactId>no</artifactId> -->\n  <artifactId> shop </artifactId>\n</project>";
        let root = Element::parse("pom.xml".into(), text).map_err(|error| error.message);
        let found = root.map(|root| {
            root.child("artifactId").map(|id| (id.text.clone(), id.evidence(Rule::parsed("test", "test")).place().to_string()))
        });
        assert_eq!(found, Ok(Some(("shop".into(), "pom.xml:3".into()))));
    }

    #[test]
    fn entities_are_refused() {
        let text = "<!DOCTYPE project [<!ENTITY a 'aaaa'>]><project>&a;</project>";
        assert!(Element::parse("pom.xml".into(), text).is_err());
    }
}
