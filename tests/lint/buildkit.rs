//! The rules of `moby/buildkit`, frontend/dockerfile/linter/ruleset.go, over a parsed file.
//!
//! Missing are `DuplicateStageName`, which the parser refuses; `CopyIgnoredFile`, which needs the build's context (where it would fire,
//! the build in `e2e` fails); and `InvalidBaseImagePlatform`, which needs a registry. `UndefinedArgInFrom` and `ExposeProtoCasing` are
//! part of their neighbours here.

use std::collections::BTreeSet;

use parse_dockerfile::{ArgInstruction, Command, EnvInstruction, Instruction, Stage};

use crate::dockerfile::{Subject, expanded, keyword, name, platforms, variables, words};

/// A check under the name that `BuildKit` gives it.
pub struct Rule {
    pub name: &'static str,
    /// What it finds fault with.
    pub wrong: &'static str,
    pub check: fn(&Subject) -> Vec<String>,
}

const fn rule(name: &'static str, wrong: &'static str, check: fn(&Subject) -> Vec<String>) -> Rule {
    Rule { name, wrong, check }
}

pub const RULES: &[Rule] = &[
    rule("ConsistentInstructionCasing", "FROM a AS b\nuser 1", consistent_instruction_casing),
    rule("ExposeInvalidFormat", "FROM a AS b\nEXPOSE 127.0.0.1:80", expose_invalid_format),
    rule("FromAsCasing", "FROM a as b", from_as_casing),
    rule("FromPlatformFlagConstDisallowed", "FROM --platform=linux/amd64 a AS b", from_platform_flag_const_disallowed),
    rule("InvalidDefaultArgInFrom", "ARG TAG\nFROM a:$TAG AS b", invalid_default_arg_in_from),
    rule("InvalidDefinitionDescription", "# Some base\nFROM a AS b", invalid_definition_description),
    rule("JSONArgsRecommended", "FROM a AS b\nCMD run me", json_args_recommended),
    rule("LegacyKeyValueFormat", "FROM a AS b\nENV HOME /tmp", legacy_key_value_format),
    rule("MaintainerDeprecated", "FROM a AS b\nMAINTAINER me", maintainer_deprecated),
    rule("MultipleInstructionsDisallowed", "FROM a AS b\nCMD [\"c\"]\nCMD [\"d\"]", multiple_instructions_disallowed),
    rule("NoEmptyContinuation", "FROM a AS b\nRUN c \\\n\n  d", no_empty_continuation),
    rule("RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM a AS b", redundant_target_platform),
    rule("ReservedStageName", "FROM a AS scratch", reserved_stage_name),
    rule("SecretsUsedInArgOrEnv", "FROM a AS b\nARG API_TOKEN", secrets_used_in_arg_or_env),
    rule("StageNameCasing", "FROM a AS Build", stage_name_casing),
    rule("UndefinedVar", "FROM a AS b\nCOPY $WHERE /", undefined_var),
    rule("WorkdirRelativePath", "FROM a AS b\nWORKDIR app", workdir_relative_path),
];

/// Declared by `BuildKit` itself for FROM.
const PLATFORM: [&str; 8] =
    ["BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT"];
/// Set by base images, which this check cannot see.
const INHERITED: [&str; 4] = ["PATH", "JAVA_HOME", "RUST_VERSION", "NODE_VERSION"];
/// Parts of a name that make it a secret's.
const SECRETS: [&str; 10] = ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];

fn consistent_instruction_casing(subject: &Subject) -> Vec<String> {
    let keywords = subject.file.instructions.iter().filter_map(keyword).map(|keyword| subject.word(keyword));
    keywords.filter(|word| word.chars().any(char::is_lowercase)).map(str::to_owned).collect()
}

fn expose_invalid_format(subject: &Subject) -> Vec<String> {
    let ports = subject.file.instructions.iter().filter_map(|instruction| match instruction {
        Instruction::Expose(expose) => Some(&expose.arguments),
        _ => None,
    });
    let is_port = |text: &str| {
        let port = text.strip_suffix("/tcp").or(text.strip_suffix("/udp")).unwrap_or(text);
        port.parse::<u16>().is_ok()
    };
    ports.flatten().map(|port| port.value.to_string()).filter(|port| !is_port(port)).collect()
}

fn from_as_casing(subject: &Subject) -> Vec<String> {
    let is_upper = |word: &str| word.chars().all(char::is_uppercase);
    let casings = subject.froms().filter_map(|from| Some((subject.word(&from.from), subject.word(&from.as_.as_ref()?.0))));
    casings.filter(|(from, as_)| is_upper(from) != is_upper(as_)).map(|(from, as_)| format!("{from} ... {as_}")).collect()
}

fn from_platform_flag_const_disallowed(subject: &Subject) -> Vec<String> {
    platforms(subject).filter(|platform| !platform.contains('$')).map(str::to_owned).collect()
}

fn redundant_target_platform(subject: &Subject) -> Vec<String> {
    platforms(subject).filter(|platform| variables(platform).contains(&"TARGETPLATFORM")).map(str::to_owned).collect()
}

fn invalid_default_arg_in_from(subject: &Subject) -> Vec<String> {
    let globals: BTreeSet<&str> = subject
        .file
        .global_args()
        .flat_map(|arg| words(&arg.arguments.value))
        .filter_map(|word| word.split_once('='))
        .map(|(name, _)| name)
        .collect();
    let used = subject.froms().flat_map(|from| variables(&from.image.value)).chain(platforms(subject).flat_map(variables));
    used.filter(|name| !globals.contains(name) && !PLATFORM.contains(name)).map(|name| format!("{name} has no default")).collect()
}

/// A comment right above FROM or ARG describes it, and begins with its name.
fn invalid_definition_description(subject: &Subject) -> Vec<String> {
    let lines: Vec<&str> = subject.text.lines().collect();
    let described = lines.windows(2).filter_map(|pair| Some((pair[0].strip_prefix("# ")?, pair[1])));
    let wrong = described.filter(|(comment, line)| {
        let mut parts = line.split_whitespace();
        let name = match parts.next() {
            Some("FROM") => parts.skip_while(|part| *part != "AS").nth(1),
            Some("ARG") => parts.next().and_then(|part| part.split('=').next()),
            _ => return false,
        };
        comment.split_whitespace().next() != name
    });
    wrong.map(|(comment, line)| format!("`# {comment}` above `{line}`")).collect()
}

fn json_args_recommended(subject: &Subject) -> Vec<String> {
    let commands = subject.file.instructions.iter().filter_map(|instruction| match instruction {
        Instruction::Cmd(cmd) => Some(&cmd.arguments),
        Instruction::Entrypoint(entrypoint) => Some(&entrypoint.arguments),
        _ => None,
    });
    commands
        .filter_map(|command| match command {
            Command::Shell(text) => Some(text.value.to_owned()),
            _ => None,
        })
        .collect()
}

fn legacy_key_value_format(subject: &Subject) -> Vec<String> {
    let pairs = subject.pairs().filter(|(instruction, _)| !matches!(instruction, Instruction::Arg(_)));
    pairs.filter(|(_, word)| !word.contains('=')).map(|(_, word)| word.to_owned()).collect()
}

fn maintainer_deprecated(subject: &Subject) -> Vec<String> {
    let maintainers = subject.file.instructions.iter().filter(|instruction| matches!(instruction, Instruction::Maintainer(_)));
    maintainers.map(|_| "MAINTAINER".to_owned()).collect()
}

fn multiple_instructions_disallowed(subject: &Subject) -> Vec<String> {
    let count = |stage: &Stage, is: fn(&Instruction) -> bool| stage.instructions.iter().filter(|instruction| is(instruction)).count();
    let twice = subject.stages().filter(|stage| {
        count(stage, |one| matches!(one, Instruction::Cmd(_))) > 1
            || count(stage, |one| matches!(one, Instruction::Entrypoint(_))) > 1
            || count(stage, |one| matches!(one, Instruction::Healthcheck(_))) > 1
    });
    twice.map(|stage| format!("stage {}", name(stage.from).unwrap_or("without a name"))).collect()
}

fn no_empty_continuation(subject: &Subject) -> Vec<String> {
    let lines: Vec<&str> = subject.text.lines().collect();
    lines.windows(2).filter(|pair| pair[0].ends_with('\\') && pair[1].trim().is_empty()).map(|pair| pair[0].to_owned()).collect()
}

fn reserved_stage_name(subject: &Subject) -> Vec<String> {
    subject.names().filter(|name| ["scratch", "context"].contains(name)).map(str::to_owned).collect()
}

fn secrets_used_in_arg_or_env(subject: &Subject) -> Vec<String> {
    let pairs = subject.pairs().filter(|(instruction, _)| !matches!(instruction, Instruction::Label(_)));
    let names = pairs.filter_map(|(_, word)| word.split('=').next());
    names.filter(|name| name.split('_').any(|part| SECRETS.contains(&part.to_lowercase().as_str()))).map(str::to_owned).collect()
}

fn stage_name_casing(subject: &Subject) -> Vec<String> {
    subject.names().filter(|name| name.chars().any(char::is_uppercase)).map(str::to_owned).collect()
}

fn undefined_var(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for stage in subject.stages() {
        let mut known: BTreeSet<&str> = INHERITED.into();
        for instruction in stage.instructions {
            let used = expanded(instruction).into_iter().flat_map(variables);
            findings.extend(used.filter(|name| !known.contains(name)).map(|name| format!("${name}")));
            if let Instruction::Arg(ArgInstruction { arguments, .. }) | Instruction::Env(EnvInstruction { arguments, .. }) = instruction {
                known.extend(words(&arguments.value).filter_map(|word| word.split('=').next()));
            }
        }
    }
    findings
}

fn workdir_relative_path(subject: &Subject) -> Vec<String> {
    let folders = subject.file.instructions.iter().filter_map(|instruction| match instruction {
        Instruction::Workdir(workdir) => Some(workdir.arguments.value.to_string()),
        _ => None,
    });
    folders.filter(|folder| !folder.starts_with(['/', '$'])).collect()
}
