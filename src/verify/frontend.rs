//! Rules about what reads the file: the frontend 1.7 of a Docker that is some years old, unless a `# syntax` line names another.

use super::Case;
use super::model::{Action, Flag, Step};
use crate::diagnostic::Diagnostic;
use crate::evidence::Span;

/// The keys of `--mount` that it knows.
const MOUNT_KEYS: [&str; 18] = [
    "type",
    "source",
    "src",
    "target",
    "dst",
    "destination",
    "from",
    "id",
    "sharing",
    "mode",
    "uid",
    "gid",
    "required",
    "readonly",
    "ro",
    "readwrite",
    "rw",
    "size",
];

const MOUNT_TYPES: [&str; 5] = ["bind", "cache", "tmpfs", "secret", "ssh"];

/// The longest line that the builder reads, in bytes.
const LINE_LIMIT: usize = 65_535;

/// Directives change how all that follows is read: of quoting, none but the frontend's name may.
pub(super) fn directives(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |(number, (key, value)): (u32, (String, &str))| {
        let span = Span { line: number, column: 1, length: 1 };
        let message = format!("`# {key}=` changes how the builder reads the rest of the file");
        (key == "escape" && value != "\\").then(|| case.refuse("verify::directive", span, message, "this directive").help("leave it out"))
    };
    (1..).zip(case.text.lines().map_while(directive)).filter_map(judge).collect()
}

/// The name and the value of a directive.
fn directive(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let key = key.trim().to_ascii_lowercase();
    key.chars().all(|c| c.is_ascii_alphanumeric()).then(|| (key, value.trim()))
}

/// The builder stops at longer lines.
pub(super) fn lines(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |(number, line): (u32, &str)| {
        let span = Span { line: number, column: 1, length: 1 };
        let message = format!("line {number} has {} bytes, and the builder reads no more than {LINE_LIMIT}", line.len());
        (line.len() > LINE_LIMIT).then(|| case.refuse("verify::long-line", span, message, "this line"))
    };
    (1..).zip(case.text.lines()).filter_map(judge).collect()
}

/// Flags are ones that it knows, and modes are numbers.
pub(super) fn flags(case: &Case<'_>) -> Vec<Diagnostic> {
    if case.model.names_frontend {
        return Vec::new();
    }
    let judge = |step: &Step, flag: &Flag| {
        if !known(step.keyword).contains(&flag.name.as_str()) {
            return Some(too_new(case, flag, &format!("`--{}` of {}", flag.name, step.keyword)));
        }
        let symbolic = flag.name == "chmod" && (flag.value.is_empty() || !flag.value.bytes().all(|byte| byte.is_ascii_digit()));
        symbolic.then(|| too_new(case, flag, &format!("the mode `{}`, which is no octal number,", flag.value)))
    };
    let steps = case.model.stages.iter().map(|stage| &stage.from).chain(case.model.steps());
    steps.flat_map(|step| step.flags.iter().filter_map(move |flag| judge(step, flag))).collect()
}

fn known(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "FROM" => &["platform"],
        "COPY" => &["from", "chown", "chmod", "link"],
        "ADD" => &["chown", "chmod", "link", "checksum", "keep-git-dir"],
        "RUN" => &["mount", "network", "security"],
        "HEALTHCHECK" => &["interval", "timeout", "start-period", "start-interval", "retries"],
        _ => &[],
    }
}

/// Mounts are of a type and have keys that it knows: the `env` of secrets came later.
pub(super) fn mounts(case: &Case<'_>) -> Vec<Diagnostic> {
    if case.model.names_frontend {
        return Vec::new();
    }
    let judge = |step: &Step| {
        let unknown = step.mounts().filter_map(|(flag, keys)| {
            let key = keys.keys().find(|key| !MOUNT_KEYS.contains(key)).map(|key| format!("`{key}` of a mount"));
            let kind = keys.get("type").filter(|kind| !MOUNT_TYPES.contains(kind)).map(|kind| format!("a mount of type `{kind}`"));
            Some(too_new(case, flag, &key.or(kind)?))
        });
        unknown.collect::<Vec<_>>()
    };
    case.model.steps().flat_map(judge).collect()
}

fn too_new(case: &Case<'_>, flag: &Flag, what: &str) -> Diagnostic {
    let found =
        case.refuse("verify::too-new", flag.span, format!("{what} is not read by every Docker in use"), "unknown to the frontend 1.7");
    found.help("do without it, or name the frontend that reads it in a `# syntax` line")
}

/// A RUN has no here-document, which linters read as instructions; one of a COPY is followed by a blank line, without which they do too.
pub(super) fn heredocs(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |step: &Step| match &step.action {
        Action::Run(command) if command.heredoc => {
            let found = case.refuse("verify::run-heredoc", step.span, "a here-document hides its commands from linters", "in this RUN");
            Some(found.help("join the commands with `&&`"))
        }
        Action::Copy { crowded: true, .. } => {
            let message = "linters lose their place when an instruction follows a here-document at once";
            Some(case.refuse("verify::crowded-heredoc", step.span, message, "ends without a blank line after it"))
        }
        _ => None,
    };
    case.model.steps().filter_map(judge).collect()
}
