//! Commands as an image starts them: words without a shell where that can be, and else a line for one.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Command, Joint, Part, Start, Word};

/// How an image starts a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The words of the exec form; `sh`, `-c` and a line where a shell is needed.
    pub words: Vec<String>,
    /// The variables of the image.
    pub env: BTreeMap<String, String>,
    /// The directory that it is started in, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Whether a shell is among what it needs.
    pub shell: bool,
    /// Whether the port is among its words or variables, and what stands in for it.
    #[expect(clippy::option_option, reason = "a port may be there without anything to stand in for it")]
    pub port: Option<Option<u16>>,
}

impl Start {
    /// What the image starts, with `port` where the port stands. `before` says which of the commands that come before the program the image
    /// runs as well: what builds does not belong there.
    #[must_use]
    pub fn form(&self, port: &str, before: impl Fn(&Command) -> bool) -> Form {
        let kept: Vec<_> =
            self.steps.iter().enumerate().filter(|(index, (_, step))| index + 1 == self.steps.len() || before(step)).collect();
        let steps: Vec<&(Joint, Command)> = kept.into_iter().map(|(_, step)| step).collect();
        let Some((_, last)) = steps.last() else { return Form::empty() };
        let named =
            steps.iter().flat_map(|(_, step)| step.wrapper.iter().chain(&step.words).chain(step.env.iter().map(|(_, value)| value)));
        let mut ports =
            named.flat_map(|word| &word.parts).filter_map(|part| if let Part::Port { default } = part { Some(*default) } else { None });
        let first = ports.next();
        let ports = first.map(|first| first.or_else(|| ports.flatten().next()));
        let shell = steps.len() > 1 || !last.redirects.is_empty() || last.wrapper.iter().chain(&last.words).any(Word::needs_shell);
        let plain = |(_, value): &&(String, Word)| !value.needs_shell();
        let directory = steps.first().map(|(_, first)| first.directory.clone()).unwrap_or_default();
        let mut env: BTreeMap<_, _> =
            last.env.iter().filter(|one| plain(one) || !shell).map(|(name, value)| (name.clone(), value.with_port(port))).collect();
        let words = if shell {
            if ports.is_some() {
                env.insert("PORT".into(), port.into());
            }
            vec!["sh".into(), "-c".into(), line(&steps, &directory)]
        } else {
            last.wrapper.iter().chain(&last.words).map(|word| word.with_port(port)).collect()
        };
        Form { words, env, directory, shell, port: ports }
    }
}

impl Form {
    fn empty() -> Self {
        Self { words: Vec::new(), env: BTreeMap::new(), directory: Utf8PathBuf::new(), shell: false, port: None }
    }
}

/// The commands as a line, of which the last takes the shell's place, so that it hears signals.
fn line(steps: &[&(Joint, Command)], directory: &Utf8Path) -> String {
    let mut text = String::new();
    let mut here = directory.to_owned();
    for (index, (joint, step)) in steps.iter().enumerate() {
        let last = index + 1 == steps.len();
        text.push_str(match joint {
            _ if index == 0 => "",
            Joint::First | Joint::And => " && ",
            Joint::Or => " || ",
            Joint::Then => "; ",
            Joint::Pipe => " | ",
            Joint::Beside => " & ",
        });
        if step.directory != here {
            text.extend(["cd ", &quoted(&Word::literal(relative(&here, &step.directory))), " && "]);
            here.clone_from(&step.directory);
        }
        let alone = last && (index == 0 || *joint != Joint::Pipe);
        let sets: Vec<_> = step.env.iter().filter(|(_, value)| !last || value.needs_shell()).collect();
        let sets = sets.into_iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let program = step.wrapper.iter().chain(&step.words).map(quoted);
        let words = sets.chain(alone.then(|| "exec".to_owned())).chain(program).chain(step.redirects.iter().cloned());
        text.push_str(&words.collect::<Vec<_>>().join(" "));
    }
    text
}

/// The way from one directory of the project to another.
fn relative(from: &Utf8Path, to: &Utf8Path) -> String {
    if let Ok(inside) = to.strip_prefix(from) {
        return inside.to_string();
    }
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    up.chain(to.components().skip(shared).map(|part| part.to_string())).collect::<Vec<_>>().join("/")
}

/// A word as a POSIX shell reads it back: what is to be expanded is, and nothing else.
#[must_use]
pub fn quoted(word: &Word) -> String {
    let safe = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c));
    if word.parts.is_empty() {
        return "''".to_owned();
    }
    let part = |part: &Part| match part {
        Part::Literal(text) if safe(text) => text.clone(),
        Part::Literal(text) => format!("'{}'", text.replace('\'', r"'\''")),
        Part::Port { .. } => "\"$PORT\"".to_owned(),
        Part::Variable { name, default: None } => format!("\"${name}\""),
        Part::Variable { name, default: Some(default) } => format!("\"${{{name}:-{}}}\"", default.replace(['"', '\\', '`'], "")),
        Part::Shell(text) if text == "$@" => "\"$@\"".to_owned(),
        Part::Shell(text) => text.clone(),
    };
    word.parts.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Line;

    #[test]
    fn quotes_are_put_where_a_shell_needs_them() {
        for text in ["gunicorn 'app:create_app()' -w \"${WORKERS:-2}\"", "echo 'it'\\''s' \"$A\"b", "java -jar target/*.jar", "x ''"] {
            let line = Line::parse(text);
            let printed = line.commands[0].1.words.iter().map(quoted).collect::<Vec<_>>().join(" ");
            assert_eq!(Line::parse(&printed).commands[0].1.words, line.commands[0].1.words, "{text} became {printed}");
        }
    }

    #[test]
    fn directories_lead_to_one_another() {
        assert_eq!(relative("".into(), "api/src".into()), "api/src");
        assert_eq!(relative("api/src".into(), "api/web".into()), "../web");
    }
}
