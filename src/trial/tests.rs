//! Whole trials against recorded engines: the command lines of those that are not at hand, and of those that are.

use super::explain::{Expert, Knowledge};
use super::report::Verdict;
use super::*;
use crate::engine::Dialect;
use crate::engine::recorded::{Recorded, Said};
use crate::pack::Packs;
use crate::tree::Tree;

const BUILDKIT: &str = "#5 [build 1/2] FROM docker.io/library/golang:1.26\n#5 CACHED\n#6 [build 2/2] RUN go build\n#6 DONE 1.2s\n";
const BUILDAH: &str = "[1/2] STEP 1/2: FROM golang:1.26 AS build\n--> Using cache 12\n[1/2] STEP 2/2: RUN go build\n";
const TABLES: &str = "  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A 0 0 0 65532 0 1\n";

fn said(words: &str, stdout: &str) -> Said {
    Said { words: words.into(), code: 0, stdout: stdout.into(), stderr: String::new(), once: false }
}

/// What an engine says to a server that works.
fn conversation(program: &str) -> Vec<Said> {
    let log = if program == "podman" { BUILDAH } else { BUILDKIT };
    let image = r#"{"Size": 7700000, "Config": {"User": "65532:65532"}}"#;
    let image = if program == "podman" { format!("[{image}]") } else { image.to_owned() };
    let answers = [
        ("info", "28.1.0\n"),
        ("build", log),
        ("image inspect", &image),
        ("history", r#"{"CreatedBy": "COPY /out/site /usr/local/bin/site # buildkit", "Size": "5700000"}"#),
        ("save", ""),
        ("run", "1234\n"),
        ("exec -i * hostname", "10.4.0.7\n"),
        ("exec -i * cat", TABLES),
        ("exec -i * /busybox/sh", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("inspect", r#"{"Running": true, "ExitCode": 0, "OOMKilled": false, "Error": ""}"#),
        ("diff", "C /app\nA /app/data\n"),
        ("stop", ""),
        ("logs", "listening\n"),
        ("rm", ""),
        ("rmi", ""),
    ];
    answers.iter().map(|(words, stdout)| said(&format!("{program} {words}"), stdout)).collect()
}

fn tried(dialect: Dialect, said: Vec<Said>, layout: Option<camino::Utf8PathBuf>) -> (Report, Vec<String>) {
    let recorded = Recorded::new(said);
    let heard = std::rc::Rc::clone(&recorded.heard);
    let engine = Engine::open(dialect, Box::new(recorded)).unwrap_or_else(|error| panic!("{error}"));
    let catalog = Packs::default().catalog().unwrap_or_else(|error| panic!("{error}"));
    let knowledge = Knowledge::read(catalog.failures()).unwrap_or_else(|error| panic!("{error}"));
    let shell = Shell { image: "gcr.io/distroless/static-debian13:debug-nonroot".into(), path: "/busybox/sh".into() };
    let subject = Subject { app: "site".into(), shell, ports: vec![8080], serves: true, ..Subject::default() };
    let tree = Tree::from_memory([("go.mod", "module x\n")]);
    let expert = Expert { knowledge: &knowledge, catalog: &catalog, tree: &tree, subject: &subject, decisions: &[] };
    let files = Files { dockerfile: "/tmp/x/Dockerfile".into(), ignore_file: None, context: ".".into(), layout };
    let wishes = Wishes::default();
    let report = {
        let traces = Traces::new(&engine);
        let image = build(&engine, &subject, &files, &wishes, &traces, &mut |_| ()).unwrap_or_else(|error| panic!("{error}"));
        examine(&engine, &expert, &image, &wishes, &traces, &mut |_| ()).unwrap_or_else(|error| panic!("{error}"))
    };
    let heard = heard.borrow().clone();
    (report, heard)
}

#[test]
fn every_engine_that_runs_is_asked_the_same() {
    for dialect in Dialect::FOUND {
        let program = dialect.program();
        let (report, heard) = tried(dialect, conversation(program), None);
        assert_eq!(report.verdict, Verdict::Fine, "{program}: {:?}", report.findings);
        assert_eq!(report.hardened_fine, Some(true), "{program}");
        assert_eq!((report.user.as_deref(), report.size.as_ref().map(|size| size.bytes)), (Some("65532:65532"), Some(7_700_000)));
        assert_eq!(report.built.map(|built| (built.steps, built.cached)), Some((2, 1)), "{program}");
        assert_eq!(report.ran.and_then(|ran| ran.answer).map(|answer| answer.port), Some(8080));
        // what was made is taken away: two runs of two containers, and the image
        let removed = |verb: &str| heard.iter().filter(|line| line.starts_with(&format!("{program} {verb} --force"))).count();
        assert_eq!((removed("rm"), removed("rmi")), (4, 1), "{heard:#?}");
    }
}

#[test]
fn a_builder_gives_sizes_and_skips_the_rest_by_name() {
    let directory = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let at = camino::Utf8Path::from_path(directory.path()).unwrap_or(camino::Utf8Path::new("")).to_owned();
    _ = std::fs::create_dir_all(at.join("blobs/sha256"));
    let files = [
        ("index.json", r#"{"manifests": [{"digest": "sha256:m"}]}"#),
        ("blobs/sha256/m", r#"{"config": {"digest": "sha256:c"}, "layers": [{"size": 2000000}, {"size": 5000000}]}"#),
        (
            "blobs/sha256/c",
            r#"{"config": {"User": "65532:65532"}, "history": [{"created_by": "base"}, {"empty_layer": true}, {"created_by": "COPY /x /x"}]}"#,
        ),
    ];
    for (path, text) in files {
        _ = std::fs::write(at.join(path), text);
    }
    let build = Said { stderr: BUILDKIT.into(), ..said("docker buildx build", "") };
    let answers = vec![said("docker buildx inspect ci", "Name: ci\n"), build, said("docker rmi", "")];
    let (report, _) = tried(Dialect::Buildx("ci".into()), answers, Some(at));
    assert_eq!(report.verdict, Verdict::Built);
    assert_eq!(report.size.map(|size| (size.bytes, size.layers.len())), Some((7_000_000, 2)));
    assert_eq!(report.skipped.iter().map(|skipped| skipped.check.as_str()).collect::<Vec<_>>(), ["start", "answer", "stop", "hardened"]);
}
