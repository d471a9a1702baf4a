//! Where the program listens: the calls that listen, the addresses that they are given, and in doubt the settings that speak of a port.

use super::address::{self, is_loopback, settle};
use super::names;
use super::unreachable::deliberate;
use crate::app::{FlagArgument, Interface, Listen, PortVariable, Role, VariableValue};
use crate::catalog::vocabulary::{Listens, Meaning};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::configuration::CONFIGURED;
use crate::program::origin::Match;
use crate::program::resolve::is_nothing;
use crate::program::{Call, Context, Expression, Given, Part, Program, Resolved, SettingKind, Value};

const ADDRESS: Rule = Rule::parsed("program.listen-address", "this is a call that listens, and its address can be followed");
const LISTENS: Rule = Rule::parsed("program.listen-call", "this is a call that listens");
const SETTING: Rule = Rule::parsed("program.listen-setting", "this says where the program listens");

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The most telling first.
    pub listens: Vec<Fact<Listen>>,
    /// Variables that hold a whole address and have no default.
    pub demands: Vec<Fact<String>>,
    /// Arguments without which only its container reaches it.
    pub arguments: Vec<Fact<FlagArgument>>,
    /// Variables of whole addresses without which only its container reaches it.
    pub environment: Vec<Fact<VariableValue>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
    /// A call that leaves the port to the system, where nothing else listens.
    pub picked: Option<Evidence>,
}

/// Something that listens.
struct Candidate<'v> {
    entry: &'v Listens,
    /// The address, or the port where it is `bare`; none: nothing was given.
    address: Option<Vec<Resolved>>,
    /// Whether it is given a port alone, and no address.
    bare: bool,
    /// The interface, where it is given by itself.
    host: Option<Vec<Resolved>>,
    /// Whether it may be given no interface, which is all of them.
    open: bool,
    /// The call or setting that says so.
    evidence: Evidence,
    rank: Rank,
}

/// What a call is that an entry speaks of.
enum Seen<'v> {
    /// It is none after all.
    Nothing,
    /// It listens, and nobody is meant to reach it; the call where the system picks the port of what may be meant for somebody.
    Private(Option<Evidence>),
    Candidate(Box<Candidate<'v>>),
}

/// What a listener is for; the first is what a program is deployed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Main,
    /// TLS beside plain HTTP, gRPC beside HTTP.
    Second,
    /// Metrics, profiles, health, redirects.
    Side,
}

/// Words of listeners that are beside the point, and of those that stand beside the first.
const SIDE: &str =
    "metric promhttp prometheus pprof debug profil admin health probe redirect telemetry management readiness acme challenge";
const SECOND: &str = "grpc rpc tls secure https";

impl Rank {
    fn of(words: &str) -> Self {
        // a server for HTTP is none for HTTPS because of how it is called
        let words = words.to_ascii_lowercase().replace("httpserver", "");
        let speaks_of = |list: &str| list.split_whitespace().any(|word| words.contains(word));
        if speaks_of(SIDE) {
            Self::Side
        } else if speaks_of(SECOND) {
            Self::Second
        } else {
            Self::Main
        }
    }
}

impl<'t> Program<'t> {
    /// Looks through all that may listen.
    #[must_use]
    pub fn listens(&self) -> Found {
        let mut found = Found::default();
        let mut candidates: Vec<Candidate<'t>> = Vec::new();
        for (file, call, _) in self.known_calls() {
            match self.listening_call(file, call) {
                Seen::Candidate(candidate) => candidates.push(*candidate),
                Seen::Private(picked) => found.picked = found.picked.or(picked),
                Seen::Nothing => {}
            }
        }
        candidates.extend(self.listening_settings());
        candidates.extend(self.listening_annotations());
        // what is given elsewhere takes the place of what is there when nothing is given
        let given = candidates.iter().any(|candidate| candidate.entry.option && candidate.address.is_some());
        candidates.retain(|candidate| !given || candidate.address.is_some());
        let Some(first) = candidates.first().map(|candidate| candidate.evidence.clone()) else { return self.by_type(found) };
        found.picked = None;
        candidates.sort_by_key(|candidate| candidate.rank);
        let mut missed = None;
        let mut best = Rank::Side;
        for candidate in &candidates {
            if self.add(&mut found, candidate) {
                best = best.min(candidate.rank);
            } else if candidate.rank == Rank::Main && candidate.address.is_some() {
                missed = missed.or(Some(&candidate.evidence));
            }
        }
        // side doors are not the door when the door itself was not found
        if found.listens.is_empty() || missed.is_some() && best == Rank::Side {
            let call = missed.unwrap_or(&first).clone();
            let (settled, argument) = self.port_like().unzip();
            found.arguments.extend(argument.flatten());
            let settled = settled.or_else(|| self.configured_port());
            found.listens = vec![settled.map_or_else(|| Fact::new(SOMEWHERE, call.clone()), |fact| fact.and(call.clone()))];
        }
        // what nobody can reach from outside is meant for nobody there, when another door is open
        if !found.listens.iter().all(deliberate) {
            found.listens.retain(|fact| !deliberate(fact));
        }
        found
    }

    /// Whether a call makes the program reachable.
    pub(super) fn is_listening(&self, file: usize, call: &'t Call) -> bool {
        matches!(self.listening_call(file, call), Seen::Candidate(_))
    }

    fn listening_call(&self, file: usize, call: &'t Call) -> Seen<'t> {
        for entry in self.vocabulary.calls(call.method()) {
            let Meaning::Listens(listens) = &*entry.meaning else { continue };
            let matched = self.matches(entry, file, call);
            if matched == Match::No {
                continue;
            }
            match self.candidate(file, call, listens, matched == Match::Proven) {
                Seen::Nothing => {}
                seen => return seen,
            }
        }
        Seen::Nothing
    }

    fn candidate(&self, file: usize, call: &'t Call, entry: &'t Listens, proven: bool) -> Seen<'t> {
        let values = |slots| {
            let given = self.given(file, call, slots);
            (!given.is_empty())
                .then(|| given.into_iter().flat_map(|given| self.address_values(file, call.context, given)).collect::<Vec<_>>())
        };
        let is_tcp = |network: &Resolved| network.text().is_none_or(|network| network.starts_with("tcp") || network.starts_with("http"));
        if values(&entry.network).is_some_and(|networks| !networks.iter().all(is_tcp)) {
            return Seen::Nothing;
        }
        let (address, bare) = match values(&entry.port) {
            Some(port) => (Some(port), true),
            None => (values(&entry.address), false),
        };
        let host = values(&entry.host);
        let told = address.as_ref().is_some_and(|values| address::looks_like_address(values));
        // many types have such a method, so the receiver or the address has to tell
        if !proven && !told {
            return Seen::Nothing;
        }
        if let Some(values) = &address {
            if address::is_private(values) {
                let inside = values.iter().chain(host.iter().flatten()).any(address::names_loopback);
                return Seen::Private((!inside).then(|| self.evidence(file, call.at, LISTENS)));
            }
            if !bare && address::is_no_address(values) {
                return Seen::Private(None);
            }
        } else if entry.option {
            return Seen::Nothing;
        } else if host.is_none() && values(&entry.socket).is_some() {
            return Seen::Private(None);
        }
        let rule = if address.is_some() { ADDRESS } else { LISTENS };
        let evidence = self.evidence(file, call.at, rule);
        let rank = Rank::of(&self.surroundings(file, call));
        if rank == Rank::Side && self.is_off(file, call) {
            return Seen::Nothing;
        }
        let open = self.given(file, call, &entry.host).into_iter().any(|given| self.may_be_nothing(given));
        Seen::Candidate(Box::new(Candidate { entry, address, bare, host, open, evidence, rank }))
    }

    /// Whether what is given may be nothing.
    fn may_be_nothing(&self, given: Given<'t>) -> bool {
        let Given::Value(expression) = given else { return false };
        self.shapes(expression).iter().any(|shape| matches!(shape.value, Value::Name(name) if is_nothing(name)))
    }

    /// Whether a call, or the function that it stands in, is reached below conditions alone.
    fn is_off(&self, file: usize, call: &Call) -> bool {
        let Some(number) = call.context.function else { return false };
        let Some(function) = self.function(file, number).filter(|function| !function.name.is_empty()) else { return false };
        let mut callers = self.callers(file, number, function).into_iter().peekable();
        callers.peek().is_some() && callers.all(|(_, caller)| caller.context.conditional)
    }

    /// An address in one: also as a list of host and port.
    fn address_values(&self, file: usize, context: Context, given: Given<'t>) -> Vec<Resolved> {
        if let Given::Value(expression) = given {
            let shapes = self.shapes(expression);
            let pairs: Vec<_> = shapes.iter().filter_map(|shape| self.pair(shape)).flatten().collect();
            if !pairs.is_empty() {
                return pairs;
            }
        }
        self.resolve_given(file, context, given)
    }

    fn pair(&self, shape: &Expression<'t>) -> Option<Vec<Resolved>> {
        let Value::List(items) = shape.value else { return None };
        let [host, port] = items.as_slice() else { return None };
        let resolve = |value: &'t Value| self.resolve(Expression { value, ..*shape });
        let (host, port) = (octets(host).map_or_else(|| resolve(host), |host| vec![host]), resolve(port));
        // two addresses are no host and port
        if host.iter().any(|host| host.text().is_some_and(|text| text.contains(':') && !text.contains("::"))) {
            return None;
        }
        Some(crate::program::resolve::separated(&[host, port], ":"))
    }

    fn listening_settings(&self) -> Vec<Candidate<'t>> {
        let mut found = Vec::new();
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            for binding in source.outline.bindings.iter().filter(|binding| !binding.context.test) {
                for entry in self.vocabulary.assigned(&binding.target) {
                    let Meaning::Listens(listens) = &*entry.meaning else { continue };
                    if !self.assigns_to(entry, file, binding) {
                        continue;
                    }
                    let values = self.resolve(Expression { value: &binding.value, file, context: binding.context, at: binding.at });
                    let bare = !listens.port.is_empty();
                    if address::is_private(&values) || !bare && address::is_no_address(&values) {
                        continue;
                    }
                    let evidence = self.evidence(file, binding.at, SETTING);
                    found.push(Candidate {
                        entry: listens,
                        address: Some(values),
                        bare,
                        host: None,
                        open: false,
                        evidence,
                        rank: Rank::Main,
                    });
                }
            }
        }
        found
    }

    fn listening_annotations(&self) -> Vec<Candidate<'t>> {
        let mut found = Vec::new();
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            let of_types = source.outline.types.iter().flat_map(|declared| &declared.annotations);
            let functions = source.outline.functions.iter().filter(|function| !function.test);
            for annotation in of_types.chain(functions.flat_map(|function| &function.annotations)) {
                for entry in self.vocabulary.annotations(&annotation.name) {
                    let Meaning::Listens(listens) = &*entry.meaning else { continue };
                    let evidence = self.evidence(file, annotation.at, LISTENS);
                    found.push(Candidate {
                        entry: listens,
                        address: None,
                        bare: false,
                        host: None,
                        open: false,
                        evidence,
                        rank: Rank::Main,
                    });
                }
            }
        }
        found
    }

    /// The words around a call, which tell what a listener is for: its function, its file, its arguments, and what is before it in its line.
    fn surroundings(&self, file: usize, call: &Call) -> String {
        let source = self.sources()[file];
        let function = call.context.function.and_then(|number| self.function(file, number)).map_or("", |function| function.name.as_str());
        let directory = source.path.parent().and_then(camino::Utf8Path::file_name).unwrap_or_default();
        let start = call.at.start as usize;
        let line = source.text.get(..start).map_or(0, |before| before.rfind('\n').map_or(0, |newline| newline + 1));
        let before = source.text.get(line.max(start.saturating_sub(200))..start).unwrap_or_default();
        let mut words = format!("{function} {directory} {} {before} {} ", source.path.file_stem().unwrap_or_default(), call.method());
        for argument in &call.arguments {
            names::near(&argument.value, &mut words, 0);
        }
        words
    }

    /// Adds what a candidate comes to; says whether it comes to anything.
    fn add(&self, found: &mut Found, candidate: &Candidate<'t>) -> bool {
        let evidence = candidate.evidence.clone();
        let entry = candidate.entry;
        let (mut listen, steps) = match &candidate.address {
            None if entry.elsewhere => return false,
            None => self.by_itself(entry),
            Some(values) => {
                let Some(settled) = settle(values, candidate.bare) else {
                    let name = address::whole_variable(values).filter(|_| !candidate.bare);
                    found.demands.extend(name.map(|name| Fact::new(name.to_owned(), evidence)));
                    return false;
                };
                (settled.listen, settled.steps)
            }
        };
        self.bind(&mut listen, candidate);
        found.warnings.extend(candidate.address.as_deref().and_then(|values| self.by_configuration(values)));
        let set_by = candidate.host.as_ref().or(candidate.address.as_ref());
        if listen.interface == Interface::Loopback
            && listen.host.is_none()
            && let Some(argument) = set_by.and_then(|values| self.host_argument(values))
        {
            listen.interface = Interface::Any;
            found.arguments.push(Fact::new(argument, evidence.clone()));
        }
        if listen.interface == Interface::Loopback
            && listen.host.is_none()
            && let (Some(port), Some(name)) = (listen.port, candidate.address.as_deref().and_then(address::overriding_variable))
        {
            listen.interface = Interface::Any;
            let value = VariableValue { name: name.to_owned(), value: format!("{ANY}:{port}") };
            found.environment.push(Fact::new(value, evidence.clone()));
        }
        if listen.port.is_none() && listen.variable.is_none() {
            return false;
        }
        let fact = self.trace(Fact::new(listen, evidence), &steps);
        let same =
            |known: &&mut Fact<Listen>| known.value.port == fact.value.port && (known.value.port.is_some() || known.value == fact.value);
        if let Some(known) = found.listens.iter_mut().find(same) {
            let mut both = fact.because().iter().cloned().fold(known.clone(), Fact::and);
            both.value.variable = both.value.variable.or(fact.value.variable);
            *known = both;
            return true;
        }
        found.listens.push(fact);
        true
    }

    /// Where one settings file lets nobody in from outside and another does, of which one is read by the place where it runs.
    fn by_configuration(&self, values: &[Resolved]) -> Option<Diagnostic> {
        let said = |loopback: bool| {
            let is =
                |value: &&Resolved| value.text().and_then(|_| address::spot(value, false)).is_some_and(|spot| spot.loopback == loopback);
            let mut steps = values.iter().filter(is).flat_map(|value| value.steps.iter().filter(|step| step.rule == CONFIGURED));
            steps.next().map(|step| self.step(step))
        };
        let (inside, outside) = (said(true)?, said(false)?);
        if inside.file == outside.file {
            return None;
        }
        let message =
            format!("by `{}` the program listens on the loopback interface, by `{}` on all interfaces", inside.file, outside.file);
        let warning = Diagnostic::warning("bind::by-configuration", message).because(&inside).because(&outside);
        Some(warning.help("where a variable picks the file, set it for the image: `[env]` in imggen.toml"))
    }

    /// What something that listens takes when it is told nothing: its own variable and configuration, then its default.
    fn by_itself(&self, entry: &Listens) -> (Listen, Vec<crate::program::Step>) {
        let keyed = self.resolve_keys(&entry.key);
        let variable = entry.variable.as_ref().map(|name| PortVariable { name: name.clone(), role: Role::Optional });
        let default = Listen { port: entry.default_port, variable, interface: Interface::Any, host: None };
        match settle(&keyed, true) {
            Some(settled) => {
                let variable = settled.listen.variable.or(default.variable);
                (Listen { port: settled.listen.port, variable, ..default }, settled.steps)
            }
            None if keyed.is_empty() => (default, Vec::new()),
            // it is set, and nobody sees to what
            None => (Listen { port: None, ..default }, Vec::new()),
        }
    }

    /// The interface, where it is given by itself or is the library's own.
    fn bind(&self, listen: &mut Listen, candidate: &Candidate<'t>) {
        let entry = candidate.entry;
        let keyed = self.resolve_keys(&entry.host_key);
        let values = candidate.host.as_ref().or(Some(&keyed).filter(|keyed| !keyed.is_empty()));
        // an address says its host itself
        let says = candidate.address.is_some() && !candidate.bare && candidate.host.is_none();
        let Some(values) = values else {
            if !says && entry.default_host.as_deref().is_some_and(is_loopback) {
                listen.interface = Interface::Loopback;
            }
            listen.host = listen.host.take().or_else(|| entry.host_variable.clone());
            return;
        };
        let variable = values.iter().find_map(|value| match value.parts.as_slice() {
            [Part::Variable(name)] => Some(name.clone()),
            _ => None,
        });
        let texts: Vec<&str> = values.iter().filter_map(Resolved::text).collect();
        let default = entry.default_host.as_deref().filter(|_| texts.is_empty() && variable.is_some());
        // one of several, and nobody sees which, is the loopback interface where all are
        let alone = |text: &[&str]| !text.is_empty() && text.iter().all(|text| is_loopback(text));
        if !candidate.open && alone(&texts) || default.is_some_and(is_loopback) {
            listen.interface = Interface::Loopback;
        }
        listen.host = variable.or_else(|| entry.host_variable.clone());
    }

    /// The flag whose default is the loopback interface, and what it has to be.
    pub(super) fn host_argument(&self, values: &[Resolved]) -> Option<FlagArgument> {
        let numbers = values.iter().flat_map(|value| &value.settings);
        numbers.map(|number| (number, &self.settings()[*number])).find_map(|(number, setting)| {
            let flag = setting.spelling.clone().filter(|_| setting.kind == SettingKind::Flag)?;
            let defaults = self.resolve_setting(*number);
            defaults.iter().filter_map(Resolved::text).find_map(|text| {
                let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
                let any = is_loopback(host).then(|| port.map_or_else(|| ANY.to_owned(), |port| format!("{ANY}:{port}")))?;
                Some(FlagArgument { flag: flag.clone(), value: any })
            })
        })
    }
}

/// `[127, 0, 0, 1]`.
fn octets(value: &Value) -> Option<Resolved> {
    let Value::List(items) = value else { return None };
    let number = |item: &Value| if let Value::Number(number) = item { u8::try_from(*number).ok() } else { None };
    let numbers: Vec<_> = items.iter().filter_map(number).collect();
    let [a, b, c, d] = numbers.as_slice() else { return None };
    Some(Resolved { parts: vec![Part::Text(format!("{a}.{b}.{c}.{d}"))], ..Resolved::default() })
}

/// All interfaces.
const ANY: &str = "0.0.0.0";

/// That it listens, and nobody sees where.
pub const SOMEWHERE: Listen = Listen { port: None, variable: None, interface: Interface::Any, host: None };
