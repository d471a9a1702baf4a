//! What was said, and what has to be said of it: without an engine.

use super::*;
use crate::pack::Packs;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    said: Vec<Said>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    at: At,
    output: String,
    kind: Kind,
    says: Option<String>,
    learns: Option<Vec<String>>,
}

const RECORDED: &str = include_str!("../../../tests/trial/recorded.toml");

struct World {
    catalog: Catalog,
    knowledge: Knowledge,
    tree: Tree,
    subject: Subject,
}

fn world(subject: Subject) -> World {
    let catalog = Packs::default().catalog().unwrap_or_else(|error| panic!("{error}"));
    let knowledge = Knowledge::read(catalog.failures()).unwrap_or_else(|error| panic!("{error}"));
    let tree = Tree::from_memory([("conf/app.yaml", "x"), ("server.py", "host = env('SERVICE_HOST')")]);
    World { catalog, knowledge, tree, subject }
}

impl World {
    fn expert(&self) -> Expert<'_> {
        let Self { catalog, knowledge, tree, subject } = self;
        Expert { knowledge, catalog, tree, subject, decisions: &[] }
    }
}

fn subject() -> Subject {
    Subject {
        app: "api".into(),
        workdir: "/app".into(),
        release: Some("debian13".into()),
        build_release: Some("debian13".into()),
        ports: vec![8080],
        serves: true,
        ..Subject::default()
    }
}

fn settings(finding: &Finding) -> Vec<String> {
    super::super::lesson::settings(&finding.lessons)
}

#[test]
fn what_was_said_is_explained() {
    let world = world(subject());
    let recorded: Recorded = toml::from_str(RECORDED).unwrap_or_else(|error| panic!("{error}"));
    let mut wrong = Vec::new();
    for said in recorded.said {
        let findings = match said.at {
            At::Build => world.expert().of_build(&BuildLog { said: said.output.clone(), ..BuildLog::default() }),
            At::Run => world.expert().of_run(&Observed { ended: Some(1), logs: said.output.clone(), ..Observed::default() }),
        };
        let Some(finding) = findings.first() else {
            wrong.push(format!("nothing is said of: {}", said.output));
            continue;
        };
        let is_right = finding.kind == said.kind
            && said.says.as_ref().is_none_or(|says| *says == finding.diagnostic.message)
            && said.learns.as_ref().is_none_or(|learns| *learns == settings(finding));
        if !is_right {
            wrong.push(format!("{:?}: {} {:?}, of: {}", finding.kind, finding.diagnostic.message, settings(finding), said.output));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn listening(reach: Reach, port: u16) -> Observed {
    let addresses = vec![if reach == Reach::Any { [0, 0, 0, 0] } else { [127, 0, 0, 1] }.into()];
    Observed { listens: vec![super::super::listen::Listener { port, addresses, reach }], ..Observed::default() }
}

fn answering(mut observed: Observed, status: u16) -> Observed {
    let port = observed.listens.first().map_or(0, |listener| listener.port);
    let reply = super::super::ask::Reply::Http { status };
    observed.answer = Some(super::super::observe::Answer { port, path: "/".into(), reply, after_tenths: 1 });
    observed
}

#[test]
fn what_was_seen_is_explained_as_well() {
    let first = |world: &World, observed: &Observed| {
        let findings = world.expert().of_run(observed);
        findings.first().map(|finding| (finding.kind, settings(finding)))
    };
    let command = |words: &str| Subject { command: words.split(' ').map(str::to_owned).collect(), entrypoint: 1, ..subject() };
    let known = world(command("python server.py"));
    assert_eq!(first(&known, &answering(listening(Reach::Any, 8080), 200)), None);
    assert_eq!(first(&known, &answering(listening(Reach::Any, 3000), 404)), Some((Kind::PortDiffers, vec!["port = 3000".into()])));
    assert_eq!(first(&known, &answering(listening(Reach::Any, 8080), 500)), Some((Kind::AnswersError, vec![])));
    assert_eq!(first(&known, &Observed::default()), Some((Kind::PortNeverOpened, vec![])));
    let killed = Observed { ended: Some(137), out_of_memory: true, ..Observed::default() };
    assert_eq!(first(&known, &killed), Some((Kind::OutOfMemory, vec![])));
    // by a variable whose name says so, or by the argument that the server is known by
    assert_eq!(first(&known, &listening(Reach::Loopback, 8080)), Some((Kind::LoopbackOnly, vec!["env.SERVICE_HOST = \"0.0.0.0\"".into()])));
    let uvicorn = world(command("uvicorn app:app"));
    let arguments = "arguments = [\"app:app\", \"--host\", \"0.0.0.0\"]".to_owned();
    assert_eq!(first(&uvicorn, &listening(Reach::Loopback, 8000)), Some((Kind::LoopbackOnly, vec![arguments])));
}

#[test]
fn a_tool_that_asks_for_words_is_no_failure_and_a_worker_need_not_listen() {
    let world = world(Subject { serves: false, ports: Vec::new(), ..subject() });
    let ended = |code, logs: &str| Observed { ended: Some(code), logs: logs.into(), ..Observed::default() };
    assert!(world.expert().of_run(&ended(2, "usage: tool FILE\n")).is_empty());
    assert!(world.expert().of_run(&ended(0, "")).is_empty() && world.expert().of_run(&Observed::default()).is_empty());
    let findings = world.expert().of_run(&ended(1, "boom\n"));
    assert_eq!(findings.first().map(|finding| finding.diagnostic.message.as_str()), Some("it ends with 1"));
    assert_eq!(findings[0].diagnostic.notes, ["it said: boom"]);
}
