//! Types of the program's own that extend a server: what is made of them listens, wherever it is made.

use super::listens::Found;
use crate::catalog::vocabulary::{Meaning, last_word};
use crate::evidence::{Evidence, Rule};
use crate::program::Program;

const SERVER: Rule = Rule::parsed("program.server-type", "this extends a server");

impl Program<'_> {
    /// What a server of the program's own listens on, where a setting looks like its port.
    pub(super) fn by_type(&self, mut found: Found) -> Found {
        if let Some(server) = self.server_type()
            && let Some((listen, argument)) = self.port_like()
        {
            found.picked = None;
            found.arguments.extend(argument);
            found.listens = vec![listen.and(server)];
        }
        found
    }

    /// The first of them.
    fn server_type(&self) -> Option<Evidence> {
        let listens = |file: usize, base: &str| {
            let base = self.index.imported(file, base).unwrap_or(base);
            let mut entries = self.vocabulary.calls(last_word(base)).iter();
            entries.any(|entry| matches!(*entry.meaning, Meaning::Listens(_)) && entry.path.as_deref() == Some(base))
        };
        self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in).find_map(|(file, source)| {
            let server = source.outline.types.iter().find(|declared| declared.bases.iter().any(|base| listens(file, base)))?;
            Some(self.evidence(file, server.at, SERVER))
        })
    }
}
