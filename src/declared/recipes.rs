//! make, just and task: the targets that start the program.

use super::{By, Notes, Purpose, rule};
use crate::command::{Line, Reader};
use crate::evidence::{Evidence, Rule};

const TARGET: Rule = rule("declared.recipe", "this target starts it");

/// Task runners, by the files that they read.
const RUNNERS: [(&str, &str); 7] = [
    ("make", "Makefile"),
    ("make", "makefile"),
    ("make", "GNUmakefile"),
    ("just", "justfile"),
    ("just", "Justfile"),
    ("task", "Taskfile.yml"),
    ("task", "Taskfile.yaml"),
];
/// Targets that start what is deployed, the plainest last.
const TARGETS: [&str; 7] = ["run-prod", "start-prod", "prod", "production", "serve", "start", "run"];

pub(super) fn read(notes: &mut Notes<'_>) {
    for (runner, file) in RUNNERS {
        if !notes.tree.has(notes.directory.join(file)) {
            continue;
        }
        for target in TARGETS {
            let line = Line::parse(&format!("{runner} {target}"));
            let path = notes.directory.join(file);
            let start = Reader::new(notes.tree).follow(&line, notes.directory, Evidence::exists(path, TARGET));
            // it leads to nothing where there is no such target
            let leads = start.at.len() > 1 && start.program().is_some_and(|program| program.program() != runner);
            let Some(at) = start.at.last().filter(|_| leads).map(|at| at.under(TARGET)) else { continue };
            // a container is no start for what goes into one
            if start
                .program()
                .is_some_and(|program| matches!(program.program(), "docker" | "podman" | "docker-compose" | "kubectl" | "fly" | "heroku"))
            {
                continue;
            }
            notes.start_for(By::Recipe, Purpose::Production, "", &line, notes.directory, at, Vec::new());
            return;
        }
    }
}
