//! An edit of a project moves the decision that it should move, and the decision cites the edit.
#![allow(clippy::unwrap_used)]

use imggen::{Decision, Layers, Output, Packs, Topic, Tree, generate};

const GO_MOD: &str = "module example.com/shop\n\ngo 1.26\n";
const SERVER: &str = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n";

fn decide(files: &[(&str, &str)]) -> Output {
    generate(&Tree::from_memory(files.iter().copied()), &Layers::default(), &Packs::default()).unwrap()
}

fn decision(output: &Output, topic: Topic) -> &Decision {
    output.plan.decisions.iter().find(|decision| decision.topic == topic).unwrap()
}

fn places(decision: &Decision) -> Vec<String> {
    decision.because.iter().map(|evidence| evidence.place().to_string()).collect()
}

#[test]
fn importing_c_moves_the_base_one_rung_and_is_cited() {
    let before = decide(&[("go.mod", GO_MOD), ("main.go", SERVER)]);
    assert_eq!(decision(&before, Topic::Base).value, "distroless-static");
    let after = decide(&[("go.mod", GO_MOD), ("main.go", SERVER), ("fast.go", "package main\n\n// #include <math.h>\nimport \"C\"\n")]);
    let base = decision(&after, Topic::Base);
    assert_eq!((base.value.as_str(), places(base)), ("distroless-base", vec!["fast.go:4".to_owned()]));
}

#[test]
fn starting_git_moves_the_base_to_one_that_has_it() {
    let starts = "package main\n\nimport \"os/exec\"\n\nfunc init() {\n\texec.Command(\"git\", \"log\").Run()\n}\n";
    let after = decide(&[("go.mod", GO_MOD), ("main.go", SERVER), ("log.go", starts)]);
    let base = decision(&after, Topic::Base);
    assert_eq!((base.value.as_str(), places(base)), ("slim", vec!["log.go:6".to_owned()]));
    assert!(after.files[0].text.contains("git"), "{}", after.files[0].text);
}

#[test]
fn another_port_is_another_expose() {
    let after = decide(&[("go.mod", GO_MOD), ("main.go", &SERVER.replace("8080", "9191"))]);
    assert!(after.files[0].text.contains("EXPOSE 9191\n"));
}

#[test]
fn a_requirement_gives_a_dependency_layer() {
    let before = decide(&[("go.mod", GO_MOD), ("main.go", SERVER)]);
    assert!(!before.files[0].text.contains("go mod download"));
    let requires = format!("{GO_MOD}\nrequire github.com/google/uuid v1.6.0\n");
    let after = decide(&[("go.mod", &requires), ("go.sum", ""), ("main.go", SERVER)]);
    let text = &after.files[0].text;
    assert!(text.find("RUN go mod download") < text.find("COPY . ."), "{text}");
}

#[test]
fn a_directory_that_is_read_is_in_the_image_and_not_ignored() {
    let reads = SERVER.replace("http.Listen", "http.Handle(\"/\", http.FileServer(http.Dir(\"docs\")))\n\thttp.Listen");
    let site = ("docs/index.html", "<html></html>");
    let copied = |output: &Output| output.files[0].text.contains("COPY docs /app/docs\n");
    let before = decide(&[("go.mod", GO_MOD), ("main.go", SERVER), site]);
    assert!(!copied(&before));
    let after = decide(&[("go.mod", GO_MOD), ("main.go", &reads), site]);
    assert!(copied(&after) && !after.files[1].text.lines().any(|line| line == "docs"));
}
