//! Which programs a program starts.

use super::Observer;
use crate::evidence::{Fact, Rule};
use crate::lang::node::source::{Call, Placed, Source, Value};
use crate::need::Need;

const STARTS: Rule = Rule::parsed("node.starts", "it starts this program");

impl Observer<'_, '_> {
    pub(super) fn programs(&self) -> Vec<Fact<Need>> {
        let mut found: Vec<Fact<Need>> = Vec::new();
        for (source, call) in self.sources.calls() {
            let imported =
                ["child_process", "node:child_process", "execa", "cross-spawn"].iter().any(|name| source.imports(name).is_some());
            if !imported {
                continue;
            }
            let verb = call.value.name.rsplit('.').next().unwrap_or_default();
            let by_shell = matches!(verb, "exec" | "execSync") && !call.value.name.contains("db.") && !is_of_pattern(source, call);
            let direct = matches!(verb, "spawn" | "spawnSync" | "execFile" | "execFileSync" | "execa" | "execaSync");
            if !by_shell && !direct {
                continue;
            }
            let at = source.evidence(call.span, STARTS, call.value.name.clone());
            let mut names: Vec<String> = Vec::new();
            let text = match call.value.arguments.first() {
                Some(Value::Text(text)) => text.clone(),
                Some(Value::Joined(parts)) => match parts.first() {
                    Some(Value::Text(text)) => text.clone(),
                    _ => String::new(),
                },
                _ => String::new(),
            };
            names.extend(by_shell.then(|| "sh".to_owned()));
            names.extend(text.split_whitespace().next().map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()));
            for name in names.into_iter().filter(|name| name != "node") {
                let need = Need::Program(name);
                if self.catalog.knows(&need) && !found.iter().any(|fact| fact.value == need) {
                    found.push(Fact::new(need, at.clone()));
                }
            }
        }
        found
    }
}

/// `/pattern/.exec(text)`, which is no program.
fn is_of_pattern(source: &Source, call: &Placed<Call>) -> bool {
    let name = &call.value.name;
    name.starts_with('?')
        || (name.contains('.')
            && !["child_process.", "cp.", "childProcess.", "shell.", "util."].iter().any(|prefix| name.starts_with(prefix))
            && source.names.contains_key(name.split('.').next().unwrap_or_default()))
}
