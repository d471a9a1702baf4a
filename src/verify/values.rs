//! Rules about what single instructions say: directories, destinations, ports, names of variables.

use super::Case;
use super::model::{Action, Stage, Step, Word};
use crate::diagnostic::{Diagnostic, Line};
use crate::evidence::Span;
use crate::secret;

/// WORKDIR does not depend on where the base happens to stand.
pub(super) fn absolute_workdir(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |step: &Step| match &step.action {
        Action::Workdir(word) if word.value.as_ref().is_some_and(|path| !path.starts_with('/')) => {
            Some(case.refuse("verify::relative-workdir", step.span, format!("`{}` depends on what came before", word.raw), "not absolute"))
        }
        _ => None,
    };
    case.model.steps().filter_map(judge).collect()
}

/// A destination is absolute or below a WORKDIR of this file, and a directory when there are several sources.
pub(super) fn destination_is_clear(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |index: usize, stage: &Stage| {
        let mut placed = case.model.lineage(index).iter().rev().skip(1).flat_map(|stage| &stage.steps).any(is_workdir);
        let mut found = Vec::new();
        for step in &stage.steps {
            placed |= is_workdir(step);
            let Action::Copy { sources, destination, .. } = &step.action else { continue };
            let Some(path) = destination.value.as_deref() else { continue };
            if !placed && !path.starts_with('/') {
                let message = format!("`{path}` is relative, and no WORKDIR says to what");
                found.push(case.refuse("verify::relative-destination", step.span, message, "copied somewhere"));
            }
            if sources.len() > 1 && !(path.ends_with('/') || path == ".") {
                let message = format!("several files go to `{path}`, which does not end in `/`");
                found.push(case.refuse("verify::file-destination", step.span, message, "several sources"));
            }
        }
        found
    };
    case.model.stages.iter().enumerate().flat_map(|(index, stage)| judge(index, stage)).collect()
}

fn is_workdir(step: &Step) -> bool {
    matches!(step.action, Action::Workdir(_))
}

/// EXPOSE names ports that there are.
pub(super) fn ports(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |word: &Word| {
        (!word.value.as_deref().is_some_and(is_port)).then(|| {
            let message =
                format!("`{}` is no port: a number from 1 to 65535, with `/tcp` or `/udp` in lower case where it is said", word.raw);
            case.refuse("verify::port", word.span, message, "this port")
        })
    };
    let exposed = case.model.steps().filter_map(|step| if let Action::Expose(ports) = &step.action { Some(ports) } else { None });
    exposed.flatten().filter_map(judge).collect()
}

fn is_port(text: &str) -> bool {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    number(first) && number(last) && matches!(protocol, "tcp" | "udp" | "sctp")
}

/// Parts of a name, between underscores, that speak of a secret: `BuildKit`'s list.
const SECRET_PARTS: [&str; 10] = ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];

/// Stretches of a name that speak of a secret: hadolint's list (DL3064).
const SECRET_STRETCHES: [&str; 7] = ["api_key", "client_key", "password", "private", "secret", "token", "username"];

/// Names that hadolint knows and that neither list covers.
const SECRET_NAMES: [&str; 10] = [
    "ci_deploy_user",
    "docker_email",
    "facebook_app_id",
    "heroku_api_user",
    "okta_authn_groupid",
    "okta_client_orgurl",
    "okta_oauth2_clientid",
    "stripe_device_name",
    "travis_os_name",
    "travis_secure_env_vars",
];

/// No ARG and no ENV is named like a secret: the values of both can be read from the image.
pub(super) fn no_secrets(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |step: &Step, word: &Word| {
        is_secret(&word.raw).then(|| {
            let message = format!("`{}` sounds like a secret, and what {} holds can be read from the image", word.raw, step.keyword);
            let found = case.refuse("verify::secret-name", word.span, message, "named here");
            found.help("mount it with `RUN --mount=type=secret`, or set a harmless value inside the RUN that needs it")
        })
    };
    let judge = |step: &Step| match &step.action {
        Action::Variables { names, .. } => names.iter().filter_map(|word| judge(step, word)).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    case.model.steps().flat_map(judge).collect()
}

/// No value looks like a secret, whatever its name: it would be in the image, or in its history.
pub(super) fn no_secret_values(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |(number, line): (u32, &str)| {
        let range = secret::find(line)?;
        let column = line[..range.start].chars().count() + 1;
        let span = Span { line: number, column: u32::try_from(column).unwrap_or(u32::MAX), length: 1 };
        let message =
            format!("line {number} of `{}` holds what looks like a password or a key, which can be read from the image", case.file);
        let mut found = case.refuse("verify::secret-value", span, message, "not shown");
        found.labels.iter_mut().for_each(|label| label.line = Line::Withheld);
        let way =
            "give it when the container starts (`docker run --env`), or mount it with `RUN --mount=type=secret` where the build needs it";
        Some(found.help(way))
    };
    (1..).zip(case.text.lines()).filter_map(judge).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = || name.split('_');
    let by_parts = parts().any(|part| SECRET_PARTS.contains(&part)) && !parts().any(|part| part == "public");
    by_parts || SECRET_STRETCHES.iter().any(|stretch| name.contains(stretch)) || SECRET_NAMES.contains(&name.as_str())
}

/// ENV and LABEL are written with `=`.
pub(super) fn no_legacy_form(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |step: &Step| match step.action {
        Action::Variables { legacy: true, .. } | Action::Label { legacy: true } => {
            let message = format!("{} without `=` takes the rest of the line, whatever it is", step.keyword);
            Some(case.refuse("verify::legacy-form", step.span, message, "no `=` here").help("write `NAME=value`"))
        }
        _ => None,
    };
    case.model.steps().filter_map(judge).collect()
}
