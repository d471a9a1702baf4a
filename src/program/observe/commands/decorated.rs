//! Subcommands that decorators define: click, typer.

use super::{NESTED, ONE, Task, Tasks};
use crate::catalog::vocabulary::{Commands, Meaning, last_word};
use crate::evidence::Evidence;
use crate::program::origin::comes_from;
use crate::program::{Annotation, Call, Function, Program, Value};

/// A group of commands, or a command.
struct Node<'t> {
    /// What the sources call it.
    name: &'t str,
    /// What its users call it.
    word: String,
    /// The group that it belongs to, as the sources call it.
    parent: Option<&'t str>,
    group: bool,
    /// Whether a group does something by itself.
    acts: bool,
    does: Option<(usize, u32)>,
    /// The number of its file.
    file: usize,
    at: Evidence,
    /// Whether a program of one command is that command.
    merges: bool,
}

impl<'t> Program<'t> {
    pub(super) fn decorated_tasks(&self) -> Option<Tasks> {
        let mut nodes = self.groups_made();
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            for (number, function) in (0..).zip(&source.outline.functions) {
                nodes.extend(function.annotations.iter().filter_map(|annotation| self.decorated(file, number, function, annotation)));
            }
        }
        self.join(&mut nodes);
        let groups: Vec<&str> = nodes.iter().filter(|node| node.group).map(|node| node.name).collect();
        let above = |node: &Node<'t>| node.parent.filter(|parent| groups.contains(parent));
        let top = |node: &Node<'t>| -> Option<&'t str> {
            let mut name = above(node)?;
            for _ in 0..NESTED {
                match nodes.iter().find(|node| node.group && node.name == name).and_then(above) {
                    Some(parent) => name = parent,
                    None => return Some(name),
                }
            }
            None
        };
        let roots: Vec<_> = nodes.iter().filter(|node| !node.group).filter_map(top).collect();
        let started = nodes.iter().filter(|node| node.group && roots.contains(&node.name));
        let root = started.filter(|node| self.is_started(node)).map(|node| node.name).next()?;
        if nodes.iter().any(|node| node.name == root && node.group && node.acts) {
            return None;
        }
        let own: Vec<_> = nodes.iter().filter(|node| !node.group && top(node) == Some(root)).collect();
        let has_own_options = nodes.iter().any(|node| node.group && node.name == root && !node.merges);
        if let ([_], false) = (own.as_slice(), has_own_options) {
            return None;
        }
        let words = |node: &Node<'t>| {
            let mut words = vec![node.word.clone()];
            let mut next = above(node).filter(|parent| *parent != root);
            while let Some(group) = next.and_then(|name| nodes.iter().find(|node| node.group && node.name == name)) {
                words.extend((!group.word.is_empty()).then(|| group.word.clone()));
                next = above(group).filter(|parent| *parent != root && words.len() < NESTED);
            }
            words.reverse();
            words
        };
        let task = |node: &&Node<'t>| Task { words: words(node), at: node.at.clone(), does: node.does.into_iter().collect() };
        Some(Tasks { all: own.iter().map(task).collect(), optional: false })
    }

    /// What is a group because of what makes it: `app = typer.Typer()`.
    fn groups_made(&self) -> Vec<Node<'t>> {
        let mut found: Vec<Node<'t>> = Vec::new();
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            for binding in &source.outline.bindings {
                let Value::Call(call) = &binding.value else { continue };
                let entries = self.vocabulary.calls(call.method()).iter();
                let makes = |entry: &&crate::catalog::vocabulary::Entry| {
                    matches!(&*entry.meaning, Meaning::Commands(commands) if commands.group)
                        && entry.of.iter().any(|of| comes_from(&call.path, of))
                };
                if entries.into_iter().any(|entry| makes(&entry)) {
                    let acts = call.argument("invoke_without_command", None).is_some_and(|argument| argument.value == Value::Truth(true));
                    let name = last_word(&binding.target);
                    let at = self.evidence(file, binding.at, ONE);
                    found.push(Node { name, word: String::new(), parent: None, group: true, acts, does: None, file, at, merges: true });
                }
            }
        }
        found
    }

    /// What a function is by one of its decorators.
    fn decorated(&self, file: usize, number: u32, function: &'t Function, annotation: &'t Annotation) -> Option<Node<'t>> {
        let mut entries = self.vocabulary.annotations(&annotation.name).filter_map(|entry| match &*entry.meaning {
            Meaning::Commands(commands) if entry.of.iter().any(|of| self.imports(of)) => Some((entry, commands)),
            _ => None,
        });
        let (entry, commands) = entries.next()?;
        let (holder, _) = annotation.name.rsplit_once('.')?;
        let of_library = entry.of.iter().any(|of| comes_from(&annotation.name, of));
        let parent = (!of_library).then(|| last_word(holder));
        let truth = |name: &str| annotation.argument(name, None).is_some_and(|argument| argument.value == Value::Truth(true));
        let at = self.evidence(file, annotation.at, ONE);
        let acts = truth("invoke_without_command");
        if commands.of_group {
            // what stands before a group's commands has options, and is no command
            let node = Node { name: parent?, word: String::new(), parent: None, group: true, acts, does: None, file, at, merges: false };
            return Some(node);
        }
        let named = annotation.argument("name", Some(0)).and_then(|argument| argument.value.text());
        let word = named.map_or_else(|| function.name.to_lowercase().replace('_', "-"), str::to_owned);
        let does = Some((file, number));
        Some(Node { name: &function.name, word, parent, group: commands.group, acts, does, file, at, merges: false })
    }

    /// `cli.add_command(serve)`, `app.add_typer(users, name="users")`.
    fn join(&self, nodes: &mut [Node<'t>]) {
        for (_, call, entries) in self.known_calls() {
            let joins = |commands: &Commands| !commands.joins.is_empty();
            if !entries.iter().any(|entry| matches!(&*entry.meaning, Meaning::Commands(commands) if joins(commands))) {
                continue;
            }
            let Some((holder, _)) = call.path.rsplit_once('.') else { continue };
            let Some(Value::Name(joined)) = call.arguments.first().map(|argument| &argument.value) else { continue };
            let name = call.argument("name", Some(1)).and_then(|argument| argument.value.text());
            for node in nodes.iter_mut().filter(|node| node.name == last_word(joined) && node.parent.is_none()) {
                node.parent = Some(last_word(holder));
                if let Some(name) = name {
                    name.clone_into(&mut node.word);
                }
            }
        }
    }

    /// Whether a group is what the program's first file starts: it stands there, or is called from there. Others are commands of modules
    /// that are imported for something else.
    fn is_started(&self, node: &Node<'t>) -> bool {
        let Some(first) = self.sources().first() else { return false };
        let calls_it = |file: usize, call: &Call| {
            let path = call.path.strip_suffix(".main").unwrap_or(&call.path);
            let of_module = || self.module_of(file, path) == Some((self.sources()[node.file].module.as_str(), node.name));
            if file == node.file { path == node.name } else { of_module() }
        };
        let leads = |call: &Call| {
            self.project_functions(0, &call.path).into_iter().any(|(file, number)| {
                let body = self.function(file, number).map(|function| function.body);
                body.is_some_and(|body| self.index.calls_within(file, body).any(|call| calls_it(file, call)))
            })
        };
        node.file == 0 || first.outline.calls.iter().any(|call| calls_it(0, call) || leads(call))
    }
}
