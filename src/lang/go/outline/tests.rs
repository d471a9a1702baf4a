use super::outline;
use crate::program::Outline;
use crate::program::show::{bound, called, show};

fn read(body: &str) -> Outline {
    let head = "package main\nimport (\n\"net/http\"\n\"os\"\n\"fmt\"\n\"log\"\ncfg \"example.com/app/config\"\n\"github.com/gin-gonic/gin\"\n\"github.com/go-chi/chi/v5\"\n_ \"embed\"\n)\n";
    let out = outline(&format!("{head}{body}"));
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
fn calls_are_named_in_full() {
    assert_eq!(
        calls("func main() { log.Fatal(http.ListenAndServe(\":8080\", nil)); gin.Default().Run(addr...) }"),
        [
            "net/http.ListenAndServe(\":8080\", nil)",
            "log.Fatal(net/http.ListenAndServe(\":8080\", nil))",
            "github.com/gin-gonic/gin.Default()",
            "github.com/gin-gonic/gin.Default().Run(addr)",
        ]
    );
    let out = read("func main() { r := chi.NewRouter(); r.Get(\"/\", h) }");
    assert!(out.calls[1].receiver.is_none());
    assert_eq!(called(&out.calls[1]), "r.Get(\"/\", h)");
    assert_eq!(out.calls[1].context.function, Some(0));
}

#[test]
fn a_local_name_hides_an_import_as_long_as_it_lives() {
    assert_eq!(
        calls("func f() { { http := x(); http.Get(1) }; http.Get(2) }\nfunc g(http T) { http.Get(3) }")[1..],
        ["http.Get(1)", "net/http.Get(2)", "http.Get(3)"]
    );
}

#[test]
fn a_literal_with_a_type_is_a_call_with_names() {
    assert_eq!(
        bindings("var srv = &http.Server{Addr: \":1\", Handler: nil}\nvar l = []Route{{Path: \"/\"}, {\"/b\", h}}"),
        ["+srv net/http.Server(Addr=\":1\", Handler=nil)", "+l [Route(Path=\"/\"), Route(\"/b\", h)]",]
    );
    assert_eq!(
        bindings("var m = map[string]int{\"a\": 1, b: 2}\nvar e = []string{\"x\", \"y\"}\nvar b = []byte(\"z\")"),
        ["+m {\"a\": 1, \"b\": 2}", "+e [\"x\", \"y\"]", "+b \"z\"",]
    );
}

#[test]
fn bindings_tell_of_results_fields_and_types() {
    assert_eq!(
        bindings("func main() { a, err := f(); var p string = \"1\"; p = \"2\"; s.Addr, m[\"k\"] = x, y; for _, v := range vs {} }"),
        ["+a f()", "+err#1 f()", "+p \"1\"", "p \"2\"", "s.Addr x", "m[k] y", "+v vs",]
    );
    assert_eq!(read("func main() { var p string = \"1\" }").bindings[0].kind.as_deref(), Some("string"));
    assert_eq!(bindings("const (\nA = \"a\"\nB, C = 1, 2\n)\nvar D string"), ["+A \"a\"", "+B 1", "+C 2"]);
}

#[test]
fn texts_are_put_together() {
    assert_eq!(
        bindings("func f() { a := \":\" + os.Getenv(\"PORT\"); b := fmt.Sprintf(\"%s:%d%%\", h, 80); c := 8000 + 80; d := n + 1 }"),
        ["+a \":\" + os.Getenv(\"PORT\")", "+b h + \":\" + 80 + \"%\"", "+c 8080", "+d ?",]
    );
}

#[test]
fn functions_know_parameters_results_and_their_type() {
    let out = read(
        "func (s *Server) Start(a, b string, c ...int) (string, error) { return s.addr, nil }\nfunc x(http.Handler, int) {}\nfunc T(t *testing.T) {}\nfunc G[T any](v T) T { return v }",
    );
    let start = &out.functions[0];
    let parameters: Vec<_> = start.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.kind.as_deref())).collect();
    assert_eq!(start.name, "Server.Start");
    assert!(start.public);
    assert_eq!(parameters, [("a", Some("string")), ("b", Some("string")), ("c", Some("...int"))]);
    assert_eq!(start.gives.as_deref(), Some("string"));
    assert_eq!(show(&start.returns[0]), "[self.addr, nil]");
    assert_eq!(out.functions[1].parameters[0].kind.as_deref(), Some("http.Handler"));
    assert!(out.functions[2].test && !out.functions[1].test);
    assert_eq!((out.functions[3].name.as_str(), show(&out.functions[3].returns[0]).as_str()), ("G", "v"));
}

#[test]
fn closures_stand_inside_their_functions() {
    let out = read("var c = &Command{RunE: func(c *C, args []string) error { return serve(port) }}\nfunc main() { go func() { f() }() }");
    assert_eq!(
        out.functions.iter().map(|function| (function.name.as_str(), function.inside)).collect::<Vec<_>>(),
        [("", None), ("main", None), ("", Some(1))]
    );
    assert_eq!(out.calls.iter().find(|call| call.path == "f").and_then(|call| call.context.function), Some(2));
    assert_eq!(bindings("var c = &Command{RunE: func() error { return nil }}"), ["+c Command(RunE=fn0)"]);
}

#[test]
fn what_need_not_run_is_conditional() {
    let out = read(
        "func main() { a(); if x := b(); x { c() } else if d() { e() } else { f() }\nswitch g() {\ncase 1, h():\n i()\ndefault:\n j() }\nfor k() { l() }; select { case <-m(): n() } }",
    );
    let conditional: String = out.calls.iter().filter(|call| call.context.conditional).map(|call| call.path.as_str()).collect();
    let certain: String = out.calls.iter().filter(|call| !call.context.conditional).map(|call| call.path.as_str()).collect();
    assert_eq!((certain.as_str(), conditional.as_str()), ("abgkl", "cdefhijmn"));
}

#[test]
fn checks_tell_what_is_missing_and_who_gives_up() {
    let body = "func f() error {\nif dsn == \"\" { log.Fatal(\"x\") }\nif x := os.Getenv(\"A\"); x == \"\" || len(y) == 0 { return fmt.Errorf(\"a\") }\nif !ok { panic(1) }\nif a == \"\" && b == \"\" { panic(1) }\nif err != nil { return err }\nreturn nil }";
    let out = read(body);
    let checks: Vec<_> = out.checks.iter().map(|check| (show(&check.missing), check.gives_up)).collect();
    assert_eq!(checks, [("dsn", false), ("x", true), ("y", true), ("ok", true)].map(|(name, up)| (name.to_owned(), up)));
}

#[test]
fn types_have_fields_bases_and_tags() {
    let out = read(
        "type Config struct {\ncfg.Base\n*Other\nPort, Alt int `env:\"PORT,required\" envDefault:\"80,81\" json:\",default=9\"`\nDB struct {\nURL string `env:\"DB\"`\n} `prefix:\"x\"`\n}\ntype Name string\ntype I interface { F() }",
    );
    let [db, config, name, _] = out.types.as_slice() else { panic!("{:?}", out.types) };
    assert_eq!((db.name.as_str(), config.name.as_str(), name.bases.as_slice()), ("Config.DB", "Config", &["string".to_owned()][..]));
    assert_eq!(config.bases, ["example.com/app/config.Base", "Other"]);
    let names: Vec<_> = config.fields.iter().map(|field| (field.name.as_str(), field.kind.as_deref().unwrap_or(""))).collect();
    assert_eq!(names, [("Port", "int"), ("Alt", "int"), ("DB", "Config.DB")]);
    let tag = |name: &str| config.fields[0].annotations.iter().find(|tag| tag.name == name).map(|tag| &tag.arguments);
    let text = |name: &str| tag(name).map(|arguments| arguments.iter().map(|argument| show(&argument.value)).collect::<Vec<_>>());
    assert_eq!(text("env"), Some(vec!["\"PORT,required\"".to_owned()]));
    assert_eq!(text("envDefault"), Some(vec!["\"80,81\"".to_owned()]));
    assert_eq!(text("json"), Some(vec!["\",default=9\"".to_owned()]));
}

#[test]
fn indexes_assertions_and_chains_are_followed() {
    assert_eq!(
        bindings("func f() { a := os.Args[1]; b := m[\"x\"]; c := v.(string); d := cfg.Load().Port; e := G[int](1); g := a.B[T](2) }"),
        ["+a ?", "+b m[x]", "+c v", "+d example.com/app/config.Load().Port", "+e G(1)", "+g a.B(2)",]
    );
}

#[test]
fn comments_strings_and_types_are_no_calls() {
    assert_eq!(calls("// f()\n/* g() */ var x = \"h()\"\nvar y func(int) string\nfunc z(i interface{ M() }) {}"), Vec::<String>::new());
}

#[test]
fn imports_have_names() {
    let out = read("");
    let imports: Vec<_> = out.imports.iter().map(|import| (import.path.as_str(), import.name.as_deref())).collect();
    assert_eq!(imports[4], ("example.com/app/config", Some("cfg")));
    assert_eq!(imports[6..], [("github.com/go-chi/chi/v5", Some("chi")), ("embed", None)]);
    assert_eq!(out.package.as_deref(), Some("main"));
}

#[test]
fn hostile_text_takes_no_time() {
    for text in [
        "(",
        "func f(",
        "os.ReadFile(",
        "x := a +\n",
        "a = a.a(a)[a]{",
        "if a {",
        "func() {",
        "[]T{{",
        "a.b().",
        "switch {",
        "case 1:",
        "type T struct {",
        "!(",
        "if !f(func() {",
    ] {
        let _ = outline(&format!("package main\nfunc main() {{\n{}", text.repeat(200_000 / text.len())));
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(words in proptest::collection::vec(proptest::prelude::prop::sample::select(WORDS), 0..80)) {
        let _ = outline(&format!("package main\nimport \"os\"\n{}", words.join(" ")));
    }
}

const WORDS: &[&str] = &[
    "func",
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
    ":=",
    "=",
    "+",
    "\n",
    ";",
    "&",
    "*",
    "var",
    "const",
    "type",
    "struct",
    "if",
    "return",
    "range",
    "for",
    "switch",
    "case",
    "default",
    "select",
    "go",
    "else",
    "map",
    "interface",
    "chan",
    "x",
    "y",
    "os",
    "Getenv",
    "\"PORT\"",
    "8080",
    "!",
    "==",
    "\"\"",
    "...",
    "`env:\"X\"`",
    "import",
];
