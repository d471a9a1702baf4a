//! A command line, and behind a zero the script, Procfile and makefile that it may lead to: no panic and no end missing, and what is
//! printed again for a shell reads as the same words.
#![no_main]

use imggen::Tree;
use imggen::internal::{Line, Reader, declared, line_of, quoted};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (line, files) = text.split_once('\0').unwrap_or((text, text));
    let package = format!("{{\"name\": \"x\", \"scripts\": {{\"start\": {}, \"x\": \"npm start\"}}}}", serde_json::Value::from(files));
    let tree = Tree::from_memory([
        ("package.json", package.as_str()),
        ("start.sh", files),
        ("Procfile", files),
        ("Makefile", files),
        ("justfile", files),
        ("compose.yaml", files),
        ("supervisord.conf", files),
    ]);
    let start = Reader::new(&tree).read(line, "".into(), line_of("start.sh"));
    for (_, command) in &start.steps {
        for word in command.words.iter().filter(|word| word.text().is_some()) {
            let again = Line::parse(&format!("x {}", quoted(word)));
            let read = again.commands.first().and_then(|(_, command)| command.words.get(1)).and_then(|word| word.text());
            assert_eq!(read, word.text(), "{}", quoted(word));
        }
    }
    declared::read(&tree, "".into());
});
