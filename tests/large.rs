//! Large and hostile projects, through the binary: each ends with an image or a word, within memory that is said. Time and memory of each
//! are printed as a table. `IMGGEN_LARGE=1` takes the full sizes, a million files and 100 MB; `IMGGEN_BINARY` names a release build.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod large {
    pub mod inputs;
}

use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use camino::Utf8Path;

use large::inputs::{Input, inputs};

/// Nothing takes as long, on the slowest machine: it hangs.
const HANGS: Duration = Duration::from_mins(5);
/// The megabytes that no input may take.
const MEMORY: u64 = 200;

#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    took: Duration,
    megabytes: u64,
    said: String,
}

#[test]
fn nothing_large_or_hostile_stops_it() {
    let full = env::var_os("IMGGEN_LARGE").is_some();
    let only = env::var("IMGGEN_ONLY").unwrap_or_default();
    let mut table = format!("{:<44}{:>9}{:>8}{:>6}  {}\n", "input", "seconds", "MB", "exit", "said");
    let mut fallen = Vec::new();
    for input in inputs().into_iter().filter(|input| input.name.contains(&only)) {
        let home = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(home.path()).unwrap();
        (input.make)(root, if full { 50 } else { 1 });
        let outcome = run(root);
        let said = first_code(&outcome.said);
        let exit = outcome.code.map_or("fell".to_owned(), |code| code.to_string());
        writeln!(table, "{:<44}{:>9.2}{:>8}{exit:>6}  {said}", input.name, outcome.took.as_secs_f64(), outcome.megabytes).unwrap();
        // seen with `--nocapture`, while it goes on
        eprintln!("{}", table.lines().last().unwrap());
        fallen.extend(fault(&input, &outcome).map(|why| format!("{}: {why}", input.name)));
    }
    eprintln!("{table}");
    fs::write(format!("{}/large.txt", env!("CARGO_TARGET_TMPDIR")), &table).unwrap();
    assert!(fallen.is_empty(), "{} fell:\n{}", fallen.len(), fallen.join("\n"));
}

/// What is wrong with how it ended.
fn fault(input: &Input, outcome: &Outcome) -> Option<String> {
    let Some(code) = outcome.code else { return Some(format!("killed, by a signal or for its time:\n{}", outcome.said)) };
    if !input.ends.contains(&code) {
        return Some(format!("ended with {code}:\n{}", outcome.said));
    }
    if !outcome.said.contains(input.says) {
        return Some(format!("does not say `{}`:\n{}", input.says, outcome.said));
    }
    (outcome.megabytes > MEMORY).then(|| format!("{} MB", outcome.megabytes))
}

fn first_code(said: &str) -> &str {
    let open = said.find("error[").or_else(|| said.find("warning[")).map(|at| at + said[at..].find('[').unwrap_or_default() + 1);
    open.and_then(|at| said[at..].split(']').next()).unwrap_or_default()
}

fn run(root: &Utf8Path) -> Outcome {
    let log = root.with_file_name(format!("{}.log", root.file_name().unwrap()));
    let started = Instant::now();
    let binary = env::var("IMGGEN_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_imggen").to_owned());
    // what would take all of the machine's memory is stopped before it does
    let limited = format!("ulimit -v {}; exec \"$@\"", 20 * MEMORY * 1024);
    let mut child = Command::new("sh")
        .args(["-c", &limited, "sh", &binary, "generate", root.as_str()])
        .env("HOME", root.join("nobody"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut megabytes = 0;
    let code = loop {
        megabytes = peak(&child).unwrap_or_default().max(megabytes);
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if started.elapsed() > HANGS {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let took = started.elapsed();
    let said: String = fs::read_to_string(&log).unwrap_or_default().chars().take(4000).collect();
    fs::remove_file(&log).unwrap();
    Outcome { code, took, megabytes, said }
}

/// The most memory that a process has had so far, in megabytes.
fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()?.div_ceil(1024))
}
