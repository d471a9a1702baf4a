//! Which modules of a reactor lead to which: worked out once, because every program asks.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Reactor;

/// The modules by their poms.
#[derive(Debug)]
pub struct Graph {
    nodes: BTreeMap<Utf8PathBuf, Node>,
    /// The pom in the project's own directory, and all that it names, in whatever profile.
    of_project: BTreeSet<Utf8PathBuf>,
}

/// Where a module leads.
#[derive(Debug)]
struct Node {
    /// The poms of the modules here that it depends on.
    needs: Vec<Utf8PathBuf>,
    /// Those of them that are not there for its tests alone.
    runs_with: Vec<Utf8PathBuf>,
    /// The poms that it names as its modules.
    modules: Vec<Utf8PathBuf>,
    /// The poms that it inherits from.
    parents: Vec<Utf8PathBuf>,
}

impl Graph {
    /// The graph of all modules.
    pub fn of(reactor: &Reactor) -> Self {
        let modules: Vec<_> = reactor.modules().collect();
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for module in &modules {
            by_name.entry(module.coordinates()).or_default().push(module.pom.clone());
        }
        let node = |module: &super::Module<'_>| {
            let dependencies = module.dependencies();
            let named = |runs: bool| {
                let counted = dependencies.iter().filter(|dependency| !runs || dependency.scope != "test");
                let names = counted.filter_map(|dependency| by_name.get(&(dependency.group.clone(), dependency.artifact.clone())));
                let mut named: Vec<_> = names.flatten().cloned().collect();
                named.sort();
                named.dedup();
                named
            };
            Node {
                needs: named(false),
                runs_with: named(true),
                modules: module.modules(),
                parents: module.chain().skip(1).map(Utf8Path::to_owned).collect(),
            }
        };
        let nodes = modules.iter().map(|module| (module.pom.clone(), node(module))).collect();
        Self { nodes, of_project: of_project(reactor) }
    }

    /// The pom in the project's own directory, if there is one, and all that it leads to.
    pub fn of_project(&self) -> &BTreeSet<Utf8PathBuf> {
        &self.of_project
    }

    /// The outermost module that leads to this one by its modules.
    pub fn root_of(&self, pom: &Utf8Path) -> Utf8PathBuf {
        let mut way = vec![pom.to_owned()];
        let above = |way: &[Utf8PathBuf]| {
            let last = way.last()?;
            self.nodes.iter().find(|(pom, node)| !way.contains(pom) && node.modules.contains(last)).map(|(pom, _)| pom.clone())
        };
        while let Some(pom) = above(&way) {
            way.push(pom);
        }
        way.pop().unwrap_or_default()
    }

    /// The module, those that it depends on, and those that these do.
    pub fn reach(&self, pom: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.follow(pom, |node| node.needs.iter())
    }

    /// The same, without what is there for tests alone.
    pub fn running(&self, pom: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.follow(pom, |node| node.runs_with.iter())
    }

    /// The module, those that it names, and all that they inherit from.
    pub fn below(&self, pom: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.follow(pom, |node| node.modules.iter().chain(&node.parents))
    }

    /// All that `next` leads to from a module, in the order in which it is come upon.
    fn follow<'g, N: Iterator<Item = &'g Utf8PathBuf>>(&'g self, pom: &Utf8Path, next: impl Fn(&'g Node) -> N) -> Vec<Utf8PathBuf> {
        let mut found: Vec<Utf8PathBuf> = vec![pom.to_owned()];
        let mut at = 0;
        while let Some(pom) = found.get(at) {
            let more = self.nodes.get(pom).into_iter().flat_map(&next).filter(|pom| self.nodes.contains_key(*pom));
            for pom in more.collect::<Vec<_>>() {
                if !found.contains(pom) {
                    found.push(pom.clone());
                }
            }
            at += 1;
        }
        found
    }
}

/// The modules of the project's own pom and theirs, those of profiles that are off too: they are known to the build.
fn of_project(reactor: &Reactor) -> BTreeSet<Utf8PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![Utf8PathBuf::from("pom.xml")];
    while let Some(pom) = open.pop() {
        let Some(module) = reactor.module(&pom).filter(|_| !found.contains(&pom)) else { continue };
        open.extend(module.all_modules());
        found.insert(pom);
    }
    found
}
