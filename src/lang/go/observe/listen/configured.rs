//! The port in a configuration file that the program reads, for programs whose sources do not tell it.
//!
//! Read line by line, for YAML, TOML, JSON and INI write `key`, a sign and a value alike; which makes it a guess.

use camino::Utf8Path;

use super::address::settle;
use super::fallback::rank;
use crate::app::{Listen, RunFile};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::go::observe::resolve::{Part, Value};
use crate::tree::Tree;

const CONFIGURED: Rule = Rule::weak("go.configured-port", "this looks like the port in a file that the program reads its settings from");

/// Sections that speak of others' ports.
const FOREIGN: &str = "redis database db mysql postgres postgresql pg mongo mongodb kafka etcd consul nats smtp mail email cache log logger trace \
    tracing jaeger otel client clients data registry upstream rabbitmq amqp elasticsearch minio s3 sentry metrics prometheus pprof debug admin";

/// More files than anybody keeps settings in.
const MOST_FILES: usize = 20;

/// The most telling port of the files among `reads`.
#[must_use]
pub fn port(tree: &Tree, reads: &[Fact<RunFile>]) -> Option<Fact<Listen>> {
    let is_settings = |path: &&Utf8Path| matches!(path.extension(), Some("yaml" | "yml" | "toml" | "json" | "ini" | "conf" | "properties"));
    let files = reads.iter().flat_map(|read| {
        let itself = tree.has(&read.value.source).then_some(read.value.source.as_path());
        itself.into_iter().chain(tree.below(&read.value.source))
    });
    let found = files.filter(is_settings).take(MOST_FILES).filter_map(|path| in_file(path, tree.text(path).ok()?));
    found.min_by_key(|(rank, _)| *rank).map(|(_, fact)| fact)
}

fn in_file(path: &Utf8Path, text: &str) -> Option<(usize, Fact<Listen>)> {
    let mut sections: Vec<(usize, String)> = Vec::new();
    let mut best: Option<(usize, Fact<Listen>)> = None;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        if let Some(section) = content.strip_prefix('[') {
            // a table holds until the next one, however its keys are indented
            sections = section.trim_matches(['[', ']']).split('.').map(|name| (0, name.to_ascii_lowercase())).collect();
            continue;
        }
        let Some((key, value)) = setting(content) else { continue };
        sections.truncate(sections.iter().take_while(|(depth, _)| *depth <= indent).count());
        if value.is_empty() || value == "{" {
            sections.push((indent + 1, key.to_ascii_lowercase()));
            continue;
        }
        if sections.iter().any(|(_, section)| FOREIGN.split_whitespace().any(|foreign| foreign == section)) {
            continue;
        }
        let second = usize::from(sections.iter().any(|(_, section)| section.contains("rpc") || section.contains("https")));
        let value = Value { parts: vec![Part::Text(value.to_owned())], steps: Vec::new() };
        let (Some(rank), Some(settled)) = (rank(key), settle(&[value], true)) else { continue };
        let rank = rank + 100 * second;
        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
            let evidence = Evidence::at(path, Span::of_line(number + 1, line), CONFIGURED, content);
            best = Some((rank, Fact::new(settled.listen, evidence)));
        }
    }
    best
}

/// `key: value`, `key = value` and `"key": value,`, without quotes and comments.
fn setting(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '='])?;
    let key = line[..at].trim().trim_start_matches("- ").trim_matches(['"', '\'']);
    let value = line[at + 1..].trim();
    let value = value.split(" #").next().unwrap_or(value).trim_end();
    let value = value.trim_end_matches(',').trim_matches(['"', '\'']);
    let is_key = !key.is_empty() && !key.starts_with(['#', ';', '/']) && !key.contains(' ');
    is_key.then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port_of(text: &str) -> Option<u16> {
        in_file(Utf8Path::new("config.yaml"), text).and_then(|(_, fact)| fact.value.port)
    }

    #[test]
    fn settings_of_every_notation() {
        for (text, port) in [
            (
                "server:\n  http:\n    addr: 0.0.0.0:8000\n  grpc:\n    addr: 0.0.0.0:9000\ndata:\n  redis:\n    addr: 127.0.0.1:6379\n",
                Some(8000),
            ),
            ("server:\n  grpc:\n    addr: 0.0.0.0:9000\n  http:\n    addr: 0.0.0.0:8000\n", Some(8000)),
            ("Name: greet\nHost: 0.0.0.0\nPort: 8888 # here\n", Some(8888)),
            ("database:\n  port: 5432\nport: \"8080\"\n", Some(8080)),
            ("[database]\nport = 5432\n[server]\nport = 8081\n", Some(8081)),
            ("{\n  \"db\": {\n    \"port\": 1\n  },\n  \"port\": 8082,\n  \"x\": 1\n}\n", Some(8082)),
            ("# port: 80\nredis:\n  port: 6379\n", None),
            ("httpport = 8083\nrunmode = dev\n", Some(8083)),
            ("port: many\n:\n=\n", None),
        ] {
            assert_eq!(port_of(text), port, "{text}");
        }
    }
}
