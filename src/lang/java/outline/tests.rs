use super::{Syntax, outline};
use crate::program::{Argument, Call, Outline, Value};

const KNOWN: [&str; 4] = ["java.io.File", "io.ktor.server.engine.embeddedServer", "java.net.ServerSocket", "io.ktor.server.netty.Netty"];

fn read(text: &str, syntax: Syntax) -> Outline {
    outline(text, syntax, &|name| KNOWN.contains(&name))
}

/// A value in few words.
fn show(value: &Value) -> String {
    let all = |values: &[Value], between: &str| values.iter().map(show).collect::<Vec<_>>().join(between);
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
        Value::Variable { name, .. } => format!("${name}"),
        Value::Name(name) => name.clone(),
        Value::Call(call) => show_call(call),
        Value::Joined(parts) => all(parts, "+"),
        Value::Either(values) => format!("({})", all(values, "|")),
        Value::List(values) => format!("[{}]", all(values, ", ")),
        Value::Table(_) => "{}".into(),
        Value::Function(number) => format!("fn{number}"),
        Value::Unknown => "?".into(),
    }
}

fn show_call(call: &Call) -> String {
    format!("{}({})", call.path, show_all(&call.arguments))
}

fn show_all(arguments: &[Argument]) -> String {
    let one = |argument: &Argument| match &argument.name {
        Some(name) => format!("{name}={}", show(&argument.value)),
        None => show(&argument.value),
    };
    arguments.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn calls(outline: &Outline) -> Vec<String> {
    outline.calls.iter().map(show_call).collect()
}

/// The calls in a method of a class `com.shop.App` with these imports.
fn java(imports: &str, body: &str) -> Vec<String> {
    calls(&read(
        &format!("package com.shop;\n{imports}\nclass App {{ static int PORT = 1; void run(String host) {{ {body} }} }}"),
        Syntax::Java,
    ))
}

fn kotlin(imports: &str, body: &str) -> Vec<String> {
    calls(&read(&format!("package com.shop\n{imports}\nfun run(host: String) {{\n{body}\n}}\n"), Syntax::Kotlin))
}

fn bindings(outline: &Outline) -> Vec<String> {
    outline.bindings.iter().map(|binding| format!("{} = {}", binding.target, show(&binding.value))).collect()
}

fn functions(outline: &Outline) -> Vec<&str> {
    outline.functions.iter().map(|function| function.name.as_str()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn a_call_is_written_in_full() {
    assert_eq!(java("import io.javalin.Javalin;", "Javalin.create();"), ["io.javalin.Javalin.create()"]);
    assert_eq!(java("", "System.getenv(\"PORT\");"), ["java.lang.System.getenv(\"PORT\")"]);
    assert_eq!(java("", "Config.port();"), ["com.shop.Config.port()"]);
    assert_eq!(java("import static spark.Spark.port;", "port(4567);"), ["spark.Spark.port(4567)"]);
    assert_eq!(java("", "java.nio.file.Files.readString(x);"), ["java.nio.file.Files.readString(x)"]);
}

#[test]
fn a_star_import_brings_what_is_known() {
    assert_eq!(java("import java.io.*;\nimport java.net.*;", "new File(\"data\");"), ["java.io.File(\"data\")"]);
    assert_eq!(java("import java.io.*;\nimport java.net.*;", "new ServerSocket(80);"), ["java.net.ServerSocket(80)"]);
    assert_eq!(java("import java.io.*;", "new Printer();"), ["com.shop.Printer()"]);
    let ktor = kotlin("import io.ktor.server.engine.*\nimport io.ktor.server.netty.*", "embeddedServer(Netty, port = 8080)");
    assert_eq!(ktor, ["io.ktor.server.engine.embeddedServer(io.ktor.server.netty.Netty, port=8080)"]);
}

#[test]
fn chains_keep_what_came_before() {
    let found = java("import io.javalin.Javalin;", "Javalin.create().get(\"/\", ctx -> ctx.result(\"x\")).start(7000);");
    assert_eq!(found[0], "io.javalin.Javalin.create().get().start(7000)");
    assert!(found.contains(&"ctx.result(\"x\")".to_owned()));
}

#[test]
fn constructors_are_calls_of_their_types() {
    let found = java("import java.util.*;", "new ProcessBuilder(\"ffmpeg\", \"-i\").start(); new HashMap<String, List<Integer>>(16);");
    assert_eq!(found[0], "java.lang.ProcessBuilder().start()");
    assert_eq!(found[1], "java.lang.ProcessBuilder(\"ffmpeg\", \"-i\")");
    assert_eq!(found[2], "com.shop.HashMap(16)");
}

#[test]
fn fields_are_told_from_locals() {
    assert_eq!(java("", "use(PORT);"), ["use(this.PORT)"]);
    assert_eq!(java("", "int PORT = 3; use(PORT);"), ["use(PORT)"]);
    assert_eq!(java("", "use(host);"), ["use(host)"]);
    assert_eq!(java("", "use(this.PORT);"), ["use(this.PORT)"]);
    let inner = read("class Outer { int port; class In { void f() { use(port); } } }", Syntax::Java);
    assert_eq!(calls(&inner), ["use(Outer.port)"]);
}

#[test]
fn texts_and_names_are_joined() {
    assert_eq!(java("", "open(\"data/\" + host + \".txt\");"), ["open(\"data/\"+host+\".txt\")"]);
    assert_eq!(kotlin("", "open(\"data/$host/${name()}\")"), ["open(\"data/\"+host+\"/\"+name())", "name()"]);
    assert_eq!(java("", "open(8000 + 80);"), ["open(8080)"]);
}

#[test]
fn one_of_several_is_either() {
    assert_eq!(java("", "open(host != null ? host : \"a\");"), ["open((host|\"a\"))"]);
    assert_eq!(kotlin("", "open(host ?: \"a\")"), ["open((host|\"a\"))"]);
    assert_eq!(kotlin("", "open(if (x) 1 else 2)"), ["open((1|2))"]);
    assert_eq!(kotlin("", "open(when (x) { 1 -> \"a\"; else -> \"b\" })"), ["open((\"a\"|\"b\"))"]);
    assert_eq!(java("", "open(switch (x) { case 1 -> \"a\"; default -> \"b\"; });"), ["open((\"a\"|\"b\"))"]);
}

#[test]
fn what_cannot_be_read_is_unknown() {
    assert_eq!(java("", "listen(args.length > 0 ? 1 : 2, a * b, !c);"), ["listen((1|2), ?, ?)"]);
    assert_eq!(java("", "listen(-1, 'c', true, null);"), ["listen(-1, \"c\", true, null)"]);
}

#[test]
fn casts_and_generics_are_passed() {
    assert_eq!(java("", "open((String) host); open((int) 8080L);"), ["open(host)", "open(8080)"]);
    assert_eq!(java("", "Collections.<String>emptyList();"), ["com.shop.Collections.emptyList()"]);
    assert_eq!(kotlin("", "listOf<String>(\"a\") as List<String>"), ["listOf(\"a\")"]);
}

#[test]
fn arrays_are_lists() {
    assert_eq!(java("", "exec(new String[] {\"sh\", \"-c\"});"), ["exec([\"sh\", \"-c\"])"]);
    assert_eq!(java("", "String[] c = {\"git\", \"log\"}; exec(c);"), ["exec(c)"]);
}

#[test]
fn lambdas_are_functions() {
    let found = read("class A { void f() { run(() -> g(1)); map(x -> { return h(x); }); each((a, b) -> k(a, b)); } }", Syntax::Java);
    assert_eq!(calls(&found), ["run(fn1)", "g(1)", "map(fn2)", "h(x)", "each(fn3)", "k(a, b)"]);
    assert_eq!(found.functions[1].returns.iter().map(show).collect::<Vec<_>>(), ["g(1)"]);
    assert_eq!(found.functions[2].inside, Some(0));
}

#[test]
fn a_block_behind_a_call_is_its_last_argument() {
    let found = kotlin("", "embeddedServer(Netty, port = 8080) { routing { get(\"/\") { respond(1) } } }.start(wait = true)");
    assert_eq!(found[0], "embeddedServer().start(wait=true)");
    assert_eq!(found[1], "embeddedServer(com.shop.Netty, port=8080, fn1)");
    assert_eq!(found[2..], ["routing(fn2)", "get(\"/\", fn3)", "respond(1)"].map(str::to_owned));
}

#[test]
fn bindings_know_their_fields() {
    let found = read(
        "class S { int port; S(int port) { this.port = port; } void f() { port = 9; var x = 1; String a = \"b\", c = \"d\"; } }",
        Syntax::Java,
    );
    assert_eq!(bindings(&found), ["S.port = port", "S.port = 9", "x = 1", "a = \"b\"", "c = \"d\""]);
    assert!(found.bindings[2].declares && !found.bindings[1].declares);
    assert_eq!(found.bindings[3].kind.as_deref(), Some("String"));
}

#[test]
fn types_have_fields_with_defaults_and_annotations() {
    let found = read(
        "package a;\nimport org.springframework.beans.factory.annotation.Value;\npublic class C extends Base implements Runnable {\n@Value(\"${x.port:80}\") private int port;\nstatic final String DIR = \"data\";\n}",
        Syntax::Java,
    );
    let declared = &found.types[0];
    assert_eq!((declared.name.as_str(), declared.bases.join(" ").as_str()), ("C", "a.Base java.lang.Runnable"));
    assert_eq!(declared.fields[0].annotations[0].name, "org.springframework.beans.factory.annotation.Value");
    assert_eq!(show_all(&declared.fields[0].annotations[0].arguments), "\"${x.port:80}\"");
    assert_eq!(declared.fields[1].default.as_ref().map(show).as_deref(), Some("\"data\""));
    assert_eq!(declared.fields[1].kind.as_deref(), Some("String"));
}

#[test]
fn functions_have_parameters_and_give_back() {
    let found = read(
        "class A { static int port(String name, int other) { return other; } A() {} private <T> List<T> all() { return null; } }",
        Syntax::Java,
    );
    assert_eq!(functions(&found), ["A.port", "A.<init>", "A.all"]);
    let port = &found.functions[0];
    assert_eq!(port.parameters.iter().map(|parameter| parameter.name.as_str()).collect::<Vec<_>>(), ["name", "other"]);
    assert_eq!((port.gives.as_deref(), port.returns.iter().map(show).collect::<Vec<_>>()), (Some("int"), vec!["other".into()]));
    assert_eq!(found.functions[2].gives.as_deref(), Some("List<T>"));
}

#[test]
fn kotlin_has_functions_of_files_and_expressions() {
    let found = read(
        "package p\nfun port(): Int = env(\"PORT\")?.toInt() ?: 8080\nsuspend fun main() { }\nfun String.shout() = this\n",
        Syntax::Kotlin,
    );
    assert_eq!(functions(&found), ["port", "main", "shout"]);
    assert_eq!(found.functions[0].returns.iter().map(show).collect::<Vec<_>>(), ["(env().toInt()|8080)"]);
    assert!(found.functions[1].asynchronous);
}

#[test]
fn kotlin_has_properties() {
    let found = read(
        "package p\nconst val PORT = 8080\nval dir: String by lazy { \"data\" }\nclass C(val a: Int = 1, b: Int) { var x = 2\n fun f() = use(x, a) }\nobject O { val y = 3 }",
        Syntax::Kotlin,
    );
    assert_eq!(bindings(&found), ["PORT = 8080", "dir = lazy(fn0)"]);
    assert_eq!(found.types[0].fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["a", "b", "x"]);
    assert_eq!(calls(&found)[1], "use(this.x, this.a)");
    assert_eq!(found.types[1].fields[0].default.as_ref().map(show).as_deref(), Some("3"));
}

#[test]
fn a_companion_belongs_to_its_class() {
    let found = read(
        "class App { companion object { const val PORT = 1\n @JvmStatic fun main(args: Array<String>) { use(PORT) } } }",
        Syntax::Kotlin,
    );
    assert_eq!(functions(&found), ["App.main"]);
    assert_eq!(found.functions[0].annotations[0].name, "JvmStatic".to_owned());
    assert_eq!(calls(&found), ["use(this.PORT)"]);
}

#[test]
fn classes_inside_others_are_named_by_both() {
    let found = read(
        "class App { static class Inner { public static void main(String... args) { } } enum E { A, B(1) { void f() {} }; int n; } }",
        Syntax::Java,
    );
    assert_eq!(found.types.iter().map(|declared| declared.name.as_str()).collect::<Vec<_>>(), ["App", "App.Inner", "App.E"]);
    assert_eq!(functions(&found), ["App.Inner.main"]);
    assert_eq!(found.functions[0].parameters[0].kind.as_deref(), Some("String..."));
}

#[test]
fn a_file_may_have_methods_of_its_own() {
    let found = read("void main() { IO.println(\"hi\"); }\nint port = 8080;\n", Syntax::Java);
    assert_eq!(functions(&found), ["main"]);
    assert_eq!(calls(&found), ["java.lang.IO.println(\"hi\")"]);
    assert_eq!(bindings(&found), ["port = 8080"]);
}

#[test]
fn records_and_interfaces_are_types() {
    let found = read(
        "record P(int x, String y) implements I { static void main(String[] a) { } }\ninterface I { default void f() { g(); } void h(); }",
        Syntax::Java,
    );
    assert_eq!(found.types.iter().map(|declared| declared.name.as_str()).collect::<Vec<_>>(), ["P", "I"]);
    assert_eq!(found.types[0].fields.len(), 2);
    assert_eq!(functions(&found), ["P.<init>", "P.main", "I.f", "I.h"]);
    assert_eq!(calls(&found), ["g()"]);
}

#[test]
fn conditions_are_marked() {
    let found = read(
        "class A { void f() { a(); if (x) { b(); } else c(); for (int i = 0; i < 3; i++) d(); try { e(); } catch (E e) { g(); } } }",
        Syntax::Java,
    );
    let marked: Vec<_> = found.calls.iter().map(|call| (call.path.as_str(), call.context.conditional)).collect();
    assert_eq!(marked, [("a", false), ("b", true), ("c", true), ("d", true), ("e", false), ("g", true)]);
}

#[test]
fn tests_for_what_is_missing_are_checks() {
    let found = read(
        "class A { void f() { String u = System.getenv(\"URL\"); if (u == null || u.isBlank()) { throw new E(); } if (a == null && b) { } } }",
        Syntax::Java,
    );
    assert_eq!(
        found.checks.iter().map(|check| (show(&check.missing), check.gives_up)).collect::<Vec<_>>(),
        [("u".into(), true), ("u".into(), true)]
    );
    let found = read("fun f() { val u = System.getenv(\"URL\") ?: error(\"no\")\n val v = g() ?: throw E() }", Syntax::Kotlin);
    assert_eq!(found.checks.iter().map(|check| show(&check.missing)).collect::<Vec<_>>(), ["java.lang.System.getenv(\"URL\")", "g()"]);
}

#[test]
fn comments_and_strings_are_no_code() {
    assert_eq!(java("", "// listen(1);\n/* listen(2); */ String s = \"listen(3)\"; \"\"\"\n listen(4) \"\"\".strip();"), ["strip()"]);
    assert_eq!(kotlin("", "/* a /* b */ listen(1) */ println(\"listen(2)\")"), ["println(\"listen(2)\")"]);
}

#[test]
fn tests_are_marked() {
    let found = read("class T { @Test void a() { listen(1); } void b() { listen(2); } }", Syntax::Java);
    assert_eq!(found.calls.iter().map(|call| call.context.test).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn loops_bind_names_to_lists() {
    assert!(bindings(&read("class A { void f() { for (String d : List.of(\"a\")) { make(d); } } }", Syntax::Java))[0].starts_with("d = "));
    assert_eq!(bindings(&read("fun f() { for (d in listOf(\"a\")) { make(d) } }", Syntax::Kotlin)), ["d = listOf(\"a\")"]);
}

#[test]
fn elements_are_asked_for_by_get() {
    assert_eq!(kotlin("", "open(System.getenv()[\"PORT\"])")[0], "open(java.lang.System.getenv().get(\"PORT\"))");
    assert_eq!(java("", "open(args[0]);")[0], "open(args.get(0))");
    assert_eq!(bindings(&read("fun f() { m[\"a\"] = 1 }", Syntax::Kotlin)), ["m[a] = 1"]);
}

#[test]
fn anonymous_classes_have_methods() {
    let found = java("", "run(new Runnable() { int n = 1; public void run() { listen(n); } }); after();");
    assert_eq!(found, ["com.shop.App.run(java.lang.Runnable())", "java.lang.Runnable()", "listen(this.n)", "after()"]);
    let found = kotlin("", "run(object : Runnable { override fun run() { listen(1) } })\nafter()");
    assert!(found.contains(&"listen(1)".to_owned()) && found.contains(&"after()".to_owned()), "{found:?}");
}

#[test]
fn method_references_are_names() {
    assert_eq!(
        java("", "server.handler(this::handle); list.map(String::valueOf);"),
        ["server.handler(this.handle)", "list.map(java.lang.String.valueOf)"]
    );
}

#[test]
fn statements_of_kotlin_end_with_their_lines() {
    assert_eq!(kotlin("", "val a = b\n(c).d()\nval e = f\n.g()\nh()"), ["c.d()", "f.g()", "h()"]);
    assert_eq!(kotlin("", "val x = 1 +\n 2\nuse(x)"), ["use(x)"]);
}

#[test]
fn kotlin_calls_may_be_named_and_nested() {
    assert_eq!(kotlin("", "Config(port = 8080, host = \"0.0.0.0\")"), ["com.shop.Config(port=8080, host=\"0.0.0.0\")"]);
    assert_eq!(kotlin("", "a?.b!!.c()?.d { it.e() }")[0], "a.b.c().d(fn1)");
    assert_eq!(kotlin("", "mapOf(\"a\" to 1)"), ["mapOf([\"a\", 1])"]);
}

#[test]
fn annotations_have_arguments() {
    let found = read(
        "@SpringBootApplication(scanBasePackages = {\"a\"})\n@Deprecated class A { @GetMapping(\"/x\") String f() { return \"\"; } }",
        Syntax::Java,
    );
    assert_eq!(found.types[0].annotations.len(), 2);
    assert_eq!(show_all(&found.types[0].annotations[0].arguments), "scanBasePackages=[\"a\"]");
    assert_eq!(show_all(&found.functions[0].annotations[0].arguments), "\"/x\"");
}

#[test]
fn the_name_of_a_file_class_is_kept() {
    let found = read("@file:JvmName(\"Server\")\npackage com.example\nfun main() = println(1)\n", Syntax::Kotlin);
    assert_eq!(found.package.as_deref(), Some("com.example"));
    assert_eq!(show_all(&found.types[0].annotations[0].arguments), "\"Server\"");
}

#[test]
fn any_text_is_read() {
    for text in [
        "",
        "class",
        "class A {",
        "fun",
        "fun f(",
        "val x =",
        "@",
        "@A(",
        "import",
        "new",
        "class A { int",
        "a ? b",
        "\"${",
        "when (",
        "x ->",
        "A<B<",
        "}}}",
        "é",
        "enum E { A,",
        "switch (x) { case",
    ] {
        for syntax in [Syntax::Java, Syntax::Kotlin] {
            read(text, syntax);
            read(&format!("class A {{ void f() {{ {text}"), syntax);
            read(&format!("fun f() {{ {text}"), syntax);
        }
    }
    let deep = format!("class A {{ void f() {{ {}", "f(".repeat(10_000));
    read(&deep, Syntax::Java);
    read(&format!("fun f() {{ {}", "{".repeat(10_000)), Syntax::Kotlin);
}
