//! One small file per odd tree: `-- path --` begins a file of the tree, `-- settings --` what `--set` would say. The snapshot is what was
//! decided, on what evidence, what was passed over, and what wants a look.

use std::fmt::Write as _;

use imggen::{Diagnostic, Layer, Layers, Output, Packs, Source, Tree, generate};

const SETTINGS: &str = "settings";

#[test]
fn odd_trees() {
    insta::glob!("detect/*.txt", |path| {
        let text = std::fs::read_to_string(path).expect("a case");
        insta::with_settings!({ snapshot_path => "detect/snapshots", prepend_module_to_snapshot => false, omit_expression => true, description => idea(&text) }, {
            insta::assert_snapshot!(decide(&text));
        });
    });
}

/// What stands before the first file.
fn idea(text: &str) -> &str {
    text.split("-- ").next().unwrap_or_default().trim()
}

fn decide(text: &str) -> String {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n').skip_while(|line| !line.starts_with("-- ")) {
        match line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            Some(name) => files.push((name.to_owned(), String::new())),
            None => files.last_mut().into_iter().for_each(|(_, content)| content.push_str(line)),
        }
    }
    let settings: Vec<String> =
        files.iter().filter(|(name, _)| name == SETTINGS).flat_map(|(_, content)| content.lines().map(str::to_owned)).collect();
    let tree = Tree::from_memory(files.into_iter().filter(|(name, _)| name != SETTINGS));
    let outcome =
        Layer::assignments(Source::CommandLine, &settings).and_then(|layer| generate(&tree, &Layers::new(vec![layer]), &Packs::default()));
    match outcome {
        Ok(output) => decided(&output),
        Err(error) => said(&error),
    }
}

fn decided(output: &Output) -> String {
    let mut text = format!("# {}\n", output.plan.image.headline);
    for decision in &output.plan.decisions {
        let places: Vec<_> = decision.because.iter().map(|evidence| evidence.place().to_string()).collect();
        let why = if decision.why.is_empty() { String::new() } else { format!(" ({})", decision.why) };
        let _ = writeln!(text, "{}: {}{why}{}", decision.topic, decision.value, bracketed(&places));
        for other in &decision.passed_over {
            let places: Vec<_> = other.because.iter().map(|evidence| evidence.place().to_string()).collect();
            let _ = writeln!(text, "  not {}: {}{}", other.value, other.why, bracketed(&places));
        }
    }
    output.plan.warnings.iter().for_each(|warning| text.push_str(&said(warning)));
    text
}

fn bracketed(places: &[String]) -> String {
    if places.is_empty() { String::new() } else { format!(" [{}]", places.join(", ")) }
}

fn said(diagnostic: &Diagnostic) -> String {
    let mut text = format!("{:?}[{}]: {}\n", diagnostic.severity, diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        let line = label.span.map_or_else(String::new, |span| format!(":{}:{}", span.line, span.column));
        let _ = writeln!(text, "  --> {}{line} {}", label.file, label.text);
    }
    diagnostic.notes.iter().for_each(|note| _ = writeln!(text, "  note: {note}"));
    diagnostic.help.iter().for_each(|help| _ = writeln!(text, "  help: {help}"));
    text
}
