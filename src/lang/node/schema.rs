//! Schemas of the environment (T3's `createEnv`, zod, envalid): a module that checks the variables as soon as it is loaded stops a build that
//! loads it. Where the schema says what a value looks like, the build gets one that fits; where it does not, the real one.

use super::build_env::{Given, address};
use super::bundler::settings::Settings;
use super::package::Package;
use super::source::is_variable;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Call, Value};
use crate::tree::Tree;

const CHECKED: Rule = Rule::parsed("node.checked-when-loaded", "the build loads this, and it stops where a variable is missing");
const SKIPPED: Rule = Rule::parsed("node.skips-validation", "this keeps the build from asking for what only the program needs");

/// Where such modules are.
const STEMS: [&str; 14] = [
    "src/env",
    "env",
    "src/env/index",
    "src/env.server",
    "src/env/server",
    "env/server",
    "src/lib/env",
    "lib/env",
    "src/lib/env/server",
    "src/lib/server/env",
    "src/config/env",
    "config/env",
    "src/utils/env",
    "utils/env",
];
/// Frameworks whose build loads the server's modules.
const LOADING: [&str; 3] = ["next", "@sveltejs/kit", "astro"];
/// Settings of builds, which may load such a module.
const CONFIGURATIONS: [&str; 5] = ["next.config", "nuxt.config", "vite.config", "svelte.config", "astro.config"];
/// How variables begin that are written into what browsers get: no stand-in may get there.
const PUBLIC: [&str; 5] = ["NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "PUBLIC_", "REACT_APP_"];

/// What a schema wants of a variable.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// The build goes on without it.
    Nothing,
    /// Anything that looks so.
    Like(String),
    /// Nobody sees what.
    Real,
}

/// Adds what the schemas of a package want.
pub fn find(tree: &Tree, package: &Package<'_>, given: &mut Given) {
    let loads = LOADING.iter().any(|name| package.dependency(name).is_some());
    let configured = || {
        let all = CONFIGURATIONS.iter().filter_map(|stem| Settings::read(tree, package, stem));
        all.into_iter().any(|settings| settings.loads().iter().any(|load| load.module.starts_with('.') && load.module.contains("env")))
    };
    for settings in STEMS.iter().filter_map(|stem| Settings::read(tree, package, stem)) {
        let t3 = settings.calls().find(|call| call.method() == "createEnv" && call.path.starts_with("@t3-oss/"));
        if let Some(skip) = t3.and_then(|_| skipping(&settings)) {
            given.stand_ins.push(skip);
            continue;
        }
        let asked = match t3 {
            Some(made) => made.arguments.first().and_then(|argument| argument.value.get("server")).map(|server| (made, server)),
            None if loads || configured() => settings.calls().find_map(|call| Some((call, checked(&settings, call)?))),
            None => None,
        };
        let Some((call, Value::Table(entries))) = asked else { continue };
        for (name, schema) in entries.iter().filter_map(|(name, schema)| Some((name.text()?, schema))) {
            if !is_variable(name) || PUBLIC.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            let place = settings.written(name).map_or(call.at, |(_, at)| at);
            let at = settings.evidence(place, CHECKED, name);
            match wanted(name, schema, || address(tree, package)) {
                Wanted::Like(value) => given.stand_in(name, value, at),
                Wanted::Real if !call.context.conditional => given.secrets.push(Fact::new(name.to_owned(), at)),
                Wanted::Real | Wanted::Nothing => {}
            }
        }
    }
}

/// `skipValidation: !!process.env.SKIP_ENV_VALIDATION`.
fn skipping(settings: &Settings<'_>) -> Option<Fact<(String, String)>> {
    let (said, at) = settings.written("skipValidation")?;
    let (_, rest) = said.split_once("process.env.")?;
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (name != "NODE_ENV" && is_variable(&name)).then(|| Fact::new((name.clone(), "1".to_owned()), settings.evidence(at, SKIPPED, name)))
}

/// The table of variables that a call checks when its module is loaded: `z.object({..}).parse(process.env)`, `cleanEnv(process.env, {..})`.
fn checked<'s>(settings: &'s Settings<'_>, call: &'s Call) -> Option<&'s Value> {
    let first = &call.arguments.first()?.value;
    let of_environment = match first {
        Value::Name(name) => name == "process.env" || name == "Bun.env",
        Value::Table(entries) => entries.iter().any(|(key, value)| match (key, value) {
            (_, Value::Variable { .. }) => true,
            (Value::Name(spread), Value::Name(name)) => spread == "..." && name == "process.env",
            _ => false,
        }),
        _ => false,
    };
    if !of_environment || call.context.function.is_some() {
        return None;
    }
    match call.method() {
        "cleanEnv" => call.arguments.get(1).map(|argument| &argument.value),
        "parse" | "safeParse" => {
            let schema = call.receiver.as_deref().or_else(|| settings.named(call.path.rsplit_once('.')?.0))?;
            object(schema)
        }
        _ => None,
    }
}

/// The table of `z.object({..})`, whatever is called on it.
fn object(schema: &Value) -> Option<&Value> {
    let mut value = schema;
    loop {
        let Value::Call(call) = value else { return None };
        if call.method() == "object" {
            return call.arguments.first().map(|argument| &argument.value);
        }
        value = call.receiver.as_deref()?;
    }
}

/// What a variable's own schema wants: `z.string().url()`, `z.coerce.number().default(1)`, `port({ default: 80 })`.
fn wanted(name: &str, schema: &Value, address: impl FnOnce() -> String) -> Wanted {
    const FREE: [&str; 5] = ["optional", "default", "nullish", "catch", "prefault"];
    const PARTICULAR: [&str; 9] = ["regex", "refine", "superRefine", "check", "custom", "transform", "pipe", "preprocess", "datetime"];
    let mut calls = Vec::new();
    let mut next = Some(schema);
    while let Some(Value::Call(call)) = next {
        calls.push(call);
        next = call.receiver.as_deref();
    }
    let Some(outer) = calls.first() else { return Wanted::Real };
    // the words of `zod.z.coerce.number().min`
    let words: Vec<&str> = outer.path.split(['.', '(', ')']).filter(|word| !word.is_empty()).collect();
    let is = |word: &str| words.contains(&word);
    let argument = |method: &str| calls.iter().find(|call| call.method() == method)?.arguments.first().map(|argument| &argument.value);
    let option = |key: &str| calls.iter().find_map(|call| call.arguments.first()?.value.get(key));
    if FREE.iter().any(|word| is(word)) || option("default").is_some() {
        return Wanted::Nothing;
    }
    if PARTICULAR.iter().any(|word| is(word)) {
        return Wanted::Real;
    }
    let like = |value: &str| Wanted::Like(value.to_owned());
    let chosen = argument("enum").or_else(|| option("choices"));
    if let Some(Value::List(values)) = chosen {
        return values.first().and_then(Value::text).map_or(Wanted::Real, like);
    }
    if let Some(text) = argument("literal").and_then(Value::text) {
        return like(text);
    }
    let number = |methods: &[&str]| {
        methods.iter().find_map(|method| if let Some(Value::Number(number)) = argument(method) { Some(*number) } else { None })
    };
    match () {
        () if is("url") || is("string") && name.ends_with("DATABASE_URL") || is("str") && name.ends_with("DATABASE_URL") => {
            if name.contains("DATABASE") || name.contains("POSTGRES") { Wanted::Like(address()) } else { like("http://localhost") }
        }
        () if is("email") => like("nobody@localhost.localdomain"),
        () if is("uuid") => like("00000000-0000-4000-8000-000000000000"),
        () if is("port") => like("3000"),
        () if is("number") || is("num") || is("int") => Wanted::Like(number(&["min", "gte"]).unwrap_or(1).to_string()),
        () if is("boolean") || is("bool") || is("stringbool") => like("true"),
        () if is("host") => like("localhost"),
        () if is("json") => like("{}"),
        () if is("string") || is("str") => {
            let begins = argument("startsWith").and_then(Value::text).unwrap_or_default();
            let least = number(&["min", "length"]).and_then(|least| usize::try_from(least).ok()).unwrap_or_default().min(LONGEST);
            Wanted::Like(format!("{:-<least$}", format!("{begins}stand-in")))
        }
        () => Wanted::Real,
    }
}

/// No secret that anybody checks is longer.
const LONGEST: usize = 128;

impl Given {
    /// Adds a value that stands in for a variable's own, unless it has one.
    fn stand_in(&mut self, name: &str, value: String, at: Evidence) {
        if !self.stand_ins.iter().any(|known| known.value.0 == name) {
            self.stand_ins.push(Fact::new((name.to_owned(), value), at));
        }
    }
}
