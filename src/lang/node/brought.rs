//! Programs that others bring: those of dependencies, by their names, and the servers that frameworks build.

use super::baked;
use super::behaviour::Seen;
use super::bundle::Bundling;
use super::entry;
use super::framework::{Server, Started};
use super::look::Looker;
use super::manager::Manager;
use super::runtime::Runtime;
use super::{Node, Product, Start, Taken};
use crate::app::{Behaviour, Interface, Listen, PortVariable, Role, WritePath};
use crate::catalog::Served;
use crate::evidence::Fact;
use crate::lang::language::Language as _;
use crate::need::Need;

impl Looker<'_, '_> {
    /// A program that a dependency brings, and what the catalog knows of it.
    pub(super) fn program(
        &self,
        program: &entry::Program,
        env: Vec<(String, String)>,
        manager: Manager,
        runtime: Fact<Runtime>,
    ) -> (Product, Seen) {
        let unknown = Served::default();
        let known = self.catalog.program(Node::NAME, &program.name).unwrap_or(&unknown);
        let flag = |names: &[&str]| {
            let place = program.arguments.iter().position(|word| names.contains(&word.as_str()))?;
            program.arguments.get(place + 1)?.parse().ok()
        };
        let set = flag(&["-p", "--port"]);
        let listen = set.or(known.port).map(|port| Listen {
            port: Some(port),
            variable: known.variable.clone().filter(|_| set.is_none()).map(|name| PortVariable { name, role: Role::Optional }),
            interface: if known.host.is_some() { Interface::Loopback } else { Interface::Any },
            host: known.host.clone(),
        });
        let fact = |directory: &String| Fact::new(WritePath { directory: directory.into() }, program.at.clone());
        let mut needs = Vec::new();
        if manager == Manager::Pnpm {
            // what it puts into `.bin` are scripts of the shell
            needs.push(Fact::new(Need::Program("sh".into()), program.at.clone()));
        }
        let behaviour = Behaviour {
            listens: listen.map(|listen| Fact::new(listen, program.at.clone())).into_iter().collect(),
            writes: known.writes.iter().map(fact).collect(),
            needs,
            ..Behaviour::default()
        };
        let start = Start {
            runtime,
            what: known.what.clone(),
            words: program.arguments.clone(),
            dependency: None,
            program: Some(program.name.clone()),
            line: None,
            env,
            taken: Taken::Whole,
            owned: false,
            modules: true,
            bundling: Bundling::elsewhere(&program.name, &program.at),
            tool: false,
            baked: Vec::new(),
            at: program.at.clone(),
        };
        (Product::Server(Box::new(start)), Seen { behaviour, ..Seen::default() })
    }

    pub(super) fn server(&self, server: &Server, mut env: Vec<(String, String)>, runtime: Fact<Runtime>) -> (Product, Seen) {
        env.extend(server.env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut arguments = server.arguments.clone();
        let flag = |names: &[&str]| arguments.iter().position(|word| names.contains(&word.as_str()));
        let port = flag(&["-p", "--port"]).and_then(|index| arguments.get(index + 1)?.parse().ok());
        if port.is_none() && flag(&["-p", "--port"]).is_some() {
            // `-p $PORT`: the framework reads the variable by itself
            let index = flag(&["-p", "--port"]).unwrap_or_default();
            arguments.drain(index..(index + 2).min(arguments.len()));
        }
        let (dependency, words) = match &server.file {
            Started::Own(file) => (None, std::iter::once(file.clone()).chain(arguments).collect()),
            Started::Dependency(name, file) => (Some(((*name).to_owned(), (*file).to_owned())), arguments),
        };
        let listen = Listen {
            port: Some(port.unwrap_or(server.port)),
            variable: port.is_none().then(|| PortVariable { name: "PORT".into(), role: Role::Optional }),
            interface: server.interface,
            host: (server.interface == Interface::Loopback).then(|| "HOST".into()),
        };
        let behaviour = Behaviour { listens: vec![Fact::new(listen, server.at.clone())], ..Behaviour::default() };
        let seen = Seen { behaviour, hears: server.hears.then(|| server.at.clone()), ..Seen::default() };
        let start = Start {
            runtime,
            what: server.what.to_owned(),
            words,
            dependency,
            program: None,
            line: None,
            env,
            taken: Taken::Parts(server.takes.clone()),
            owned: server.writes,
            modules: server.modules,
            bundling: Bundling::elsewhere(server.what, &server.at),
            tool: false,
            baked: baked::find(self.tree, self.package),
            at: server.at.clone(),
        };
        (Product::Server(Box::new(start)), seen)
    }
}
