//! Files that it opens.

use super::{class, main, seen};

/// What is read of a project with these other files.
fn reads(imports: &str, statements: &str, others: &[&str]) -> Vec<String> {
    let text = class(imports, &main(statements));
    let files: Vec<_> = others.iter().map(|path| (*path, "x")).chain([("src/main/java/App.java", text.as_str())]).collect();
    seen(&files).behaviour.reads.iter().map(|fact| fact.value.source.to_string()).collect()
}

const FILES: &str = "java.nio.file.Files java.nio.file.Path java.nio.file.Paths java.io.FileReader java.io.FileInputStream java.io.File";

#[test]
fn the_standard_library() {
    for (statements, others, expected) in [
        ("Files.readString(Path.of(\"config/rules.txt\"));", &["config/rules.txt"][..], &["config/rules.txt"][..]),
        ("Files.readAllLines(Paths.get(\"words.txt\"));", &["words.txt"], &["words.txt"]),
        ("new FileReader(\"a.csv\");", &["a.csv"], &["a.csv"]),
        ("new FileInputStream(new File(\"a.csv\"));", &["a.csv"], &["a.csv"]),
        ("Files.readString(Path.of(\"data\", \"seed.json\"));", &["data/seed.json"], &["data/seed.json"]),
        ("Files.readString(Path.of(\"missing.txt\"));", &["other.txt"], &[]),
        ("Files.readString(Path.of(\"/etc/passwd\"));", &["etc/passwd"], &[]),
    ] {
        assert_eq!(reads(FILES, statements, others), expected, "{statements}");
    }
}

#[test]
fn resources_are_in_the_jar() {
    let found = reads("", "App.class.getResourceAsStream(\"/page.html\");", &["src/main/resources/page.html"]);
    assert!(found.is_empty(), "{found:?}");
}
