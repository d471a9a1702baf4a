//! A plugin as a module uses it.

use super::model::{Module, Said};
use crate::read::xml::Element;

/// A plugin of a module: what it says itself first, then what it inherits.
#[derive(Debug)]
pub struct Plugin<'r, 'm> {
    pub(super) module: &'m Module<'r>,
    /// The element that puts it to use.
    pub element: &'r Element,
    pub(super) layers: Vec<&'r Element>,
}

impl<'r> Plugin<'r, '_> {
    /// Its version.
    pub fn version(&self) -> Option<String> {
        self.layers.iter().find_map(|layer| layer.child("version")).map(|version| self.module.fill(&version.text))
    }

    /// A value of its configuration; that of an execution comes first.
    pub fn configured(&self, path: &[&str]) -> Option<Said<'r>> {
        let element = self.configurations().find_map(|configuration| configuration.at(path))?;
        Some(Said { value: self.module.fill(&element.text), element })
    }

    /// Its configurations, strongest first.
    pub fn configurations(&self) -> impl Iterator<Item = &'r Element> {
        let of_executions = self.executions().filter_map(|execution| execution.child("configuration"));
        of_executions.chain(self.layers.iter().filter_map(|layer| layer.child("configuration")))
    }

    /// Its executions.
    pub fn executions(&self) -> impl Iterator<Item = &'r Element> {
        self.layers.iter().flat_map(|layer| layer.list(&["executions"]))
    }

    /// The execution of this goal, one that is bound to no phase left out.
    pub fn execution(&self, goal: &str) -> Option<&'r Element> {
        self.executions().find(|execution| {
            let bound = execution.child("phase").is_none_or(|phase| phase.text != "none");
            bound && execution.list(&["goals"]).iter().any(|child| child.text == goal)
        })
    }

    /// `text` with the module's properties filled in.
    pub fn fill(&self, text: &str) -> String {
        self.module.fill(text)
    }
}
