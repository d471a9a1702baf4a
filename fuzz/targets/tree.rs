//! A whole project, written as `tests/detect/*.txt` are: no panic, and what is written holds only what a Dockerfile of ours may hold.
#![no_main]

use imggen::{Layers, Packs, Tree, generate};
use libfuzzer_sys::fuzz_target;
use parse_dockerfile::Instruction;

fuzz_target!(|text: &str| {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            Some(name) => files.push((name.to_owned(), String::new())),
            None => files.last_mut().into_iter().for_each(|(_, content)| content.push_str(line)),
        }
    }
    let tree = Tree::from_memory(files);
    let Ok(output) = generate(&tree, &Layers::default(), &Packs::default()) else { return };
    for file in output.files.iter().filter(|file| matches!(file.path.as_str(), "Dockerfile" | "Dockerfile.debug")) {
        let parsed = parse_dockerfile::parse(&file.text).expect("what is written is a Dockerfile");
        for instruction in &parsed.instructions {
            let foreign = matches!(
                instruction,
                Instruction::Add(_) | Instruction::Healthcheck(_) | Instruction::Maintainer(_) | Instruction::Onbuild(_) | Instruction::Shell(_) | Instruction::Volume(_)
            );
            assert!(!foreign, "an instruction that no template has: {instruction:?}");
        }
    }
});
