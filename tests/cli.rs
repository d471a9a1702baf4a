//! The command line as `tests/cmd` tells it, run as it stands. `TRYCMD=overwrite cargo test --test cli` accepts what it says now.

use std::error::Error;
use std::io;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

#[test]
fn commands_say_what_is_written_down() {
    let ceiling = ceiling();
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").env(CEILING, ceiling).case("tests/cmd/*.md");
}

/// The samples are projects of their own, and not a part of this repository.
const CEILING: &str = "GIT_CEILING_DIRECTORIES";

fn ceiling() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/projects").to_owned()
}

/// Without a terminal; `insisted` is what people set who want colors nevertheless.
fn imggen(arguments: &[&str], insisted: bool) -> io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
    command.args(arguments).env(CEILING, ceiling()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
    if insisted {
        command.env("CLICOLOR_FORCE", "1");
    }
    command.output()
}

#[test]
fn json_is_alone_on_its_stream() -> Result<(), Box<dyn Error>> {
    for (project, exit) in [("hello", 0), ("apps", 2), ("empty", 3)] {
        let dir = format!("tests/cmd/projects/{project}");
        for verb in ["plan", "explain"] {
            let output = imggen(&[verb, &dir, "--format", "json"], true)?;
            assert_eq!(output.status.code(), Some(exit), "{verb} {project}");
            let json: Value = serde_json::from_slice(&output.stdout)?;
            assert_eq!(json["schema"], 1);
            assert_eq!(json.get("error").is_some(), exit > 0);
            assert_eq!(output.stderr.is_empty(), exit == 0, "{verb} {project}");
        }
    }
    Ok(())
}

#[test]
fn colors_come_only_where_they_are_wanted() -> Result<(), Box<dyn Error>> {
    let colored = |output: &Output| output.stdout.contains(&b'\x1b') || output.stderr.contains(&b'\x1b');
    let error = ["plan", "tests/cmd/projects/broken"];
    let fine = ["explain", "tests/cmd/projects/hello"];
    for arguments in [error, fine] {
        assert!(!colored(&imggen(&arguments, false)?), "a pipe is no terminal");
        assert!(colored(&imggen(&arguments, true)?), "unless somebody insists");
        assert!(!colored(&imggen(&[arguments[0], arguments[1], "--color", "never"], true)?));
        assert!(colored(&imggen(&[arguments[0], arguments[1], "--color", "always"], false)?));
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() -> Result<(), Box<dyn Error>> {
    let (reader, writer) = io::pipe()?;
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_imggen")).args(["schema", "plan"]).stdout(writer).stderr(Stdio::piped()).output()?;
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    Ok(())
}
