//! What is asked of an engine, and the words for it that all engines share.

use camino::Utf8Path;

/// A build.
#[derive(Clone, Debug)]
pub struct Build<'a> {
    /// What the image is called.
    pub tag: String,
    /// The Dockerfile, wherever it lies.
    pub dockerfile: &'a Utf8Path,
    /// Its ignore file, where that lies beside it and not in the context.
    pub ignore_file: Option<&'a Utf8Path>,
    /// The build context.
    pub context: &'a Utf8Path,
    /// Where a builder that runs nothing puts the image.
    pub layout: Option<&'a Utf8Path>,
    /// Build arguments.
    pub arguments: &'a [(String, String)],
    /// Flags that give it secrets and keys.
    pub access: &'a [String],
    /// The platform, where it is not the engine's own.
    pub platform: Option<&'a str>,
}

impl Default for Build<'_> {
    fn default() -> Self {
        let empty = Utf8Path::new("");
        Self {
            tag: String::new(),
            dockerfile: empty,
            ignore_file: None,
            context: empty,
            layout: None,
            arguments: &[],
            access: &[],
            platform: None,
        }
    }
}

/// A container.
#[derive(Clone, Debug, Default)]
pub struct Run<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its image.
    pub image: &'a str,
    /// The network that it joins: `container:NAME` for another container's.
    pub network: Option<String>,
    /// Names by which others on the network find it.
    pub aliases: Vec<String>,
    /// Variables.
    pub env: Vec<(String, String)>,
    /// What is started in place of the image's own program.
    pub entrypoint: Option<&'a str>,
    /// Arguments.
    pub arguments: Vec<String>,
    /// The user, where it is not the image's.
    pub user: Option<String>,
    /// Memory, as engines write it: `512m`.
    pub memory: Option<String>,
    /// As clusters run what they do not trust: nothing can be written but these directories, and nothing is allowed.
    pub hardened: Option<Vec<String>>,
    /// Further words, as a compose file says them.
    pub options: Vec<String>,
}

impl Run<'_> {
    pub(super) fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = ["run", "--detach", "--name", self.name].map(str::to_owned).to_vec();
        let mut say = |flag: &str, value: &str| words.extend([flag.to_owned(), value.to_owned()]);
        if let Some(network) = &self.network {
            say("--network", network);
        }
        self.aliases.iter().for_each(|alias| say("--network-alias", alias));
        self.env.iter().for_each(|(name, value)| say("--env", &format!("{name}={value}")));
        for (flag, value) in [("--user", &self.user), ("--memory", &self.memory)] {
            value.iter().for_each(|value| say(flag, value));
        }
        if let Some(entrypoint) = self.entrypoint {
            say("--entrypoint", entrypoint);
        }
        if let Some(writable) = &self.hardened {
            say("--cap-drop", "ALL");
            say("--security-opt", "no-new-privileges");
            say("--tmpfs", "/tmp");
            // a volume takes over what the image has there, its owner included
            writable.iter().for_each(|path| say("--volume", path));
            words.push("--read-only".to_owned());
        }
        words.extend(self.options.iter().cloned());
        words.push(self.image.to_owned());
        words.extend(self.arguments.iter().cloned());
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardened_run_may_write_where_it_is_told_alone() {
        let run = Run { name: "a", image: "t:1", hardened: Some(vec!["/app/data".into()]), user: Some("4711:0".into()), ..Run::default() };
        assert_eq!(
            run.words().join(" "),
            "run --detach --name a --user 4711:0 --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp --volume /app/data --read-only t:1"
        );
    }
}
