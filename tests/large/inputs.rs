//! The inputs. Each makes a project in a directory, `scale` times as large as a quick test needs; 50 is as large as people meet.
#![allow(clippy::type_complexity, clippy::too_many_lines, reason = "a table of inputs is read as one")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::Command;

use camino::Utf8Path;

pub struct Input {
    pub name: String,
    pub make: Box<dyn Fn(&Utf8Path, usize)>,
    /// The exit codes that are right.
    pub ends: &'static [i32],
    /// What has to be said.
    pub says: &'static str,
}

const GO_MOD: &str = "module example.com/x\n\ngo 1.26\n";
const GO: &str = "package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\":8080\", nil) }\n";
const PACKAGE: &str = r#"{"name": "x", "version": "1.0.0", "main": "server.js", "scripts": {"start": "node server.js"}}"#;
const SERVER: &str = "require('http').createServer().listen(3000)\n";
const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n";
const CARGO: &str = "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

const POM: &str = "<project><groupId>g</groupId><artifactId>x</artifactId><version>1</version></project>";

const FINE: &[i32] = &[0];
const REFUSED: &[i32] = &[3];
/// Refused, asked or written: what matters is that it ends.
const ANY: &[i32] = &[0, 2, 3];

pub fn inputs() -> Vec<Input> {
    let mut all = Vec::new();
    all.extend(sizes());
    all.extend(reads());
    all.extend(patterns());
    all.extend(depths());
    all.extend(expressions());
    all.extend(circles());
    all
}

fn input(name: &str, ends: &'static [i32], says: &'static str, make: impl Fn(&Utf8Path, usize) + 'static) -> Input {
    Input { name: name.to_owned(), make: Box::new(make), ends, says }
}

fn fine(name: &str, make: impl Fn(&Utf8Path, usize) + 'static) -> Input {
    input(name, FINE, "", make)
}

fn any(name: &str, make: impl Fn(&Utf8Path, usize) + 'static) -> Input {
    input(name, ANY, "", make)
}

fn refused(name: &str, says: &'static str, make: impl Fn(&Utf8Path, usize) + 'static) -> Input {
    input(name, REFUSED, says, make)
}

fn sizes() -> Vec<Input> {
    vec![
        fine("a million files (20,000 at scale 1)", |root, scale| {
            go(root);
            for directory in 0..20 * scale {
                let directory = root.join(format!("assets/{}/{directory}", directory % 20));
                fs::create_dir_all(&directory).unwrap();
                (0..1000).for_each(|file| drop(File::create(directory.join(format!("image-{file}.png"))).unwrap()));
            }
        }),
        fine("10,000 sources of 10 kB (200 at scale 1)", |root, scale| {
            go(root);
            let function = "func F(name string) ([]byte, error) {\n\tdata, err := os.ReadFile(name)\n\treturn data, err\n}\n".repeat(100);
            (0..200 * scale).for_each(|file| put(root, &format!("p{}/f{file}.go", file % 100), &format!("package p\n\n{function}")));
        }),
        refused("package-lock.json of 100 MB", "package-lock.json", |root, scale| {
            node(root);
            put(root, "package-lock.json", &locked(scale.max(9) * 2_000_000));
        }),
        fine("package-lock.json of 15 MB", |root, scale| {
            node(root);
            put(root, "package-lock.json", &locked(scale * 300_000));
        }),
        any("yarn.lock of 100 MB", |root, scale| {
            node(root);
            put(root, "yarn.lock", &repeat("\"a@^1.0.0\":\n  version \"1.0.0\"\n  resolved \"https://r/a\"\n\n", scale * 2_000_000));
        }),
        any("pnpm-lock.yaml of 15 MB", |root, scale| {
            node(root);
            put(root, "pnpm-lock.yaml", &pnpm(scale * 300_000));
        }),
        any("pnpm-lock.yaml of 100 MB", |root, scale| {
            node(root);
            put(root, "pnpm-lock.yaml", &pnpm(scale * 2_000_000));
        }),
        any("uv.lock of 15 MB", |root, scale| {
            python(root);
            put(
                root,
                "pyproject.toml",
                "[project]\nname = \"x\"\nversion = \"1\"\nrequires-python = \">=3.12\"\ndependencies = [\"flask\"]\n",
            );
            put(root, "uv.lock", &uv(scale * 300_000));
        }),
        any("poetry.lock of 100 MB", |root, scale| {
            python(root);
            put(root, "pyproject.toml", "[tool.poetry]\nname = \"x\"\nversion = \"1\"\n[tool.poetry.dependencies]\npython = \"^3.12\"\n");
            put(root, "poetry.lock", &uv(scale * 2_000_000));
        }),
        refused("Cargo.lock of 100 MB", "Cargo.lock", |root, scale| {
            rust(root, "fn main() {}\n");
            let package = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n";
            put(root, "Cargo.lock", &format!("version = 4\n\n{}", repeat(package, scale.max(9) * 2_000_000)));
        }),
        any("Cargo.lock of 15 MB", |root, scale| {
            rust(root, "fn main() {}\n");
            let mut lock = "version = 4\n\n[[package]]\nname = \"x\"\nversion = \"0.1.0\"\n".to_owned();
            (0..scale * 6000).for_each(|index| _ = write!(lock, "\n[[package]]\nname = \"a{index}\"\nversion = \"1.0.0\"\n"));
            put(root, "Cargo.lock", &lock);
        }),
        any("go.sum of 100 MB", |root, scale| {
            go(root);
            put(root, "go.mod", &format!("{GO_MOD}\nrequire example.com/a v1.0.0\n"));
            put(root, "go.sum", &repeat("example.com/a v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", scale * 2_000_000));
        }),
        any("requirements.txt of 15 MB", |root, scale| {
            python(root);
            let mut list = String::new();
            (0..scale * 15_000).for_each(|index| _ = writeln!(list, "package-{index}==1.{index}"));
            put(root, "requirements.txt", &list);
        }),
        any("pom.xml of 15 MB", |root, scale| {
            let dependency = "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency>";
            java(root, &format!("<dependencies>{}</dependencies>", repeat(dependency, scale * 300_000)));
        }),
        any("a source of 15 MB, one line", |root, scale| {
            node(root);
            put(root, "server.js", &format!("{SERVER}var x=[{}0];", repeat("\"abc\",", scale * 300_000)));
        }),
        any("a Python source of 15 MB", |root, scale| {
            python(root);
            put(root, "app.py", &format!("{FLASK}{}", repeat("x = f(1, 'a') + y\n", scale * 300_000)));
        }),
        any("a Go source of 15 MB", |root, scale| {
            go(root);
            put(root, "data.go", &format!("package main\n\nvar data = []string{{\n{}}}\n", repeat("\t\"abc\",\n", scale * 300_000)));
        }),
        any("a foreign Dockerfile of 15 MB", |root, scale| {
            go(root);
            put(root, "Dockerfile", &format!("FROM golang AS a\n{}", repeat("RUN echo a && b\n", scale * 300_000)));
        }),
        any("Procfile, Makefile and compose of 15 MB", |root, scale| {
            node(root);
            put(root, "Procfile", &repeat("web: node server.js --port $PORT\n", scale * 300_000));
            put(root, "Makefile", &repeat("run:\n\tnode server.js\n", scale * 300_000));
            put(root, "compose.yaml", &format!("services:\n{}", numbered("  s#:\n    image: x\n", scale * 100_000)));
        }),
    ]
}

fn reads() -> Vec<Input> {
    vec![
        refused(".gitignore that is /dev/zero", "tree::ignore-file", |root, _| {
            go(root);
            symlink("/dev/zero", root.join(".gitignore")).unwrap();
        }),
        refused(".gitignore of 100 MB", "tree::ignore-file", |root, scale| {
            go(root);
            put(root, ".gitignore", &repeat("*.log\n", scale * 2_000_000));
        }),
        fine("pipes in place of what is read", |root, _| {
            go(root);
            for name in ["other.go", "Procfile", "compose.yaml", "go.work.sum", "Makefile", ".env", "config.yaml"] {
                assert!(Command::new("mkfifo").arg(root.join(name)).status().unwrap().success());
            }
        }),
        refused("imggen.toml that leads out", "settings::unreadable", |root, _| {
            go(root);
            symlink("/etc/passwd", root.join("imggen.toml")).unwrap();
        }),
        any("manifests that are devices", |root, _| {
            put(root, "main.go", GO);
            for name in ["go.mod", "package.json", "pom.xml", "requirements.txt"] {
                symlink("/dev/zero", root.join(name)).unwrap();
            }
        }),
        fine("20,000 links to themselves", |root, scale| {
            go(root);
            (0..scale * 400).for_each(|index| symlink(".", root.join(format!("l{index}"))).unwrap());
        }),
    ]
}

fn patterns() -> Vec<Input> {
    vec![
        any("an ignore file of 10,000 negations", |root, _| {
            go(root);
            put(root, ".gitignore", &numbered("/a#/*\n!/a#/keep\n", 10_000));
        }),
        any("patterns that try everything", |root, _| {
            go(root);
            let pattern = format!("{}b\n", "a*".repeat(40));
            put(root, ".gitignore", &format!("{}\n{pattern}", repeat("**/a*/**/*b*/**/c\n", 200_000)));
            put(root, &format!("{}/{}", "a/".repeat(40), "a".repeat(200)), "");
        }),
        any("workspaces in braces", |root, _| {
            put(root, "package.json", &PACKAGE.replace("\"main\"", &format!("\"workspaces\": [\"{}\"], \"main\"", "{a,b}".repeat(40))));
            put(root, "server.js", SERVER);
        }),
        any("go:embed of stars", |root, _| {
            go(root);
            put(root, "e.go", &format!("package main\n\nimport \"embed\"\n\n//go:embed {}b\nvar x embed.FS\n", "a*".repeat(60)));
            put(root, &"a".repeat(200), "");
        }),
    ]
}

fn depths() -> Vec<Input> {
    vec![
        any("JSON, 100,000 deep", |root, scale| {
            put(root, "server.js", SERVER);
            put(root, "package.json", &nested("[", "]", "", scale * 40_000));
        }),
        any("YAML, 100,000 deep", |root, scale| {
            node(root);
            put(root, "compose.yaml", &nested("[", "]", "", scale * 40_000));
            put(root, "pnpm-workspace.yaml", &nested("{a: ", "}", "1", scale * 40_000));
        }),
        any("YAML that doubles", |root, _| {
            node(root);
            let mut text = "a0: &a0 [x, x]\n".to_owned();
            (1..60).for_each(|index| _ = writeln!(text, "a{index}: &a{index} [*a{0}, *a{0}]", index - 1));
            put(root, "compose.yaml", &format!("{text}services:\n  web:\n    command: *a59\n"));
            put(root, "pnpm-workspace.yaml", &format!("{text}packages: *a59\n"));
        }),
        any("TOML, 100,000 deep", |root, scale| {
            put(root, "src/main.rs", "fn main() {}\n");
            put(root, "Cargo.toml", &format!("{CARGO}\n[dependencies]\nx = {}\n", nested("[", "]", "", scale * 40_000)));
        }),
        any("XML, 100,000 deep", |root, scale| java(root, &nested("<a>", "</a>", "", scale * 40_000))),
        any("XML entities that double", |root, _| {
            let mut text = "<!DOCTYPE p [<!ENTITY a0 \"x\">".to_owned();
            (1..60).for_each(|index| _ = write!(text, "<!ENTITY a{index} \"&a{0};&a{0};\">", index - 1));
            put(root, "pom.xml", &format!("<?xml version=\"1.0\"?>{text}]><project>&a59;</project>"));
        }),
        any("else-ifs, 20,000 in a row", |root, scale| {
            node(root);
            let chain = format!("if (a) {{}} {}", "else if (b) { c() } ".repeat(scale * 400));
            put(root, "server.js", &format!("{SERVER}{chain}"));
            put(root, "web/A.java", &format!("class A {{ void f() {{ {chain} }} }}"));
        }),
    ]
}

fn circles() -> Vec<Input> {
    vec![
        any("Maven properties that double", |root, _| {
            let properties: String = (0..80).map(|index| format!("<p{index}>${{p{0}}}${{p{0}}}</p{index}>", index + 1)).collect();
            java(root, &format!("<properties>{properties}<p80>x</p80></properties><build><finalName>${{p0}}</finalName></build>"));
        }),
        any("Maven parents and modules in a circle", |root, _| {
            let pom = |own: &str, other: &str| {
                format!(
                    "<project><parent><groupId>g</groupId><artifactId>{other}</artifactId><version>1</version><relativePath>../{other}/pom.xml</relativePath></parent><artifactId>{own}</artifactId><packaging>pom</packaging><modules><module>../{other}</module></modules></project>"
                )
            };
            put(root, "a/pom.xml", &pom("a", "b"));
            put(root, "b/pom.xml", &pom("b", "a"));
            java(root, "<modules><module>a</module><module>.</module></modules>");
        }),
        any("npm scripts that double", |root, _| {
            let scripts: String = (0..60).map(|index| format!("\"s{index}\": \"npm run s{0} && npm run s{0}\", ", index + 1)).collect();
            put(
                root,
                "package.json",
                &format!("{{\"name\": \"x\", \"scripts\": {{{scripts}\"s60\": \"node server.js\", \"start\": \"npm run s0\"}}}}"),
            );
            put(root, "server.js", SERVER);
        }),
        any("shell scripts and targets that double", |root, _| {
            node(root);
            for index in 0..60 {
                put(root, &format!("s{index}.sh"), &format!("#!/bin/sh\nsh s{0}.sh\nsh s{0}.sh\nmake t{0}\n", index + 1));
            }
            put(root, "Makefile", &numbered("t#: \n\tsh s#.sh\n\t$(MAKE) t#\n", 60));
            put(root, "Procfile", "web: sh s0.sh && make t0\n");
        }),
        any("scripts and processes that start themselves, over and over", |root, _| {
            node(root);
            put(
                root,
                "start.sh",
                &format!(
                    "#!/bin/sh\nif true; then\n{}fi\n{}",
                    "./start.sh\n".repeat(40),
                    "make run\n./start.sh --bind 0.0.0.0\n".repeat(40)
                ),
            );
            put(root, "Makefile", &format!("run:\n{}", "\t./start.sh\n\thoncho start\n".repeat(40)));
            put(root, "Procfile", &numbered("web#: honcho start\nrun#: ./start.sh && make run\n", 40));
        }),
        any("requirements that include one another", |root, _| {
            python(root);
            put(root, "requirements.txt", "-r requirements.txt\n-r r0.txt\n-c r0.txt\n");
            (0..60).for_each(|index| put(root, &format!("r{index}.txt"), &format!("-r r{0}.txt\n-r r{0}.txt\nflask\n", (index + 1) % 60)));
        }),
        any("tsconfig and compose that extend themselves", |root, _| {
            node(root);
            put(root, "tsconfig.json", "{\"extends\": \"./tsconfig.json\", \"references\": [{\"path\": \".\"}]}");
            put(root, "compose.yaml", "include: [compose.yaml]\nservices:\n  a:\n    extends: {file: compose.yaml, service: a}\n");
        }),
        any("workspaces in a circle", |root, _| {
            put(
                root,
                "Cargo.toml",
                &format!("{CARGO}[dependencies]\na = {{ path = \"a\" }}\n[workspace]\nmembers = [\".\", \"a\", \"a/..\"]\n"),
            );
            put(root, "src/main.rs", "fn main() {}\n");
            put(root, "a/Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n[dependencies]\nx = { path = \"..\" }\n");
            put(root, "a/src/lib.rs", "");
        }),
        any("names that lead to one another", |root, scale| {
            go(root);
            let names = numbered("var a# = a@\n", scale * 4000);
            put(root, "names.go", &format!("package main\n\n{names}\nfunc init() {{ http.ListenAndServe(a0, nil) }}\n"));
        }),
        any("names that double", |root, _| {
            python(root);
            put(root, "app.py", &format!("{FLASK}a60 = 'x'\n{}app.run(port=int(a0), host=a0)\nopen(a0)\n", numbered("a# = a@ + a@\n", 60)));
            node(root);
            put(
                root,
                "server.js",
                &format!(
                    "const a60 = 'x';\n{}require('http').createServer().listen(a0); require('fs').readFileSync(a0)\n",
                    numbered("const a# = a@ + a@;\n", 60)
                ),
            );
        }),
        any("functions that call one another", |root, scale| {
            node(root);
            let calls = numbered("function f#(x) { return f@(f@(x)) + g#(x) }\nfunction g#(x) { return f#(g@(x)) }\n", scale * 400);
            put(root, "server.js", &format!("{calls}require('http').createServer().listen(f0(1))\n"));
            let calls = numbered("def f#(x):\n    return f@(f@(x)) + g#(x)\ndef g#(x):\n    return f#(g@(x))\n", scale * 400);
            put(root, "app.py", &format!("{FLASK}{calls}open(f0(1))\n"));
        }),
        any("imports in a circle", |root, scale| {
            node(root);
            let count = scale * 40;
            for index in 0..count {
                let next = (index + 1) % count;
                put(
                    root,
                    &format!("m{index}.js"),
                    &format!("export * from './m{next}.js'; import * as a from './m{next}.js'; export const x{index} = a.x;\n"),
                );
                put(root, &format!("m{index}.py"), &format!("from m{next} import *\nimport m{next}\nx = m{next}.x\n"));
            }
            put(root, "server.js", &format!("import {{ x }} from './m0.js';\n{SERVER}"));
            put(root, "app.py", &format!("from m0 import *\n{FLASK}open(x)\n"));
            put(root, "requirements.txt", "flask\n");
        }),
        input("4,000 secrets in what is shown", &[2], "[secret]", |root, _| {
            go(root);
            put(root, "Dockerfile", &repeat("ENV A=a://b:hunter2@d npm_npm_\n", 120_000));
        }),
    ]
}

pub fn put(root: &Utf8Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn go(root: &Utf8Path) {
    put(root, "go.mod", GO_MOD);
    put(root, "main.go", GO);
}

fn node(root: &Utf8Path) {
    put(root, "package.json", PACKAGE);
    put(root, "server.js", SERVER);
}

fn python(root: &Utf8Path) {
    put(root, "requirements.txt", "flask==3.0.0\ngunicorn==22.0.0\n");
    put(root, "app.py", FLASK);
}

fn rust(root: &Utf8Path, main: &str) {
    put(root, "Cargo.toml", CARGO);
    put(root, "src/main.rs", main);
}

fn java(root: &Utf8Path, inner: &str) {
    put(
        root,
        "pom.xml",
        &format!(
            "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>x</artifactId><version>1</version>{inner}</project>"
        ),
    );
    put(root, "src/main/java/App.java", "class App { public static void main(String[] a) {} }\n");
}

/// Where an expression stands in a program of each language.
const PROGRAMS: [(&str, &[(&str, &str)]); 7] = [
    ("Go", &[("go.mod", GO_MOD), ("main.go", GO), ("x.go", "package main\n\nfunc f() {\n\tx := @\n}\n")]),
    ("Python", &[("requirements.txt", "flask==3.0.0\n"), ("app.py", "from flask import Flask\napp = Flask(__name__)\nx = @\n")]),
    ("JavaScript", &[("package.json", PACKAGE), ("server.js", "require('http').createServer().listen(3000)\nlet x = @\n")]),
    (
        "TypeScript",
        &[("package.json", PACKAGE), ("server.ts", "import 'http'\nlet x: number = @\n"), ("server.js", "require('./server.ts')")],
    ),
    ("Rust", &[("Cargo.toml", CARGO), ("src/main.rs", "fn main() { let x = @; }\n")]),
    ("Java", &[("pom.xml", POM), ("src/main/java/App.java", "class App { public static void main(String[] a) { var x = @; } }\n")]),
    ("Kotlin", &[("pom.xml", POM), ("src/main/kotlin/App.kt", "fun main() { val x = @ }\n")]),
];

/// Expressions that nest or go on without an end, in every language.
fn expressions() -> Vec<Input> {
    let kinds: [(&str, fn(usize) -> String); 11] = [
        ("brackets, 1,000,000 deep", |scale| nested("(", ")", "1", scale * 20_000)),
        ("lists, 1,000,000 deep", |scale| nested("[", "]", "1", scale * 20_000)),
        ("calls, 500,000 deep", |scale| nested("f(", ")", "1", scale * 10_000)),
        ("blocks, 500,000 deep", |scale| nested("if (x) { ", " }", "f()", scale * 10_000)),
        ("sums of 1,000,000", |scale| format!("1{}", " + a".repeat(scale * 20_000))),
        ("chains of 1,000,000", |scale| format!("a{}", ".b(1)".repeat(scale * 20_000))),
        ("members of 1,000,000", |scale| format!("a{}", ".b".repeat(scale * 20_000))),
        ("elements of 1,000,000", |scale| format!("a{}", "[0]".repeat(scale * 20_000))),
        ("calls of calls, 1,000,000", |scale| format!("a{}", "(1)".repeat(scale * 20_000))),
        ("one call of 1,000,000 arguments", |scale| format!("a({})", "b, ".repeat(scale * 20_000))),
        ("strings without an end", |scale| "\"a".repeat(scale * 20_000 + 1)),
    ];
    let one = |(kind, text): (&str, fn(usize) -> String), (language, files): (&str, &'static [(&str, &str)])| {
        any(&format!("{kind}: {language}"), move |root, scale| {
            let text = text(scale);
            files.iter().for_each(|(path, content)| put(root, path, &content.replace('@', &text)));
        })
    };
    kinds.into_iter().flat_map(|kind| PROGRAMS.map(|program| one(kind, program))).collect()
}

fn nested(open: &str, close: &str, inner: &str, depth: usize) -> String {
    open.repeat(depth) + inner + &close.repeat(depth)
}

/// `text` until there are so many bytes.
fn repeat(text: &str, bytes: usize) -> String {
    text.repeat(bytes / text.len() + 1)
}

/// `text` so many times, `#` its number and `@` the next.
fn numbered(text: &str, count: usize) -> String {
    (0..count).map(|index| text.replace('#', &index.to_string()).replace('@', &(index + 1).to_string())).collect()
}

fn locked(bytes: usize) -> String {
    let one = "    \"node_modules/a#\": {\"version\": \"1.0.0\", \"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\", \"integrity\": \"sha512-AAAA\"},\n";
    format!(
        "{{\"name\": \"x\", \"lockfileVersion\": 3, \"packages\": {{\n{}    \"\": {{\"name\": \"x\"}}\n}}}}\n",
        numbered(one, bytes / one.len() + 1)
    )
}

fn pnpm(bytes: usize) -> String {
    let one = "  a#@1.0.0:\n    resolution: {integrity: sha512-AAAA}\n    engines: {node: '>=18'}\n\n";
    format!("lockfileVersion: '9.0'\n\nimporters:\n  .: {{}}\n\npackages:\n\n{}", numbered(one, bytes / one.len() + 1))
}

fn uv(bytes: usize) -> String {
    let one = "[[package]]\nname = \"a#\"\nversion = \"1.0.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [{ url = \"https://f/a-1.0.0-py3-none-any.whl\", hash = \"sha256:0\" }]\n\n";
    format!("version = 1\nrequires-python = \">=3.12\"\n\n{}", numbered(one, bytes / one.len() + 1))
}
