//! Instructions of a whole run for each byte of text that matters, as callgrind counts them: a figure that the load of the machine does
//! not change.
//!
//! `IMGGEN_PROJECTS=DIR:DIR cargo bench --bench instructions` measures these projects, else it takes fixtures; `IMGGEN_BIN` names another
//! binary, to compare with. Valgrind has to be there.
#![allow(clippy::panic, missing_docs, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What is measured when nobody names a project.
const FIXTURES: [&str; 5] = ["go-http", "java-boot", "node-express", "python-django", "rust-axum"];

/// The endings of sources, and of manifests, locks and configuration that are text.
const RELEVANT: [&str; 28] = [
    "go",
    "mod",
    "sum",
    "rs",
    "toml",
    "lock",
    "py",
    "txt",
    "cfg",
    "ini",
    "js",
    "mjs",
    "cjs",
    "jsx",
    "ts",
    "tsx",
    "vue",
    "svelte",
    "json",
    "yaml",
    "yml",
    "java",
    "kt",
    "kts",
    "gradle",
    "xml",
    "properties",
    "sh",
];

/// Directories that hold what tools made or fetched.
const APART: [&str; 3] = [".git", "node_modules", "target"];

fn main() {
    let binary = env::var_os("IMGGEN_BIN").or(option_env!("CARGO_BIN_EXE_imggen").map(Into::into)).expect("a binary to measure");
    let given = env::var_os("IMGGEN_PROJECTS");
    let fixtures = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let projects: Vec<PathBuf> = match &given {
        Some(given) => env::split_paths(given).collect(),
        None => FIXTURES.iter().map(|name| fixtures().join(name)).collect(),
    };
    println!("{:24}{:>12}{:>16}{:>10}", "project", "bytes", "instructions", "per byte");
    for project in projects {
        let (bytes, instructions) = (relevant(&project), instructions(Path::new(&binary), &project));
        let name = project.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:24}{bytes:>12}{instructions:>16}{:>10}", instructions / bytes.max(1));
    }
}

/// The bytes of all text below a directory that may tell something of the program.
fn relevant(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).expect("a project's directory");
    let size = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() && !APART.iter().any(|apart| entry.file_name() == *apart) => relevant(&entry.path()),
        Ok(kind) if kind.is_file() => {
            let path = entry.path();
            let counts = path.extension().is_some_and(|ending| RELEVANT.iter().any(|relevant| ending == *relevant));
            if counts { entry.metadata().map_or(0, |found| found.len()) } else { 0 }
        }
        _ => 0,
    };
    entries.flatten().map(size).sum()
}

/// What callgrind counts from the first instruction of the process to its last.
fn instructions(binary: &Path, project: &Path) -> u64 {
    let output = env::temp_dir().join(format!("imggen-instructions-{}", std::process::id()));
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(binary)
        .args(["generate", "--force", "--output-dir"])
        .arg(&output)
        .current_dir(project)
        .env("GIT_CEILING_DIRECTORIES", project.parent().unwrap_or(project))
        .output()
        .expect("valgrind");
    // what was there the time before is none of what is measured
    _ = fs::remove_dir_all(output);
    let said = String::from_utf8_lossy(&run.stderr);
    let collected = said.lines().filter_map(|line| line.split_once("Collected :")).next_back().map(|(_, count)| count.trim());
    collected.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("{}: {said}", project.display()))
}
