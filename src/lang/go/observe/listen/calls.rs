//! The calls that listen, of the standard library and of frameworks.

use super::super::index::{At, BindingKind, Call, is_opening};
use super::super::resolve::{Resolver, Value};
use super::address::{Port, is_private, spot};
use super::{ADDRESS, Candidate, LISTENS, Rank, Values};
use crate::lang::go::scan::{Kind, Token};

/// A web framework: where it is imported from, the methods that take an address, and what it does without one.
struct Framework {
    import: &'static str,
    methods: &'static [&'static str],
    alone: Option<(u16, Option<&'static str>)>,
}

const FRAMEWORKS: [Framework; 12] = [
    Framework { import: "github.com/gin-gonic/gin", methods: &["Run", "RunTLS"], alone: Some((8080, Some("PORT"))) },
    Framework { import: "github.com/labstack/echo", methods: &["Start", "StartTLS", "StartAutoTLS", "StartH2CServer"], alone: None },
    Framework { import: "github.com/gofiber/fiber", methods: &["Listen", "ListenTLS", "ListenMutualTLS"], alone: None },
    Framework { import: "github.com/kataras/iris", methods: &["Listen"], alone: None },
    Framework { import: "github.com/beego/beego", methods: &["Run"], alone: Some((8080, None)) },
    Framework { import: "github.com/astaxie/beego", methods: &["Run"], alone: Some((8080, None)) },
    Framework { import: "github.com/go-martini/martini", methods: &["RunOnAddr", "Run"], alone: Some((3000, Some("PORT"))) },
    Framework { import: "github.com/urfave/negroni", methods: &["Run"], alone: Some((8080, Some("PORT"))) },
    Framework { import: "github.com/gogf/gf", methods: &["SetPort", "SetAddr"], alone: None },
    Framework { import: "github.com/cloudwego/hertz", methods: &["Spin"], alone: Some((8888, None)) },
    Framework { import: "github.com/pocketbase/pocketbase", methods: &["Start"], alone: Some((8090, None)) },
    Framework { import: "gopkg.in/macaron", methods: &["Run"], alone: Some((4000, Some("PORT"))) },
];

/// Functions that take an address for a server that is made elsewhere: where they are imported from, and their names.
const OPTIONS: [(&str, &[&str]); 4] = [
    ("github.com/go-kratos/kratos", &["Address"]),
    ("github.com/cloudwego/hertz", &["WithHostPorts"]),
    ("github.com/kataras/iris", &["Addr", "TLS"]),
    ("github.com/go-fuego/fuego", &["WithAddr"]),
];

/// All that listens, in the order of the sources.
pub fn candidates(resolver: &Resolver<'_>) -> Vec<Candidate> {
    let frameworks: Vec<_> = FRAMEWORKS.iter().filter(|framework| reaches(resolver, framework.import)).collect();
    let mut candidates: Vec<_> = resolver.index.calls.iter().filter_map(|call| candidate(resolver, call, &frameworks)).collect();
    if candidates.is_empty() {
        return candidates;
    }
    candidates.extend(server_fields(resolver));
    // Spin listens where an option says, if one does
    if candidates.iter().any(|candidate| matches!(candidate.values, Values::Resolved(_)))
        && resolver.index.calls_of("WithHostPorts").next().is_some()
    {
        candidates.retain(|candidate| matches!(candidate.values, Values::Resolved(_)));
    }
    candidates
}

fn reaches(resolver: &Resolver<'_>, import: &str) -> bool {
    (0..resolver.index.packages.len()).any(|package| resolver.index.package_imports(package, import))
}

fn candidate(resolver: &Resolver<'_>, call: &Call<'_>, frameworks: &[&Framework]) -> Option<Candidate> {
    let (values, followed, bare) = match address(resolver, call)? {
        // the field is looked at by itself
        Address::Given(at) if is_server_field(resolver, at) => (Vec::new(), false, false),
        Address::Given(at) => (resolver.resolve(at, call.function), true, false),
        Address::Port(at) => (resolver.resolve(at, call.function), true, true),
        Address::Elsewhere => (Vec::new(), false, false),
        Address::Framework => return of_framework(resolver, call, frameworks),
    };
    if is_private(&values) || is_no_address(&values) {
        return None;
    }
    Some(Candidate { bare, ..made(resolver, call, Values::Resolved(values), followed) })
}

fn made(resolver: &Resolver<'_>, call: &Call<'_>, values: Values, followed: bool) -> Candidate {
    let open = call.at.move_to(call.at.token + 1);
    let mut words = surroundings(resolver, call.at, call.function);
    words.push_str(&text_between(resolver, open, resolver.index.closing(open)));
    words.push_str(call.name);
    let rule = if followed { ADDRESS } else { LISTENS };
    Candidate { values, evidence: resolver.index.call_evidence(call, rule), rank: Rank::of(&words), bare: call.name == "SetPort" }
}

/// The function's name and the directory's, which tell what a listener is for.
fn surroundings(resolver: &Resolver<'_>, at: At, function: Option<usize>) -> String {
    let function = function.map_or("", |number| resolver.index.functions[number].name);
    let path = resolver.index.files[at.file].source.path;
    let directory = path.parent().and_then(camino::Utf8Path::file_name).unwrap_or_default();
    format!("{function} {directory} {} ", path.file_stem().unwrap_or_default())
}

fn text_between(resolver: &Resolver<'_>, from: At, until: usize) -> String {
    // a whole handler may stand among the arguments; the address comes first
    const NEAR: usize = 24;
    let tokens = resolver.index.tokens(from.file);
    let words = tokens[from.token.min(tokens.len())..until.min(tokens.len())].iter().take(NEAR);
    words.filter(|token| token.kind == Kind::Ident).flat_map(|token| [token.text, " "]).collect()
}

fn is_server_field(resolver: &Resolver<'_>, at: At) -> bool {
    resolver.index.is(at.move_to(at.token + 1), ".") && resolver.index.is(at.move_to(at.token + 2), "Addr")
}

enum Address {
    Given(At),
    /// The port alone.
    Port(At),
    /// In a field of the server.
    Elsewhere,
    /// It depends on the framework whether the call listens at all.
    Framework,
}

fn address(resolver: &Resolver<'_>, call: &Call<'_>) -> Option<Address> {
    let arguments = || resolver.index.arguments(call);
    let given = |number: usize| arguments().get(number).copied().map(Address::Given);
    match (call.name, call.method) {
        ("ListenAndServe" | "ListenAndServeTLS" | "ListenAndServeTLSEmbed", true) => {
            // a server's own method knows its address; `http.ListenAndServe` is told it
            let own = if call.name == "ListenAndServe" { arguments().is_empty() } else { arguments().len() < 4 };
            if own && call.import != Some("github.com/valyala/fasthttp") { Some(Address::Elsewhere) } else { given(0) }
        }
        ("Listen" | "ListenTCP", true) if matches!(call.import, Some("net" | "crypto/tls")) => {
            let arguments = arguments();
            network_is_tcp(resolver, *arguments.first()?, call.function).then_some(())?;
            let address = *arguments.get(1)?;
            Some(port_field(resolver, address).map_or(Address::Given(address), Address::Port))
        }
        // a listener that outlives its process, and others that speak as `net` does
        ("Listen", true) if arguments().len() == 2 && is_tcp(resolver, arguments()[0]) => given(1),
        // (&net.ListenConfig{}).Listen(ctx, "tcp", address)
        ("Listen", true) if arguments().len() == 3 && (is_tcp(resolver, arguments()[1]) || is_listen_config(resolver, call)) => given(2),
        (name, true) if OPTIONS.iter().any(|(import, names)| names.contains(&name) && imports(call, import)) => given(0),
        (name, true) if FRAMEWORKS.iter().any(|framework| framework.methods.contains(&name)) => Some(Address::Framework),
        _ => None,
    }
}

fn imports(call: &Call<'_>, import: &str) -> bool {
    call.import.is_some_and(|path| path.starts_with(import))
}

/// Whether the receiver is a `net.ListenConfig`, whatever network it is told.
fn is_listen_config(resolver: &Resolver<'_>, call: &Call<'_>) -> bool {
    let made = call.qualifier.map_or(&[][..], |qualifier| resolver.index.bindings(qualifier));
    made.iter().any(|binding| {
        let value = binding.at.move_to(binding.value);
        let start = if resolver.index.is(value, "&") { value.token + 1 } else { value.token };
        resolver.index.is(value.move_to(start + 2), "ListenConfig")
    })
}

fn is_tcp(resolver: &Resolver<'_>, network: At) -> bool {
    resolver.index.literal(network).is_some_and(|network| network.starts_with("tcp"))
}

fn network_is_tcp(resolver: &Resolver<'_>, network: At, function: Option<usize>) -> bool {
    let values = resolver.resolve(network, function);
    values.iter().all(|value| value.text().is_none_or(|network| network.starts_with("tcp")))
}

/// The port of `&net.TCPAddr{Port: 8080}`.
fn port_field(resolver: &Resolver<'_>, at: At) -> Option<At> {
    let ports = resolver.index.bindings("Port").iter().filter(|binding| binding.kind == BindingKind::Field);
    let mut inside = ports.filter(|binding| binding.at.file == at.file && (at.token..at.token + 6).contains(&binding.brace));
    inside.next().map(|binding| binding.at.move_to(binding.value))
}

/// `http.Server{Addr: x}` and `server.Addr = x`.
fn server_fields(resolver: &Resolver<'_>) -> Vec<Candidate> {
    let fields = resolver.index.bindings("Addr").iter().filter(|binding| match binding.kind {
        BindingKind::Field => {
            let package = binding.at.move_to(binding.brace.saturating_sub(3));
            let word = resolver.index.token(package).and_then(Token::ident);
            binding.owner == Some("Server") && word.and_then(|word| resolver.index.import(binding.at.file, word)) == Some("net/http")
        }
        BindingKind::Selected => resolver.index.package_imports(resolver.index.files[binding.at.file].package, "net/http"),
        _ => false,
    });
    fields
        .filter_map(|binding| {
            let at = binding.at.move_to(binding.value);
            let values = resolver.resolve(at, binding.function);
            let selected_for_something_else = binding.kind == BindingKind::Selected && !looks_like_address(&values);
            if is_private(&values) || selected_for_something_else {
                return None;
            }
            let until = line_end(resolver, at);
            let mut words = surroundings(resolver, at, binding.function) + &text_between(resolver, binding.at, until);
            if binding.kind == BindingKind::Field {
                let open = at.move_to(binding.brace);
                words += &text_between(resolver, statement_start(resolver, open), resolver.index.closing(open));
            }
            let evidence = resolver.index.evidence(binding.at, until, ADDRESS);
            Some(Candidate { values: Values::Resolved(values), evidence, rank: Rank::of(&words), bare: false })
        })
        .collect()
}

fn statement_start(resolver: &Resolver<'_>, at: At) -> At {
    let ends = |token: &Token<'_>| token.kind == Kind::End || token.is("{") || token.is("}");
    at.move_to(resolver.index.tokens(at.file)[..at.token].iter().rposition(ends).map_or(0, |end| end + 1))
}

/// The token after an expression in a list or an assignment.
fn line_end(resolver: &Resolver<'_>, from: At) -> usize {
    let mut next = from;
    while let Some(token) = resolver.index.token(next) {
        if token.kind == Kind::End || token.is(",") || token.is("}") {
            break;
        }
        next = next.move_to(if is_opening(token) { resolver.index.closing(next) } else { next.token } + 1);
    }
    next.token
}

/// Whether all of it is known, and nothing of it says where to listen.
fn is_no_address(values: &[Value]) -> bool {
    !values.is_empty() && values.iter().all(|value| value.text().is_some_and(|text| !text.is_empty()) && spot(value, false).is_none())
}

fn looks_like_address(values: &[Value]) -> bool {
    let says_port = |value: &Value| spot(value, false).is_some_and(|spot| spot.port != Port::Unknown);
    values.iter().any(says_port)
}

/// `r.Run()`, `e.Start(":1323")`, `app.Listen(":3000")`: many types have such methods, so the receiver or the address has to tell.
fn of_framework(resolver: &Resolver<'_>, call: &Call<'_>, frameworks: &[&Framework]) -> Option<Candidate> {
    let framework = frameworks.iter().find(|framework| framework.methods.contains(&call.name))?;
    let proven = is_engine(resolver, call, framework.import);
    let Some(first) = resolver.index.arguments(call).first().copied() else {
        let (port, variable) = framework.alone.filter(|_| proven)?;
        return Some(made(resolver, call, Values::Framework { port, variable }, true));
    };
    let values = resolver.resolve(first, call.function);
    if is_private(&values) || !(proven || looks_like_address(&values)) {
        return None;
    }
    Some(made(resolver, call, Values::Resolved(values), true))
}

/// Whether the call's receiver comes from the framework: made by it, declared as one of its types, or given by a function that says so.
fn is_engine(resolver: &Resolver<'_>, call: &Call<'_>, import: &str) -> bool {
    let index = resolver.index;
    let Some(qualifier) = call.qualifier else {
        return index.package_imports(index.files[call.at.file].package, import) && index.import(call.at.file, "exec").is_none();
    };
    let of_framework =
        |at: At| index.token(at).is_some_and(|token| index.import(at.file, token.text).is_some_and(|path| path.starts_with(import)));
    if call.import.is_some() {
        return imports(call, import);
    }
    let bound = index.bindings(qualifier).iter().any(|binding| {
        let at = binding.at.move_to(binding.value);
        of_framework(at) || function_at(resolver, at).is_some_and(|number| signature(resolver, number).any(of_framework))
    });
    bound || declared(resolver, qualifier, of_framework)
}

/// The function of the project that a call at `at` calls.
fn function_at(resolver: &Resolver<'_>, at: At) -> Option<usize> {
    let mut name = at;
    while resolver.index.is(name.move_to(name.token + 1), ".") {
        name = name.move_to(name.token + 2);
    }
    let word = resolver.index.token(name)?.ident()?;
    resolver.index.functions_of(word).first().copied()
}

fn signature<'r>(resolver: &'r Resolver<'_>, number: usize) -> impl Iterator<Item = At> + use<'r> {
    let function = &resolver.index.functions[number];
    let at = function.parameters;
    (at.token..function.body.0).map(move |token| at.move_to(token))
}

/// Whether `name package.Type` or `name *package.Type` stands anywhere.
fn declared(resolver: &Resolver<'_>, name: &str, of_framework: impl Fn(At) -> bool) -> bool {
    (0..resolver.index.files.len()).any(|file| {
        resolver.index.tokens(file).windows(4).enumerate().any(|(number, tokens)| {
            let start = number + if tokens[1].is("*") { 2 } else { 1 };
            tokens[0].is(name) && resolver.index.is(At { file, token: start + 1 }, ".") && of_framework(At { file, token: start })
        })
    })
}
