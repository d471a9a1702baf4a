use std::collections::BTreeSet;

use super::outline;
use crate::program::Outline;
use crate::program::show::{bound, called, show};

fn read(body: &str) -> Outline {
    let head = "use std::{env, net::{SocketAddr, TcpListener as Listener}};\nuse axum::{self, Router, routing::get};\nuse crate::config::Config;\nuse anyhow::*;\n";
    let out = outline(&format!("{head}{body}"), "crate", None);
    assert!(!out.broken, "{body}");
    out
}

fn calls(body: &str) -> Vec<String> {
    read(body).calls.iter().map(called).collect()
}

fn bindings(body: &str) -> Vec<String> {
    read(body).bindings.iter().map(bound).collect()
}

#[test]
fn imports_are_trees() {
    let imports: Vec<_> =
        read("use self::a::b; use super::c as d;").imports.iter().map(|import| (import.path.clone(), import.name.clone())).collect();
    let name = |path: &str, name: &str| (path.to_owned(), Some(name.to_owned()));
    assert_eq!(
        imports,
        [
            name("std.env", "env"),
            name("std.net.SocketAddr", "SocketAddr"),
            name("std.net.TcpListener", "Listener"),
            name("axum", "axum"),
            name("axum.Router", "Router"),
            name("axum.routing.get", "get"),
            name("crate.config.Config", "Config"),
            ("anyhow.*".to_owned(), None),
            name("crate.a.b", "b"),
            name("crate.c", "d"),
        ]
    );
}

#[test]
fn calls_are_named_in_full() {
    assert_eq!(
        calls(
            "async fn main() { let l = Listener::bind(addr).await?; axum::serve(l, Router::new().route(\"/\", get(h))).await.unwrap(); }"
        ),
        [
            "std.net.TcpListener.bind(addr)",
            "axum.Router.new()",
            "axum.routing.get(h)",
            "axum.Router.new().route(\"/\", axum.routing.get(h))",
            "axum.serve(l, axum.Router.new().route(\"/\", axum.routing.get(h)))",
            "axum.serve().unwrap()",
        ]
    );
    assert_eq!(
        calls("fn f() { <Foo as Into<Bar>>::into(x); a.b::<u16>(1); \"x\".parse::<u8>(); c::<T>::d(2); }"),
        ["Bar.into(x)", "a.b(1)", "parse()", "c.d(2)"]
    );
}

#[test]
fn literals_macros_and_lists_are_read() {
    assert_eq!(
        bindings(
            "fn f() { let a = Config { port: 80, host, ..Default::default() }; let b = format!(\"{host}:{}{{}} {0:>5}\", port); let c = ([127, 0, 0, 1], 80); let d = vec![1, 2]; let e = [0u8; 4]; let g = concat!(\"a\", \"b\"); }"
        ),
        [
            "+a crate.config.Config(port=80, host=host)",
            "+b host + \":\" + port + \"{} \" + port",
            "+c [[127, 0, 0, 1], 80]",
            "+d [1, 2]",
            "+e [0, 0, 0, 0]",
            "+g \"a\" + \"b\"",
        ]
    );
}

#[test]
fn patterns_bind_names() {
    assert_eq!(
        bindings(
            "fn f() { let (a, mut b) = g(); let Some(c) = h() else { return }; let Config { port, .. } = cfg; if let Ok(d) = i() {} let _ = j(); self.x = k; for p in ps {} let n: u16 = 1 as u16; }"
        ),
        ["+a g()", "+b#1 g()", "+c h()", "+port cfg.port", "+d i()", "self.x k", "+p ps", "+n 1"]
    );
    assert_eq!(read("fn f() { let n: Vec<u16> = m(); }").bindings[0].kind.as_deref(), Some("Vec<u16>"));
}

#[test]
fn branches_are_alternatives() {
    assert_eq!(
        bindings(
            "fn f() { let a = if x { \"1\" } else if y { \"2\" } else { z() }; let b = match env::var(\"P\") { Ok(v) => v, Err(_) => \"3\".into() }; let c = { d(); \"4\" }; }"
        ),
        ["+a \"1\" | \"2\" | z()", "+v std.env.var(\"P\")", "+b v | into()", "+c \"4\"",]
    );
    let out = read("fn f() { a(); if b() { c() } match d() { X => e(), Y if g() => { h() } } while i() { j() } loop { k() } }");
    let conditional: String = out.calls.iter().filter(|call| call.context.conditional).map(|call| call.path.as_str()).collect();
    assert_eq!(conditional, "ceghj".replace('j', ""));
}

#[test]
fn functions_know_parameters_results_and_their_type() {
    let out = read(
        "impl<T: A> Tr<T> for Srv<T> where T: B { pub async fn start(&self, State(s): State<App>, mut m: HashMap<K, V>) -> Result<u16> { if x { return Err(e()); } Self::go(self.port) } fn go() {} const P: u16 = 1; }",
    );
    let start = &out.functions[0];
    let parameters: Vec<_> =
        start.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.kind.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        (start.name.as_str(), start.gives.as_deref(), start.public, start.asynchronous),
        ("Srv.start", Some("Result<u16>"), true, true)
    );
    assert_eq!(parameters, [("s", "State<App>"), ("m", "HashMap<K, V>")]);
    assert_eq!(start.returns.iter().map(show).collect::<Vec<_>>(), ["Err(e())", "Srv.go(self.port)"]);
    assert_eq!(out.functions[1].name, "Srv.go");
    assert_eq!(bound(&out.bindings[0]), "+Srv.P 1");
}

#[test]
fn closures_stand_inside_their_functions() {
    let out = read(
        "static A: L<String> = L::new(|| env::var(\"A\").unwrap_or_default()); fn main() { run(move |a, b: u8| async move { g(a) }, || {}); }",
    );
    assert_eq!(
        out.functions.iter().map(|function| (function.name.as_str(), function.inside)).collect::<Vec<_>>(),
        [("", None), ("main", None), ("", Some(1)), ("", Some(1))]
    );
    assert_eq!(bound(&out.bindings[0]), "+A L.new(fn0)");
    assert_eq!(show(&out.functions[0].returns[0]), "std.env.var().unwrap_or_default()");
    assert_eq!(show(&out.functions[2].returns[0]), "g(a)");
}

#[test]
fn tests_other_systems_and_features_that_are_off_are_left_out() {
    let text = "#[cfg(test)] mod tests { fn a() { x() } } #[cfg(windows)] use b; #[cfg(not(feature = \"f\"))] fn c() { y() } #[cfg(feature = \"f\")] fn d() { z() } #[tokio::test] async fn e() { w() } struct S { #[cfg(windows)] f: u8, g: u8 }";
    let features = BTreeSet::from(["f".to_owned()]);
    let out = outline(text, "crate", Some(&features));
    let names: Vec<_> = out.functions.iter().map(|function| (function.name.as_str(), function.test)).collect();
    assert_eq!(names, [("d", false), ("e", true)]);
    assert!(out.calls.iter().any(|call| call.path == "w" && call.context.test));
    assert_eq!(out.types[0].fields.len(), 1);
}

#[test]
fn types_have_fields_attributes_and_derives() {
    let out = read(
        "#[derive(clap::Parser, Debug)] #[command(name = \"x\")] pub struct Args { /// the port\n #[arg(short, long, env = \"PORT\", default_value_t = 8080)] pub port: u16, #[serde(default = \"d\")] host: Option<HashMap<A, B>>, }\nenum Cmd { Serve { #[arg(long)] addr: String }, Run(RunArgs), Stop }\nstruct N(u8, pub String);",
    );
    let [args, serve, cmd, pair] = out.types.as_slice() else { panic!("{:?}", out.types) };
    assert_eq!((args.name.as_str(), args.bases.join(" ").as_str()), ("Args", "clap.Parser Debug"));
    let port = &args.fields[0].annotations[0];
    let arguments: Vec<_> = port.arguments.iter().map(|argument| (argument.name.as_deref(), show(&argument.value))).collect();
    assert_eq!(
        arguments,
        [
            (Some("short"), "true".into()),
            (Some("long"), "true".into()),
            (Some("env"), "\"PORT\"".into()),
            (Some("default_value_t"), "8080".into())
        ]
    );
    assert_eq!(args.fields[1].kind.as_deref(), Some("Option<HashMap<A, B>>"));
    assert_eq!((serve.name.as_str(), serve.fields[0].name.as_str()), ("Cmd.Serve", "addr"));
    let variants: Vec<_> = cmd.fields.iter().map(|field| (field.name.as_str(), field.kind.as_deref())).collect();
    assert_eq!(variants, [("Serve", None), ("Run", Some("RunArgs")), ("Stop", None)]);
    assert_eq!(pair.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["0", "1"]);
    let out = read("#[tokio::main(flavor = \"x\")] async fn main() {} #[rocket::main] fn i() {}");
    assert_eq!(
        out.functions.iter().map(|function| function.annotations[0].name.as_str()).collect::<Vec<_>>(),
        ["tokio.main", "rocket.main"]
    );
}

#[test]
fn checks_tell_what_is_missing_and_who_gives_up() {
    let body = "fn f() -> R { let a = env::var(\"A\").expect(\"x\"); let b = env::var(\"B\")?; let Ok(c) = env::var(\"C\") else { panic!() }; if d.is_empty() || e.is_none() { return Err(g()); } if h.is_empty() && i { panic!() } match env::var(\"J\") { Ok(j) => j, Err(_) => bail!(\"k\") }; env::var(\"L\").unwrap_or(m); }";
    let checks: Vec<_> = read(body).checks.iter().map(|check| format!("{} {}", show(&check.missing), check.gives_up)).collect();
    assert_eq!(
        checks,
        ["std.env.var(\"A\") true", "std.env.var(\"B\") true", "std.env.var(\"C\") true", "d true", "e true", "std.env.var(\"J\") true"]
    );
}

#[test]
fn lazy_statics_are_constants() {
    assert_eq!(
        bindings("lazy_static! { static ref A: String = env::var(\"A\").unwrap(); pub static ref B: u16 = 1; }"),
        ["+A std.env.var().unwrap()", "+B 1"]
    );
}

#[test]
fn what_macros_fill_in_is_passed() {
    assert_eq!(calls("fn f() { quote! { #x, #(#y),* }; g() }"), ["quote!(?, ?, ?)", "g()"]);
}

#[test]
fn comments_strings_and_macro_definitions_are_no_calls() {
    assert_eq!(
        calls("// f()\n/* g() */ const X: &str = \"h()\"; macro_rules! m { () => { i() } } type T = fn(u8) -> u8;"),
        Vec::<String>::new()
    );
}

#[test]
fn hostile_text_takes_no_time() {
    for text in [
        "(",
        "fn f(",
        "a::b(",
        "let x = a + ",
        "a.a(a)[a]{",
        "if a {",
        "|x| {",
        "[[",
        "a.b().",
        "match a {",
        "x => ",
        "struct T {",
        "!(",
        "#[a(",
        "<",
        "if !f(|| {",
        "use a::{",
        "a.unwrap()?",
        "if x.is_empty() {",
        "impl<A",
        "vec![",
        "quote! { #a #(#b)* } ",
        "#",
        "::",
        "'a: ",
        "async ",
        "move ",
        "#[a] ",
    ] {
        let _ = outline(&format!("fn main() {{\n{}", text.repeat(200_000 / text.len())), "crate", None);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(words in proptest::collection::vec(proptest::prelude::prop::sample::select(WORDS), 0..80)) {
        let _ = outline(&words.join(" "), "crate", None);
    }
}

const WORDS: &[&str] = &[
    "fn",
    "main",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ".",
    ",",
    ":",
    "::",
    "=",
    "=>",
    "+",
    ";",
    "&",
    "*",
    "let",
    "mut",
    "const",
    "static",
    "type",
    "struct",
    "enum",
    "impl",
    "trait",
    "mod",
    "use",
    "if",
    "else",
    "match",
    "return",
    "for",
    "in",
    "while",
    "loop",
    "async",
    "move",
    "|",
    "?",
    "!",
    "#",
    "<",
    ">",
    "->",
    "x",
    "y",
    "Ok",
    "env",
    "var",
    "\"PORT\"",
    "8080",
    "'a",
    "..",
    "as",
    "format",
    "self",
    "Self",
    "cfg",
    "test",
    "derive",
    "macro_rules",
    "lazy_static",
    "unsafe",
    "extern",
    "pub",
];
