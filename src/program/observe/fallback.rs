//! The setting that most looks like the port, for programs that listen on an address which cannot be followed.

use super::address::settle;
use crate::app::{FlagArgument, Interface, Listen};
use crate::catalog::vocabulary::Meaning;
use crate::evidence::{Fact, Rule};
use crate::program::origin::Match;
use crate::program::{At, Binding, Expression, Program, Resolved};

const PORT_LIKE: Rule = Rule::weak("program.port-like-setting", "this looks like the setting for the port that the program listens on");

const CONFIGURED: Rule =
    Rule::weak("program.configured-port", "this looks like the port in a file that the program reads its settings from");

/// Sections that speak of others' ports.
const FOREIGN: &str = "redis database db mysql postgres postgresql pg mongo mongodb kafka etcd consul nats smtp mail email cache log logger \
    logging trace tracing jaeger otel client clients data datasource registry upstream rabbitmq amqp elasticsearch minio s3 sentry metrics \
    prometheus pprof debug admin management";
/// How much less telling a second door is.
const SECOND: usize = 100;

/// The names that settings for ports have, the most telling first.
const NAMES: &str = "port httpport serverport listenport appport apiport webport httpaddr httpaddress listenaddr listenaddress listen addr \
    address serveraddr serveraddress bind bindaddr bindaddress httplisten defaultport defaultaddr http serverhttpport hosts serverhosts";

/// A port, and the flag with which it is reached.
type Like = (Fact<Listen>, Option<Fact<FlagArgument>>);

impl Program<'_> {
    /// The best of them that has a port, and the flag without which nobody reaches it.
    #[must_use]
    pub fn port_like(&self) -> Option<Like> {
        let mut found: Vec<(usize, Like)> = Vec::new();
        for (number, setting) in self.settings().iter().enumerate() {
            let names = setting.variables.iter().chain(&setting.others).chain(&setting.target).chain([&setting.key]);
            self.consider(&mut found, names.map(String::as_str), &self.resolve_setting(number), setting.file, setting.at);
        }
        for (file, call) in self.calls() {
            let reads = self.vocabulary.calls(call.method()).iter().find_map(|entry| {
                let Meaning::Variable(variable) = &*entry.meaning else { return None };
                (self.matches(entry, file, call) != Match::No).then_some(variable)
            });
            let named = reads.is_some() || call.method().to_ascii_lowercase().contains("env");
            let Some(name) = call.arguments.first().and_then(|argument| argument.value.text()).filter(|_| named) else { continue };
            if rank(name).is_some() {
                let values = self.resolve_call(file, call);
                self.consider(&mut found, std::iter::once(name), &values, file, call.at);
            }
        }
        if found.is_empty() {
            self.constants(&mut found);
        }
        found.into_iter().min_by_key(|(rank, _)| *rank).map(|(_, like)| like)
    }

    /// Constants of modules that are called as a port is: what configuration that is kept elsewhere begins with.
    fn constants(&self, found: &mut Vec<(usize, Like)>) {
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            let of_module = |binding: &&Binding| binding.context.function.is_none() && !binding.context.test;
            for binding in source.outline.bindings.iter().filter(of_module).filter(|binding| rank(&binding.target).is_some()) {
                let values = self.resolve(Expression { value: &binding.value, file, context: binding.context, at: binding.at });
                self.consider(found, std::iter::once(binding.target.as_str()), &values, file, binding.at);
            }
        }
    }

    /// The most telling port of the settings files.
    #[must_use]
    pub fn configured_port(&self) -> Option<Fact<Listen>> {
        let entries = self.configuration.borrow().entries().to_vec();
        let mut best: Option<(usize, Fact<Listen>)> = None;
        for entry in entries {
            let (sections, key) = entry.key.rsplit_once('.').unwrap_or(("", &entry.key));
            let mut sections = sections.split('.').map(str::to_ascii_lowercase);
            let Some(rank) = rank(key) else { continue };
            if sections.clone().any(|section| FOREIGN.split_whitespace().any(|foreign| foreign == section)) {
                continue;
            }
            let rank = rank + if sections.any(|section| section.contains("rpc") || section.contains("https")) { SECOND } else { 0 };
            let values = self.budget.question(|| self.configured(&entry.key, 0));
            // a variable for a whole address sets no port
            let bare = !values.iter().any(|value| value.text().is_some_and(|text| text.contains(':')));
            let Some(settled) = settle(&values, bare).filter(|_| best.as_ref().is_none_or(|(known, _)| rank < *known)) else { continue };
            best = Some((rank, Fact::new(settled.listen, self.evidence(self.sources().len() + entry.file, entry.at, CONFIGURED))));
        }
        best.map(|(_, fact)| fact)
    }

    fn consider<'n>(&self, found: &mut Vec<(usize, Like)>, names: impl Iterator<Item = &'n str>, values: &[Resolved], file: usize, at: At) {
        let Some(rank) = names.filter_map(rank).min() else { return };
        if let Some(mut settled) = settle(values, true).filter(|settled| settled.listen.port.is_some()) {
            let evidence = self.evidence(file, at, PORT_LIKE);
            let inside = settled.listen.interface == Interface::Loopback && settled.listen.host.is_none();
            let argument = self.host_argument(values).filter(|_| inside);
            if argument.is_some() {
                settled.listen.interface = Interface::Any;
            }
            found.push((rank, (Fact::new(settled.listen, evidence.clone()), argument.map(|argument| Fact::new(argument, evidence)))));
        }
    }
}

/// How telling a setting's name is; the lower the more.
#[must_use]
pub fn rank(name: &str) -> Option<usize> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.split_whitespace().position(|known| known == name)
}
