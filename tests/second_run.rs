//! Projects that have files of their own for containers or platforms: nothing of theirs is overwritten without leave, what they say is
//! taken, and the second run gives the same bytes though what decided the first is gone.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Files = &'static [(&'static str, &'static str)];

/// A project with files of its own, and what has to come of them.
#[derive(Default)]
struct Case {
    /// What it is, for whoever reads a failure.
    name: &'static str,
    /// The program.
    program: Files,
    /// The files that were there before.
    own: Files,
    /// What the Dockerfile has because they say so.
    takes: &'static [&'static str],
    /// What is said of them.
    says: &'static [&'static str],
    /// What imggen.toml keeps, because the file that decided it is replaced.
    keeps: &'static [&'static str],
}

impl Case {
    /// Whether a file of its own stands where the Dockerfile goes.
    fn stands_in_the_way(&self) -> bool {
        self.own.iter().any(|(path, _)| *path == "Dockerfile")
    }
}

const GO: Files = &[
    ("go.mod", "module example.com/shop\n\ngo 1.26\n"),
    (
        "main.go",
        "package main\n\nimport (\n\t\"net\"\n\t\"net/http\"\n\t\"os\"\n)\n\nfunc main() {\n\tif len(os.Args) < 2 {\n\t\treturn\n\t}\n\tlistener, err := listen()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\thttp.Serve(listener, nil)\n}\n\nfunc listen() (net.Listener, error) { return net.FileListener(os.NewFile(3, \"\")) }\n",
    ),
];
const RUST: Files = &[
    ("Cargo.toml", "[package]\nname = \"beacon\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"beacon\"\nversion = \"0.1.0\"\n"),
    (
        "src/main.rs",
        "fn main() {\n    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();\n    std::net::TcpListener::bind((\"0.0.0.0\", port)).unwrap().accept().unwrap();\n}\n",
    ),
];
const NODE: Files = &[
    ("package.json", "{\"name\":\"shop\",\"version\":\"1.0.0\"}"),
    ("lib/web.js", "require('http').createServer().listen(process.env.PORT)\n"),
    ("lib/mail.js", "setInterval(() => {}, 1000)\n"),
];
const PYTHON: Files = &[
    ("requirements.txt", "flask==3.0.3\ngunicorn==22.0.0\n"),
    ("shop/__init__.py", ""),
    ("shop/web.py", "from flask import Flask\n\n\ndef make():\n    return Flask(__name__)\n"),
];
const JAVA: Files = &[
    (
        "pom.xml",
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>shop</artifactId><version>1</version><properties><maven.compiler.release>21</maven.compiler.release></properties></project>",
    ),
    (
        "src/main/java/a/Main.java",
        "package a;\npublic class Main { public static void main(String[] given) throws Exception { new java.net.ServerSocket(Integer.parseInt(given[0])).accept(); } }\n",
    ),
];
const DENO: Files = &[
    ("deno.json", "{\"imports\":{}}"),
    ("web.ts", "Deno.serve({ port: Number(Deno.env.get('PORT')) }, () => new Response('x'))\n"),
    ("tool.ts", "console.log(1)\n"),
];
const BUN: Files = &[
    ("package.json", "{\"name\":\"shop\",\"version\":\"1.0.0\"}"),
    ("bun.lock", "{\"lockfileVersion\":1,\"workspaces\":{\"\":{\"name\":\"shop\"}},\"packages\":{}}"),
    ("api.ts", "Bun.serve({ port: process.env.PORT, fetch: () => new Response('x') })\n"),
];
const SITE: Files = &[("index.html", "<!doctype html><title>x</title>\n"), ("style.css", "a {}\n")];

const CASES: &[Case] = &[
    Case {
        name: "Go, whose Dockerfile knows subcommand, port and directory",
        program: GO,
        own: &[(
            "Dockerfile",
            "FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -tags netgo -o /shop .\n\nFROM alpine:3.23\nRUN apk add --no-cache ca-certificates ffmpeg\nCOPY --from=build /shop /usr/bin/shop\nVOLUME /var/lib/shop\nEXPOSE 9000\nENTRYPOINT [\"shop\"]\nCMD [\"serve\", \"--quiet\"]\n",
        )],
        takes: &["CMD [\"serve\", \"--quiet\"]", "EXPOSE 9000", "-tags=netgo", "ffmpeg", "/var/lib/shop"],
        keeps: &["start = \"shop serve --quiet\"", "ports = [9000]", "packages = [\"ffmpeg\"]", "volumes = [\"/var/lib/shop\"]", "netgo"],
        ..EMPTY
    },
    Case {
        name: "Go, started by a script that the Dockerfile gives variables",
        program: GO,
        own: &[
            ("docker/start.sh", "#!/bin/sh\nif [ -n \"$QUIET\" ]; then\n  OPTIONS=--quiet\nfi\nexec shop --path \"$DATA\" $OPTIONS\n"),
            (
                "Dockerfile",
                "FROM golang:1.26 AS build\nCOPY . .\nRUN go build -o /shop .\n\nFROM alpine:3.23\nENV DATA /data\nCOPY docker/start.sh /start.sh\nCOPY --from=build /shop /usr/bin/shop\nEXPOSE 9000\nCMD [\"/start.sh\"]\n",
            ),
        ],
        takes: &["CMD [\"--path\", \"/data\"]", "EXPOSE 9000"],
        says: &["start::script"],
        keeps: &["arguments = [\"--path\", \"/data\"]", "port = 9000"],
    },
    Case {
        name: "Go, started by a compose file that stays",
        program: GO,
        own: &[("compose.yaml", "services:\n  shop:\n    build: .\n    command: [\"serve\", \"--all\"]\n    ports: [\"80:9000\"]\n")],
        takes: &["CMD [\"serve\", \"--all\"]", "EXPOSE 9000"],
        ..EMPTY
    },
    Case {
        name: "Go, in a chart",
        program: GO,
        own: &[
            ("charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n"),
            ("charts/shop/values.yaml", "service:\n  port: 9000\n"),
            (
                "charts/shop/templates/deployment.yaml",
                "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: {{ .Chart.Name }}\n          image: shop\n          command: [\"shop\", \"serve\"]\n          ports:\n            - containerPort: {{ .Values.service.port }}\n",
            ),
        ],
        takes: &["CMD [\"serve\"]", "EXPOSE 9000"],
        ..EMPTY
    },
    Case {
        name: "Rust, whose Dockerfile gives the port as an argument",
        program: RUST,
        own: &[(
            "Dockerfile",
            "FROM rust:1 AS build\nCOPY . .\nRUN cargo build --release\n\nFROM debian:trixie-slim\nCOPY --from=build target/release/beacon /beacon\nEXPOSE 7000\nSTOPSIGNAL SIGINT\nENTRYPOINT [\"/beacon\", \"7000\"]\n",
        )],
        takes: &["CMD [\"7000\"]", "EXPOSE 7000", "STOPSIGNAL SIGINT"],
        keeps: &["start = \"/beacon 7000\"", "ports = [7000]", "stop-signal = \"SIGINT\""],
        ..EMPTY
    },
    Case {
        name: "Node, with a Procfile of two processes and ignore rules of its own",
        program: NODE,
        own: &[("Procfile", "web: node lib/web.js\nmail: node lib/mail.js\n"), (".dockerignore", "node_modules\nnotes\n")],
        takes: &["lib/web.js"],
        ..EMPTY
    },
    Case {
        name: "Node, whose Dockerfile alone says what starts",
        program: NODE,
        own: &[
            (
                "Dockerfile",
                "FROM node:24\nRUN apt-get update && apt-get install -y imagemagick vim\nCOPY . .\nENV PORT=4000\nCMD node lib/web.js\n",
            ),
            (".dockerignore", "node_modules\n"),
        ],
        takes: &["lib/web.js", "imagemagick", "EXPOSE 4000"],
        keeps: &["lib/web.js", "imagemagick", "4000"],
        ..EMPTY
    },
    Case {
        name: "Node, of whose Dockerfile compose asks for a stage",
        program: NODE,
        own: &[
            (
                "Dockerfile",
                "FROM node:24 AS deps\nCOPY . .\n\nFROM deps AS production\nEXPOSE 4000\nENV PORT=4000\nCMD [\"node\", \"lib/web.js\"]\n",
            ),
            ("compose.yaml", "services:\n  web:\n    build: { context: ., target: production }\n    ports: [\"80:4000\"]\n"),
            ("compose.override.yaml", "services:\n  web:\n    build: { context: ., target: development }\n    volumes: [\".:/app\"]\n"),
        ],
        takes: &["AS production\n", "EXPOSE 4000"],
        says: &["declared::target", "a stage `development` is asked for", "the mount `.:/app` of `web` hides what the image holds"],
        keeps: &["lib/web.js"],
    },
    Case {
        name: "Python, on fly.io",
        program: PYTHON,
        own: &[
            (
                "Dockerfile",
                "FROM python:3.12-slim\nCOPY . /app\nWORKDIR /app\nRUN pip install -r requirements.txt\nCMD [\"flask\", \"run\"]\n",
            ),
            (
                "fly.toml",
                "app = \"shop\"\n\n[env]\nPORT = \"8080\"\n\n[processes]\napp = \"gunicorn --workers 3 'shop.web:make()'\"\n\n[http_service]\ninternal_port = 8080\n",
            ),
        ],
        takes: &["--workers", "shop.web:make()", "EXPOSE 8080"],
        ..EMPTY
    },
    Case {
        name: "Python, on render.com",
        program: PYTHON,
        own: &[(
            "render.yaml",
            "services:\n  - type: web\n    name: shop\n    startCommand: gunicorn --threads 4 'shop.web:make()'\n    healthCheckPath: /up\n",
        )],
        takes: &["--threads", "shop.web:make()"],
        ..EMPTY
    },
    Case {
        name: "Python, worked on by one compose file and deployed by another",
        program: PYTHON,
        own: &[
            ("compose.yaml", "services:\n  web:\n    build: .\n    command: flask --app shop.web run --debug\n    volumes: [\".:/app\"]\n"),
            (
                "compose.prod.yaml",
                "services:\n  web:\n    build: .\n    command: gunicorn --bind 0.0.0.0:6000 'shop.web:make()'\n    ports: [\"80:6000\"]\n",
            ),
        ],
        takes: &["gunicorn", "EXPOSE 6000"],
        says: &["hides what the image holds"],
        ..EMPTY
    },
    Case {
        name: "Java, whose Dockerfile knows class, argument and port",
        program: JAVA,
        own: &[(
            "Dockerfile",
            "FROM maven:3-eclipse-temurin-21 AS build\nCOPY . .\nRUN mvn package\n\nFROM eclipse-temurin:21-jre\nCOPY --from=build target/shop-1.jar /shop.jar\nEXPOSE 7007\nCMD [\"java\", \"-cp\", \"/shop.jar\", \"a.Main\", \"7007\"]\n",
        )],
        takes: &["a.Main", "7007", "EXPOSE 7007"],
        keeps: &["7007"],
        ..EMPTY
    },
    Case {
        name: "Java, as a unit of systemd",
        program: JAVA,
        own: &[("deploy/shop.service", "[Service]\nExecStart=/usr/bin/java -cp /opt/shop.jar a.Main 7007\n")],
        takes: &["CMD [\"7007\"]"],
        ..EMPTY
    },
    Case {
        name: "Deno, whose Dockerfile knows the file and its permissions",
        program: DENO,
        own: &[(
            "Dockerfile",
            "FROM denoland/deno:2.9.6\nWORKDIR /app\nCOPY . .\nENV PORT=4500\nEXPOSE 4500\nCMD [\"run\", \"--allow-net\", \"--allow-env\", \"web.ts\"]\n",
        )],
        takes: &["--allow-net", "--allow-env", "web.ts", "EXPOSE 4500"],
        keeps: &["web.ts", "4500"],
        ..EMPTY
    },
    Case {
        name: "Bun, whose Dockerfile knows the file",
        program: BUN,
        own: &[(
            "Dockerfile",
            "FROM oven/bun:1\nWORKDIR /app\nCOPY . .\nENV PORT=4600\nEXPOSE 4600/tcp\nENTRYPOINT [\"bun\", \"run\", \"api.ts\"]\n",
        )],
        takes: &["api.ts", "EXPOSE 4600"],
        keeps: &["start = \"bun run api.ts\"", "PORT = \"4600\""],
        ..EMPTY
    },
    Case {
        name: "pages, which a Dockerfile hands out",
        program: SITE,
        own: &[("Dockerfile", "FROM nginx:alpine\nCOPY . /usr/share/nginx/html\nEXPOSE 80\n")],
        takes: &["index.html"],
        ..EMPTY
    },
    Case {
        name: "Python, with a Containerfile that is in nobody's way",
        program: PYTHON,
        own: &[(
            "Containerfile",
            "FROM python:3.12-slim\nCOPY . /app\nWORKDIR /app\nEXPOSE 8200\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8200\", \"shop.web:make()\"]\n",
        )],
        takes: &["shop.web:make()", "EXPOSE 8200"],
        ..EMPTY
    },
];
const EMPTY: Case = Case { name: "", program: &[], own: &[], takes: &[], says: &[], keeps: &[] };

/// How it ended, and all that it said.
fn imggen(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
    let output = command.args(arguments).current_dir(dir).env("NO_COLOR", "1").output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// All files below a directory, with their texts.
fn all(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn what_was_there_is_heard_and_the_second_run_gives_the_same_bytes() {
    let mut faults = Vec::new();
    for case in CASES {
        let project = tempfile::tempdir().unwrap();
        let root = project.path();
        write(root, case.program);
        write(root, case.own);
        let before = all(root);
        let mut must = |is: bool, what: &str| {
            if !is {
                faults.push(format!("{}: {what}", case.name));
            }
        };
        let (exit, said) = imggen(root, &["init", "--yes"]);
        if case.stands_in_the_way() {
            must(exit == 2 && said.contains("--output-dir") && said.contains("--force"), &format!("is not refused: {exit} {said}"));
            must(all(root) == before, "something was written without leave");
        } else {
            must(exit == 0, &format!("fails: {said}"));
        }
        let (exit, said) = imggen(root, &["init", "--yes", "--force"]);
        must(exit == 0, &format!("fails with --force: {said}"));
        let written = all(root);
        let text = |name: &str| written.get(Path::new(name)).map_or("", String::as_str);
        for (wanted, place) in
            case.takes.iter().map(|wanted| (wanted, "Dockerfile")).chain(case.keeps.iter().map(|kept| (kept, "imggen.toml")))
        {
            must(text(place).contains(wanted), &format!("no `{wanted}` in {place}:\n{}", text(place)));
        }
        for wanted in case.says {
            must(said.contains(wanted), &format!("`{wanted}` is not said:\n{said}"));
        }
        must(
            text("imggen.toml").contains("# from the Dockerfile that stood here before\n") != case.keeps.is_empty(),
            &format!("keeps something else:\n{}", text("imggen.toml")),
        );
        for (path, own) in case.own.iter().filter(|(path, _)| *path != "Dockerfile") {
            must(text(path) == *own, &format!("{path} was changed"));
        }
        for again in [&["init", "--yes"][..], &["init", "--yes", "--force"]] {
            let (exit, said) = imggen(root, again);
            must(exit == 0, &format!("{again:?} fails on the second run: {said}"));
            let second = all(root);
            let differs = written.iter().find(|(path, text)| second.get(*path) != Some(text));
            let shown = differs
                .map(|(path, text)| format!("{}:\n{text}\nbecomes\n{}", path.display(), second.get(path).map_or("", String::as_str)));
            must(second == written, &format!("{again:?} gives other bytes: {}", shown.unwrap_or_default()));
        }
        let (exit, said) = imggen(root, &["generate", "--check"]);
        must(exit == 0 && !said.contains("differs"), &format!("--check differs: {said}"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
