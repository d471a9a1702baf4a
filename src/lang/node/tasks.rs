//! What a monorepo's tool runs before a task: `dependsOn` of Turborepo and Nx.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::package::{Kind, Package};
use super::workspace::Workspace;
use crate::read::document::{Document, Value};
use crate::tree::Tree;

/// What a task waits for, by its name.
type Table = BTreeMap<String, Vec<Wanted>>;

/// A task that another one waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// Of the same package.
    Own(String),
    /// Of every package that it depends on.
    Upstream(String),
    /// Of this package.
    Of(String, String),
}

/// The tasks of a workspace.
#[derive(Debug, Default)]
pub struct Tasks {
    /// What holds for every package.
    all: Table,
    /// What a package says for itself, by its directory.
    own: BTreeMap<Utf8PathBuf, Table>,
}

impl Tasks {
    /// Reads `turbo.json`, `nx.json` and what packages say for themselves. A file that is broken says nothing: its own tool complains.
    pub fn read(tree: &Tree, workspace: &Workspace<'_>) -> Self {
        let root = &workspace.root;
        let mut tasks = Self { all: from(tree, &root.inside("turbo.json"), &[&["tasks"], &["pipeline"]]), own: BTreeMap::new() };
        tasks.all.extend(from(tree, &root.inside("nx.json"), &[&["targetDefaults"]]));
        for package in std::iter::once(root).chain(&workspace.members) {
            let mut own = if package.directory == root.directory {
                Table::new()
            } else {
                from(tree, &package.inside("turbo.json"), &[&["tasks"], &["pipeline"]])
            };
            own.extend(from(tree, &package.inside("project.json"), &[&["targets"]]));
            own.extend(table(package.document.get(&["nx", "targets"])));
            tasks.own.insert(package.directory.clone(), own);
        }
        tasks
    }

    /// What is run for `task` of `package`, in this order and ending with itself: packages and names of scripts, whether or not a package
    /// has such a script. Without a word of a tool's, what a package depends on is built first.
    pub fn before<'w, 't>(&self, workspace: &'w Workspace<'t>, package: &'w Package<'t>, task: &str) -> Vec<(&'w Package<'t>, String)> {
        let mut walk = Walk { tasks: self, workspace, seen: BTreeSet::new(), order: Vec::new() };
        walk.visit(package, task);
        walk.order
    }

    fn wanted(&self, package: &Package<'_>, task: &str) -> Vec<Wanted> {
        let own = self.own.get(&package.directory).and_then(|own| own.get(task));
        let named = || self.all.get(&format!("{}#{task}", package.name().unwrap_or_default()));
        let mut wanted = own.or_else(named).or_else(|| self.all.get(task)).cloned().unwrap_or_default();
        let upstream = Wanted::Upstream(task.to_owned());
        if task == "build" {
            // a tool that runs them at once leaves the order open: what is generated is there before anything is built of it
            wanted.retain(|one| *one != upstream);
            wanted.push(upstream);
        }
        wanted
    }
}

struct Walk<'k, 'w, 't> {
    tasks: &'k Tasks,
    workspace: &'w Workspace<'t>,
    seen: BTreeSet<(Utf8PathBuf, String)>,
    order: Vec<(&'w Package<'t>, String)>,
}

impl<'w, 't> Walk<'_, 'w, 't> {
    fn visit(&mut self, package: &'w Package<'t>, task: &str) {
        if !self.seen.insert((package.directory.clone(), task.to_owned())) {
            return;
        }
        for wanted in self.tasks.wanted(package, task) {
            match wanted {
                Wanted::Own(name) => self.visit(package, &name),
                Wanted::Upstream(name) => {
                    for member in self.workspace.needed_by(package, &[Kind::Production, Kind::Development]) {
                        self.visit(member, &name);
                    }
                }
                Wanted::Of(owner, name) => {
                    let root = Some(&self.workspace.root).filter(|_| owner == "//");
                    if let Some(package) = root.or_else(|| self.workspace.named(&owner)) {
                        self.visit(package, &name);
                    }
                }
            }
        }
        self.order.push((package, task.to_owned()));
    }
}

/// The tasks of a file, below the first of these keys that is there.
fn from(tree: &Tree, file: &Utf8Path, keys: &[&[&str]]) -> Table {
    let Some(document) = tree.text(file).ok().and_then(|text| Document::jsonc(file, text).ok()) else { return Table::new() };
    table(keys.iter().find_map(|keys| document.get(keys)))
}

fn table(tasks: Option<&Value<'_>>) -> Table {
    let entries = tasks.map(Value::map).unwrap_or_default().iter();
    entries
        .filter_map(|(key, task)| Some((key.name.to_string(), task.get(&["dependsOn"])?.list().iter().filter_map(wanted).collect())))
        .collect()
}

/// One entry of `dependsOn`; `$NAME` is a variable of the oldest Turborepo's.
fn wanted(value: &Value<'_>) -> Option<Wanted> {
    let Some(text) = value.string() else {
        let target = value.get(&["target"])?.string()?.to_owned();
        let upstream = value.get(&["dependencies"]).and_then(Value::boolean) == Some(true)
            || value.get(&["projects"]).and_then(Value::string) == Some("dependencies");
        return Some(if upstream { Wanted::Upstream(target) } else { Wanted::Own(target) });
    };
    if let Some(name) = text.strip_prefix('^') {
        return Some(Wanted::Upstream(name.to_owned()));
    }
    match text.split_once('#') {
        Some((owner, name)) => Some(Wanted::Of(owner.to_owned(), name.to_owned())),
        None => (!text.starts_with('$')).then(|| Wanted::Own(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::node::workspace::workspaces;

    #[test]
    fn tasks_run_in_the_order_of_their_tool() {
        let told = |extra: (&'static str, &'static str)| {
            let tree = Tree::from_memory([
                ("package.json", r#"{"workspaces": ["db", "web"]}"#),
                ("db/package.json", r#"{"name": "db"}"#),
                ("web/package.json", r#"{"name": "web", "dependencies": {"db": "*"}}"#),
                extra,
            ]);
            let found = workspaces(&tree).unwrap();
            let web = found[0].named("web").unwrap();
            let order = Tasks::read(&tree, &found[0]).before(&found[0], web, "build");
            order.iter().map(|(package, task)| format!("{}:{task}", package.directory)).collect::<Vec<_>>()
        };
        assert_eq!(told(("x", "")), ["db:build", "web:build"]);
        let turbo = r#"{"tasks": {"build": {"dependsOn": ["^db:generate", "codegen"]}}}"#;
        assert_eq!(told(("turbo.json", turbo)), ["db:db:generate", "web:codegen", "db:codegen", "db:build", "web:build"]);
        let nx = r#"{"targetDefaults": {"build": {"dependsOn": [{"target": "generate", "projects": "dependencies"}]}}}"#;
        assert_eq!(told(("nx.json", nx)), ["db:generate", "db:build", "web:build"]);
        let own = r#"{"targets": {"build": {"dependsOn": ["db#seed"]}}}"#;
        assert_eq!(told(("web/project.json", own)), ["db:seed", "db:build", "web:build"]);
    }
}
