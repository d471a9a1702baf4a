//! What the front end makes of sources.

use std::sync::Arc;

use super::*;
use crate::program::{Call, Value};

fn module(text: &str) -> Module {
    read(text, "ts", &|name| name.starts_with('.').then(|| format!("src/{}", name.trim_start_matches("./").trim_end_matches(".js"))))
}

fn bound(text: &str, target: &str) -> Value {
    let module = module(text);
    module.outline.bindings.iter().rev().find(|binding| binding.target == target).map(|binding| binding.value.clone()).unwrap_or_default()
}

fn calls(text: &str) -> Vec<String> {
    module(text).outline.calls.iter().map(|call| call.path.clone()).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn names_are_spelt_in_full() {
    assert_eq!(calls("import express from 'express';\nconst app = express();\n"), ["express"]);
    assert_eq!(calls("import { createServer as make } from 'node:http';\nmake();\n"), ["http.createServer"]);
    assert_eq!(
        calls("import * as http from 'http';\nhttp.createServer().listen(1);\n"),
        ["http.createServer().listen", "http.createServer"]
    );
    assert_eq!(calls("const { Server } = require('socket.io');\nnew Server(3000);\n"), ["socket.io.Server"]);
    assert_eq!(calls("const fs = require('fs').promises;\nfs.readFile('a');\n"), ["fs.promises.readFile"]);
    assert_eq!(calls("import { start } from './server.js';\nstart();\n"), ["src/server.start"]);
    assert_eq!(calls("const { start } = require('./server');\nstart();\n"), ["src/server.start"]);
    assert_eq!(calls("const app = require('./app');\napp.listen(1);\n"), ["src/app.default.listen"]);
    assert_eq!(
        calls("const app = require('./app');\nnew app.Server();\nrequire('./x').run();\n"),
        ["src/app.default.Server", "src/x.default.run"]
    );
}

#[test]
fn what_a_file_loads_is_told_with_when() {
    let module = module(
        "import a from 'a';\nimport type b from 'b';\nimport { type c } from 'c';\nconst d = require('d');\nexport * from './e';\nawait import('f');\nfunction g() { require('g'); }\nif (x) require('h');\n",
    );
    let loads: Vec<_> = module.loads.iter().map(|load| (load.module.as_str(), load.is_certain())).collect();
    assert_eq!(loads, [("a", true), ("d", true), ("./e", true), ("f", false), ("g", false), ("h", false)]);
}

#[test]
fn what_a_bundle_would_change_is_seen() {
    let module = module("require(name);\nimport(`./${name}.js`);\nimport(`./a.js`);\nrequire.resolve('b');\nrequire('c');\n");
    assert_eq!(module.computed.len(), 3);
    let module = read("join(__dirname, 'a');\nif (require.main === module) start();\nnew URL('./b', import.meta.url);\n", "js", &|_| None);
    let words: Vec<_> = module.itself.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, ["__dirname", "require.main", "import.meta.url"]);
    let guarded = module.outline.calls.iter().find(|call| call.path == "start").unwrap();
    assert!(guarded.context.guarded && !guarded.context.conditional);
}

#[test]
fn a_port_is_a_variable_and_what_stands_in_for_it() {
    let port = Value::variable("PORT", Some(Value::Number(3000)));
    for text in [
        "const port = process.env.PORT || 3000",
        "const port = +process.env['PORT']! ?? 3000",
        "const { PORT: port = 3000 } = process.env",
        "const port = process.env.PORT ? process.env.PORT : 3000",
        "const env = 1; const { PORT: port } = process.env; ",
    ] {
        let found = bound(text, "port");
        assert!(found == port || found == Value::variable("PORT", None), "{text}: {found:?}");
    }
    let Value::Call(call) = bound("const port = parseInt(process.env.PORT ?? '3000', 10)", "port") else { panic!("no call") };
    assert_eq!(call.arguments[0].value, Value::variable("PORT", Some(text("3000"))));
}

#[test]
fn branches_are_those_of_production_first() {
    let first = |text: &str| match bound(text, "x") {
        Value::Either(values) => values[0].clone(),
        value => value,
    };
    assert_eq!(first("const x = process.env.NODE_ENV === 'production' ? 80 : 3000"), Value::Number(80));
    assert_eq!(first("const x = process.env.IS_DOCKER ? 8080 : 4000"), Value::Number(4000));
    assert_eq!(first("const on = process.env.SELF === '1'; const x = on ? 'a' : 'b'"), text("b"));
    assert_eq!(first("const x = unknown ? 'a' : 'b'"), text("a"));
    assert_eq!(first("const x = !process.env.CI && process.env.NODE_ENV !== 'test' ? 'a' : 'b'"), text("a"));
}

#[test]
fn exports_are_names_of_the_module() {
    assert_eq!(bound("module.exports = { port: 3000, host };", "port"), Value::Number(3000));
    assert_eq!(bound("exports.port = 3000;", "port"), Value::Number(3000));
    assert_eq!(bound("exports.port = 3000;", "default"), Value::Table(vec![(text("port"), Value::Name("port".into()))]));
    assert_eq!(bound("export const port = 3000;", "port"), Value::Number(3000));
    assert_eq!(bound("export { a as b } from './c';", "b"), Value::Name("src/c.a".into()));
    assert_eq!(bound("export default defineConfig({ a: 1 });", "default"), {
        let entries = Value::Table(vec![(text("a"), Value::Number(1))]);
        let argument = crate::program::Argument { name: None, value: entries, at: At { start: 28, end: 36 } };
        Value::Call(Arc::new(Call {
            path: "defineConfig".into(),
            arguments: vec![argument],
            at: At { start: 15, end: 37 },
            ..Call::default()
        }))
    });
}

#[test]
fn functions_and_classes_have_names() {
    let module = module(
        "export const start = async (port = 80) => port;\nclass App extends Base { static x = 1; constructor(private host: string) {} run() { return this.host; } }\n",
    );
    let names: Vec<_> = module.outline.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["start", "App.constructor", "App.run"]);
    assert_eq!(module.outline.functions[0].parameters[0].default, Some(Value::Number(80)));
    assert_eq!(module.outline.functions[0].returns, [Value::Name("port".into())]);
    let class = &module.outline.types[0];
    assert_eq!((class.name.as_str(), class.bases.as_slice()), ("App", &["Base".to_owned()][..]));
    assert_eq!(
        class.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(),
        ["host", "x"].map(|name| name).into_iter().rev().collect::<Vec<_>>()
    );
    assert!(module.beyond_types.is_some());
}

#[test]
fn decorators_are_annotations() {
    let module = module("import { WebSocketGateway } from '@nestjs/websockets';\n@WebSocketGateway(3001) class Chat {}\n");
    assert_eq!(module.outline.types[0].annotations[0].name, "@nestjs/websockets.WebSocketGateway");
}

#[test]
fn tests_for_what_is_missing_are_noted() {
    let module = module("if (!process.env.A || process.env.B === undefined) throw new Error('x');\nif (!c && !d) throw 1;\n");
    let missing: Vec<_> = module.outline.checks.iter().map(|check| (check.missing.clone(), check.gives_up)).collect();
    assert_eq!(missing, [(Value::variable("A", None), true), (Value::variable("B", None), true)]);
}

#[test]
fn a_place_beside_the_file_is_a_path() {
    let module = module("readFile(new URL('./a.txt', import.meta.url));\n");
    let call = &module.outline.calls[1];
    assert_eq!((call.path.as_str(), call.arguments.len()), ("path.join", 2));
}

#[test]
fn what_is_fetched_by_its_address_has_the_name_of_its_package() {
    for (import, expected) in [
        ("import { Hono } from 'npm:hono@4.6.14'; new Hono();", "hono.Hono"),
        ("import { cors } from 'npm:/hono@^4/cors'; cors();", "hono/cors.cors"),
        ("import { Application } from 'jsr:@oak/oak@17'; new Application();", "@oak/oak.Application"),
        ("import { Application } from 'https://deno.land/x/oak@v12.6.1/mod.ts'; new Application();", "oak.Application"),
        ("import { serve } from 'https://deno.land/std@0.224.0/http/server.ts'; serve();", "std/http/server.ts.serve"),
        ("import express from 'npm:express@5'; express();", "express"),
    ] {
        assert_eq!(module(import).outline.calls[0].path, expected, "{import}");
    }
}

#[test]
fn comments_and_strings_are_no_code() {
    assert!(calls("// app.listen(1)\n/* listen(2) */ const s = 'app.listen(3)';\n").is_empty());
}

#[test]
fn hostile_files_are_read_or_left() {
    for text in [
        "(".repeat(100_000),
        "[".repeat(100_000),
        "!".repeat(100_000),
        "{\"a\":".repeat(50_000),
        "`${".repeat(50_000),
        "a?".repeat(50_000),
        "x => ".repeat(50_000),
        "-".repeat(9),
        "a.b(".repeat(190),
        String::from_utf8_lossy(&[0, 159, 146, 150]).into_owned(),
    ] {
        module(&text);
    }
}
