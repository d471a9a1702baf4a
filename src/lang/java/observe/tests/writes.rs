//! Files and directories that it writes.

use super::{class, java, main, seen, seen_with};
use crate::lang::java::observe::Observed;

fn writes(observed: &Observed) -> Vec<String> {
    observed.behaviour.writes.iter().map(|fact| fact.value.directory.to_string()).collect()
}

const FILES: &str = "java.nio.file.Files java.nio.file.Path java.io.FileWriter java.io.FileOutputStream java.io.File";

#[test]
fn the_standard_library() {
    for (statements, expected) in [
        ("Files.writeString(Path.of(\"/data/up.txt\"), \"x\");", "/data"),
        ("new FileWriter(\"out/a.csv\");", "out"),
        ("new FileOutputStream(\"/var/lib/shop/a.bin\");", "/var/lib/shop"),
        ("Files.createDirectories(Path.of(\"/uploads\"));", "/uploads"),
    ] {
        let found = writes(&java(FILES, &main(statements)));
        assert!(found.iter().any(|directory| directory == expected), "{statements}: {found:?}");
    }
}

#[test]
fn what_is_temporary_is_the_systems() {
    let written = writes(&java(FILES, &main("Files.writeString(Path.of(\"/tmp/a\"), \"x\"); Files.createTempFile(\"a\", \"b\");")));
    assert_eq!(written, ["/tmp"], "a read-only root needs it mounted");
}

#[test]
fn databases_and_logs_of_configuration() {
    let app = ("src/main/java/App.java", "class App {}");
    for (line, expected) in [
        ("spring.datasource.url=jdbc:h2:file:/data/shop", "/data"),
        ("spring.datasource.url=jdbc:sqlite:db/shop.db", "db"),
        ("logging.file.name=/var/log/shop/app.log", "/var/log/shop"),
        ("logging.file.path=logs", "logs"),
    ] {
        let observed = seen_with(&[app, ("src/main/resources/application.properties", line)], &["spring-boot-starter-web"]);
        assert_eq!(writes(&observed), [expected], "{line}");
    }
}

#[test]
fn appenders_of_logback() {
    let xml = "<configuration><appender name=\"f\" class=\"ch.qos.logback.core.FileAppender\"><file>logs/app.log</file></appender></configuration>";
    let text = class("", "");
    let observed = seen(&[("src/main/java/App.java", &text), ("src/main/resources/logback.xml", xml)]);
    assert_eq!(writes(&observed), ["logs"]);
}
