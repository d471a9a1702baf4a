//! What each engine is called, and where its words differ.

use std::fmt;

use super::words::Build;

/// An engine's command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `docker`, with `BuildKit`.
    Docker,
    /// `podman`, which builds by Buildah.
    Podman,
    /// `nerdctl`, for containerd.
    Nerdctl,
    /// A builder of `docker buildx` by its name: it builds, and runs nothing.
    Buildx(String),
}

impl Dialect {
    /// Those that are looked for, in this order.
    pub const FOUND: [Self; 3] = [Self::Docker, Self::Podman, Self::Nerdctl];

    /// The dialect that `--engine` names.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "docker" => Some(Self::Docker),
            "podman" => Some(Self::Podman),
            "nerdctl" => Some(Self::Nerdctl),
            _ => name.strip_prefix("buildx:").filter(|builder| !builder.is_empty()).map(|builder| Self::Buildx(builder.to_owned())),
        }
    }

    /// The program to start.
    #[must_use]
    pub fn program(&self) -> &'static str {
        match self {
            Self::Docker | Self::Buildx(_) => "docker",
            Self::Podman => "podman",
            Self::Nerdctl => "nerdctl",
        }
    }

    /// Whether it runs what it builds.
    #[must_use]
    pub fn runs(&self) -> bool {
        !matches!(self, Self::Buildx(_))
    }

    pub(super) fn version(&self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Docker | Self::Nerdctl => &["info", "--format", "{{.ServerVersion}}"],
            Self::Podman => &["info", "--format", "{{.Version.Version}}"],
            Self::Buildx(builder) => &["buildx", "inspect", builder],
        };
        words.iter().map(ToString::to_string).collect()
    }

    /// One line of JSON for each layer; Podman's sizes and commands have other names.
    pub(super) fn history(&self) -> &'static str {
        match self {
            Self::Podman => r#"{"CreatedBy":{{json .CreatedBy}},"Size":{{json .Size}}}"#,
            _ => "{{json .}}",
        }
    }

    pub(super) fn build(&self, build: &Build<'_>) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut say = |of: &[&str]| words.extend(of.iter().map(ToString::to_string));
        match self {
            Self::Docker | Self::Nerdctl => say(&["build", "--progress", "plain", "--tag", &build.tag]),
            // layers, as Docker keeps them; and the ignore file that it would not find beside the Dockerfile
            Self::Podman => {
                say(&["build", "--layers", "--format", "docker", "--tag", &build.tag]);
                if let Some(ignore) = build.ignore_file {
                    say(&["--ignorefile", ignore.as_str()]);
                }
            }
            Self::Buildx(builder) => {
                say(&["buildx", "build", "--builder", builder, "--progress", "plain"]);
                if let Some(layout) = build.layout {
                    say(&["--output", &format!("type=oci,dest={layout},tar=false,compression=uncompressed,name={}", build.tag)]);
                }
            }
        }
        say(&["--file", build.dockerfile.as_str()]);
        for (name, value) in build.arguments {
            say(&["--build-arg", &format!("{name}={value}")]);
        }
        for access in build.access {
            say(&access.split_whitespace().collect::<Vec<_>>());
        }
        if let Some(platform) = build.platform {
            say(&["--platform", platform]);
        }
        say(&[build.context.as_str()]);
        words
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buildx(builder) => write!(f, "buildx:{builder}"),
            _ => f.write_str(self.program()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(dialect: &Dialect) -> String {
        let build = Build {
            tag: "t:1".into(),
            dockerfile: "/tmp/x/Dockerfile".into(),
            ignore_file: Some("/tmp/x/Dockerfile.dockerignore".into()),
            context: "web".into(),
            layout: Some("/tmp/x/image".into()),
            ..Build::default()
        };
        dialect.build(&build).join(" ")
    }

    #[test]
    fn each_engine_builds_by_its_own_words() {
        assert_eq!(build(&Dialect::Docker), "build --progress plain --tag t:1 --file /tmp/x/Dockerfile web");
        assert_eq!(build(&Dialect::Nerdctl), build(&Dialect::Docker));
        assert_eq!(
            build(&Dialect::Podman),
            "build --layers --format docker --tag t:1 --ignorefile /tmp/x/Dockerfile.dockerignore --file /tmp/x/Dockerfile web"
        );
        let remote = build(&Dialect::Buildx("ci".into()));
        assert!(remote.starts_with("buildx build --builder ci") && remote.contains("type=oci,dest=/tmp/x/image"), "{remote}");
    }

    #[test]
    fn engines_are_named_as_their_programs() {
        for name in ["docker", "podman", "nerdctl", "buildx:ci"] {
            assert_eq!(Dialect::named(name).map(|dialect| dialect.to_string()).as_deref(), Some(name));
        }
        assert_eq!((Dialect::named("buildx:"), Dialect::named("lxc")), (None, None));
    }
}
