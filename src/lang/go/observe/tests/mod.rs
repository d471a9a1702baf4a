//! What is seen of Go programs, through front end, vocabulary and observers.

mod demands;
mod listen;
mod reads;
mod signals;
mod starts;
mod writes;

use proptest::prelude::*;

use super::testing::{program, seen};

proptest! {
    #[test]
    fn any_text_can_be_looked_at(words in proptest::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let _ = program(&["net/http", "os", "os/exec", "os/signal", "flag", "github.com/gin-gonic/gin"], &words.join(" "));
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
    "x",
    "y",
    "http",
    "ListenAndServe",
    "Server",
    "Addr",
    "os",
    "Getenv",
    "ReadFile",
    "\"PORT\"",
    "\":%d\"",
    "\"./a\"",
    "8080",
    "flag",
    "String",
    "Run",
    "gin",
    "Sprintf",
    "fmt",
    "`env:\"X\" default:\"1\"`",
    "exec",
    "Command",
    "SetDefault",
    "Join",
    "filepath",
    "Default",
    "Flag",
];

#[test]
fn names_that_lead_back_to_themselves_end() {
    let body = "var a = b + a\nvar b = a + b\nfunc f() string { return g() + f() }\nfunc g() string { return f() + g() }\nfunc main() { http.ListenAndServe(a+b+f()+g()+a+b+f()+g(), nil) }";
    let _ = program(&["net/http"], body);
}

#[test]
fn deep_and_unended_text_takes_no_time() {
    for text in [
        "(".repeat(200_000),
        "func f(".repeat(50_000),
        "os.ReadFile(".repeat(50_000),
        "x := a +\n".repeat(50_000),
        "a = a.a(a)[a]{".repeat(30_000),
    ] {
        let _ = seen(&[("main.go", &format!("package main\nimport \"os\"\n{text}"))]);
    }
}

/// Without a budget, each field asks all others, and theirs: nobody would see the end.
#[test]
fn structures_with_fields_of_one_name_come_to_an_end() {
    let structures: String = (0..60).map(|n| format!("type T{n} struct {{ ID string `json:\"id\" mapstructure:\"port\"` }}\n")).collect();
    let getters: String = (0..60).map(|n| format!("func (t *T{n}) Next() string {{ return t.next.ID + t.ID + t.Next() }}\n")).collect();
    let body = format!("{structures}{getters}func main() {{ http.ListenAndServe(\":\"+t.next.Next()+t.ID+os.Getenv(\"X\"), nil) }}");
    let _ = program(&["net/http", "os"], &body);
}
