use std::sync::Arc;

use super::*;
use crate::program::{Call, Value};

fn call<'o>(outline: &'o Outline, path: &str) -> &'o Call {
    let found = outline.calls.iter().find(|call| call.path == path);
    found.unwrap_or_else(|| panic!("{path} among {:?}", outline.calls.iter().map(|call| &call.path).collect::<Vec<_>>()))
}

fn bound<'o>(outline: &'o Outline, target: &str) -> &'o Value {
    let found = outline.bindings.iter().find(|binding| binding.target == target).map(|binding| &binding.value);
    found.unwrap_or_else(|| panic!("{target} among {:?}", outline.bindings.iter().map(|binding| &binding.target).collect::<Vec<_>>()))
}

fn name(text: &str) -> Value {
    Value::Name(text.into())
}

#[test]
fn names_are_spelt_in_full() {
    let text = "from fastapi import FastAPI as API\nimport uvicorn\napp: API = API(title='x')\nif __name__ == '__main__':\n    uvicorn.run(app, port=int(os.environ.get('PORT', 9000)))\n";
    let outline = outline(text);
    let Value::Call(made) = bound(&outline, "app") else { panic!("a call") };
    assert_eq!(made.path, "fastapi.FastAPI");
    let run = call(&outline, "uvicorn.run");
    assert!(run.context.guarded && !run.context.conditional && run.context.function.is_none());
    assert_eq!(&text[run.at.range()], "uvicorn.run(app, port=int(os.environ.get('PORT', 9000)))");
    assert_eq!(run.argument("port", None).map(|argument| &argument.value), Some(&Value::Call(Arc::new(call(&outline, "int").clone()))));
}

#[test]
fn what_a_scope_binds_hides_an_import() {
    let outline = outline("from x import app\ndef f(app):\n    app.run()\ndef g():\n    app.go()\napp = make()\napp.later()\n");
    assert_eq!(outline.calls.iter().map(|call| call.path.as_str()).collect::<Vec<_>>(), ["app.run", "x.app.go", "make", "app.later"]);
}

#[test]
fn imports_say_what_they_bring_and_when() {
    let outline = outline(
        "import a.b\nimport c.d as e\nfrom .f import g\nfrom . import h\nfrom i import *\ntry:\n    import j\nexcept ImportError:\n    j = None\ndef k():\n    import l\n__import__('m')\n",
    );
    let imports: Vec<_> = outline
        .imports
        .iter()
        .map(|import| (import.path.as_str(), import.name.as_deref(), import.context.conditional, import.context.function.is_some()))
        .collect();
    assert_eq!(
        imports,
        [
            ("a.b", None, false, false),
            ("c.d", Some("e"), false, false),
            (".f.g", Some("g"), false, false),
            (".h", Some("h"), false, false),
            ("i.*", None, false, false),
            ("j", Some("j"), true, false),
            ("l", Some("l"), false, true),
            ("m", None, true, false),
        ]
    );
}

#[test]
fn a_star_brings_what_the_file_does_not_give() {
    let outline = outline("from fasthtml.common import *\napp, rt = fast_app()\ndef own(): pass\nown()\nprint(serve())\n");
    let paths: Vec<_> = outline.calls.iter().map(|call| call.path.as_str()).collect();
    assert_eq!(paths, ["fasthtml.common.fast_app", "own", "print", "fasthtml.common.serve"]);
}

#[test]
fn functions_have_parameters_and_results() {
    let outline = outline(
        "import click\n@click.option('--port', default=8000)\ndef main(port: int, host='x', *rest, debug=False):\n    return host, port\nclass A:\n    def __init__(self, n): self.n = n\n    @staticmethod\n    def s(x): return x\nf = lambda y: y\n",
    );
    let shapes: Vec<_> = outline
        .functions
        .iter()
        .map(|function| (function.name.as_str(), function.parameters.iter().map(|parameter| parameter.name.as_str()).collect::<Vec<_>>()))
        .collect();
    assert_eq!(shapes, [("main", vec!["port", "host", "debug"]), ("A.__init__", vec!["n"]), ("A.s", vec!["x"]), ("", vec!["y"])]);
    let main = &outline.functions[0];
    assert_eq!(main.parameters[0].kind.as_deref(), Some("int"));
    assert_eq!(main.returns, [Value::List(vec![name("host"), name("port")])]);
    assert_eq!(main.annotations[0].name, "click.option");
    assert_eq!(main.annotations[0].argument("default", None).map(|argument| &argument.value), Some(&Value::Number(8000)));
    assert_eq!((bound(&outline, "self.n"), bound(&outline, "f")), (&name("n"), &Value::Function(3)));
    assert_eq!(outline.bindings[0].context.function, Some(1));
}

#[test]
fn classes_have_fields() {
    let outline = outline(
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int = 8000\n    host: Annotated[str, Field(alias='H')]\n    debug = True\n    class Config:\n        env_prefix = 'APP_'\n",
    );
    let settings = &outline.types[0];
    assert_eq!((settings.name.as_str(), settings.bases.as_slice()), ("Settings", &["pydantic_settings.BaseSettings".to_owned()][..]));
    let fields: Vec<_> = settings.fields.iter().map(|field| (field.name.as_str(), field.kind.as_deref(), field.default.clone())).collect();
    assert_eq!(
        fields,
        [
            ("port", Some("int"), Some(Value::Number(8000))),
            ("host", Some("Annotated[str, Field(alias='H')]"), None),
            ("debug", None, Some(Value::Truth(true))),
        ]
    );
    assert_eq!(settings.fields[1].annotations[0].name, "Field");
    assert_eq!(outline.types[1].name, "Settings.Config");
    assert_eq!(bound(&outline, "Settings.Config.env_prefix"), &Value::Text("APP_".into()));
}

#[test]
fn variables_and_what_is_indexed() {
    let outline = outline(
        "import os\nfrom os import environ\na = os.environ['A']\nb = environ['B']\nc = config['c']['d']\nd = sys.argv[1]\nos.environ['E'] = 'x'\n",
    );
    assert_eq!((bound(&outline, "a"), bound(&outline, "b")), (&Value::variable("A", None), &Value::variable("B", None)));
    assert_eq!(bound(&outline, "c"), &name("config[c][d]"));
    let Value::Call(argument) = bound(&outline, "d") else { panic!("a call") };
    assert_eq!((argument.path.as_str(), &argument.arguments[0].value), ("sys.argv.__getitem__", &Value::Number(1)));
    assert_eq!(bound(&outline, "os.environ[E]"), &Value::Text("x".into()));
    assert_eq!(outline.calls.iter().filter(|call| call.path == "os.environ.__getitem__").count(), 2);
}

#[test]
fn chains_keep_what_they_are_called_on() {
    let outline = outline(
        "from pathlib import Path\nBASE = Path(__file__).resolve().parent.parent\nMEDIA = BASE / 'media' / 'x'\nFlask(__name__).run(port=1)\n",
    );
    let Value::Call(parent) = bound(&outline, "BASE") else { panic!("a call") };
    assert_eq!(parent.path, "pathlib.Path().resolve().parent.parent");
    let Some(Value::Call(inner)) = parent.receiver.as_deref() else { panic!("a receiver") };
    assert_eq!(inner.path, "pathlib.Path().resolve().parent");
    let Value::Call(media) = bound(&outline, "MEDIA") else { panic!("a call") };
    assert_eq!((media.path.as_str(), media.method()), ("pathlib.Path().joinpath", "joinpath"));
    let run = call(&outline, "Flask().run");
    assert!(matches!(run.receiver.as_deref(), Some(Value::Call(call)) if call.path == "Flask"));
}

#[test]
fn values_are_told_as_far_as_they_go() {
    for (text, expected) in [
        ("-3", Value::Number(-3)),
        ("None", name("None")),
        ("a or 8", Value::Either(vec![name("a"), Value::Number(8)])),
        ("1 if x else 2", Value::Either(vec![Value::Number(1), Value::Number(2)])),
        ("f'{h}:{p}'", Value::Joined(vec![name("h"), Value::Text(":".into()), name("p")])),
        ("'%s:%d' % (h, p)", Value::Joined(vec![name("h"), Value::Text(":".into()), name("p")])),
        ("'100%% %(a)s' % {'a': h}", Value::Joined(vec![Value::Text("100% ".into()), name("h")])),
        ("'%s/x' % h", Value::Joined(vec![name("h"), Value::Text("/x".into())])),
        ("'%s %s' % (h,)", Value::Joined(vec![name("h"), Value::Text(" ".into()), Value::Unknown])),
        ("'{}:{}'.format(h, p)", Value::Joined(vec![name("h"), Value::Text(":".into()), name("p")])),
        ("'{1:>5}{{x}}{a!r}'.format(h, p, a=h)", Value::Joined(vec![name("p"), Value::Text("{x}".into()), name("h")])),
        ("'{'.format(h)", Value::Joined(vec![Value::Text("{".into())])),
        ("'a' + b", Value::Joined(vec![Value::Text("a".into()), name("b")])),
        ("{'k': 1, **m}", Value::Table(vec![(Value::Text("k".into()), Value::Number(1)), (Value::Unknown, name("m"))])),
        ("[x for x in y]", Value::Unknown),
    ] {
        assert_eq!(bound(&outline(&format!("v = {text}\n")), "v"), &expected, "{text}");
    }
}

#[test]
fn arguments_are_never_missing() {
    let outline = outline("f(*a, k=1, **options)\n");
    let names: Vec<_> = call(&outline, "f").arguments.iter().map(|argument| argument.name.as_deref()).collect();
    assert_eq!(names, [Some("*"), Some("k"), Some("**")]);
}

#[test]
fn several_results_are_counted() {
    let outline = outline("host, port = 'h', 80\na, b = f()\n");
    assert_eq!((bound(&outline, "port"), bound(&outline, "host")), (&Value::Number(80), &Value::Text("h".into())));
    assert_eq!(outline.bindings[3].result, 1);
}

#[test]
fn texts_are_no_docstrings() {
    let outline = outline("\"\"\"ffmpeg is needed\"\"\"\n# 'no'\ndef f():\n    'doc'\n    return 'yes'\n");
    assert_eq!(outline.texts.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), ["yes"]);
}

#[test]
fn what_need_not_run_is_conditional_and_tests_are_tests() {
    let outline = outline(
        "import unittest\nif a:\n    x()\nelse:\n    y()\ntry:\n    z()\nfinally:\n    w()\nclass T(unittest.TestCase):\n    def test_it(self): v()\n",
    );
    let flags: Vec<_> = outline.calls.iter().map(|call| (call.path.as_str(), call.context.conditional, call.context.test)).collect();
    assert_eq!(flags, [("x", true, false), ("y", true, false), ("z", false, false), ("w", false, false), ("v", false, true)]);
}

#[test]
fn tests_for_what_is_missing_are_checks() {
    let outline = outline(
        "import os, sys\nif not url or key is None:\n    raise ValueError('x')\nif 'A' not in os.environ:\n    sys.exit(1)\nassert os.environ.get('B'), 'x'\nif c:\n    go()\nelse:\n    raise E\nif not a and not b:\n    raise E\nif not all([d, e]): raise E\n",
    );
    let said: Vec<_> = outline
        .checks
        .iter()
        .map(|check| {
            let missing = match &check.missing {
                Value::Name(name) => name.clone(),
                Value::Variable { name, .. } => format!("${name}"),
                Value::Call(call) => call.path.clone(),
                other => format!("{other:?}"),
            };
            (missing, check.gives_up)
        })
        .collect();
    let expected = [("url", true), ("key", true), ("$A", false), ("os.environ.get", true), ("c", true), ("d", true), ("e", true)];
    assert_eq!(said, expected.map(|(missing, gives_up)| (missing.to_owned(), gives_up)));
}

#[test]
fn what_is_no_python_gives_what_there_is() {
    let chain = format!("x{}\n", ".a()".repeat(900));
    let nested = format!("x = {}1{}\n", "f(".repeat(100), ")".repeat(100));
    for text in ["", "x = (", "\u{0}\u{1}", "class", "print 'two'", &"(".repeat(100_000), &"a+".repeat(100_000), &chain, &nested] {
        _ = outline(text);
    }
    let broken = outline("def f(:\n  pass\nimport os\n");
    assert!(broken.broken && broken.imports.iter().any(|import| import.path == "os"));
}
