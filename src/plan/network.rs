//! What everybody behind a company's network needs: mirrors in place of the public registries, and certificates beside the public ones.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Copy, ShellLine};
use crate::diagnostic::{Diagnostic, Result};
use crate::layers::Layers;
use crate::settings::NetworkSettings;

/// Where the certificates are put: what `update-ca-certificates` takes in, whenever it runs.
const CERTIFICATES: &str = "/usr/local/share/ca-certificates/own.crt";
/// The bundle that they are added to.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Maven's settings with the mirror.
const MAVEN: &str = "/etc/maven-mirror.xml";

/// What stages that fetch something need.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Network {
    /// The certificates, out of the build context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Copy>,
    /// What makes apt fetch from the mirror.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apt: Option<ShellLine>,
    /// What makes apk do so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apk: Option<ShellLine>,
    /// What each language's tools need.
    pub languages: BTreeMap<&'static str, Reach>,
}

/// What the tools of a language need to reach their registry.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Reach {
    /// Environment variables of the stage.
    pub env: BTreeMap<&'static str, String>,
    /// Commands, before all others.
    pub commands: Vec<ShellLine>,
}

/// What the settings say of the network; nothing where they say nothing.
///
/// # Errors
/// When a mirror is no address.
pub(super) fn network(layers: &Layers) -> Result<Option<Network>> {
    let set = |key: &str, get: fn(&NetworkSettings) -> &Option<String>| -> Result<Option<String>> {
        let Some(chosen) = layers.choose(&format!("network.{key}"), |settings| get(&settings.network).clone()) else { return Ok(None) };
        if chosen.value.starts_with("http://") || chosen.value.starts_with("https://") {
            return Ok(Some(chosen.value.trim_end_matches('/').to_owned()));
        }
        let error = Diagnostic::usage("network::address", format!("`network.{key}` is `{}`, which is no address", chosen.value));
        Err(chosen.blame(error).help(format!("for example `network.{key} = \"https://mirror.example.com/{key}\"`")).into())
    };
    let certificates = layers.choose("network.certificates", |settings| settings.network.certificates.clone());
    let certificates = certificates.map(|chosen| Copy::context(chosen.value, CERTIFICATES));
    let edit = |from: &str, to: &str, file: &'static str| ShellLine::of("sed -i -E").word(format!("s|{from}|{to}|g")).then(file);
    let apt = set("apt", |network| &network.apt)?
        .map(|to| edit("https?://(deb|archive)\\.(debian\\.org|ubuntu\\.com)", &to, "/etc/apt/sources.list.d/*.sources"));
    let apk =
        set("apk", |network| &network.apk)?.map(|to| edit("https?://dl-cdn\\.alpinelinux\\.org/alpine", &to, "/etc/apk/repositories"));
    let mut languages: BTreeMap<&'static str, Reach> =
        crate::lang::ALL.iter().map(|language| (language.name(), Reach::default())).collect();
    let mut give = |language: &'static str, names: &[&'static str], value: Option<String>| {
        for name in value.iter().flat_map(|_| names) {
            languages.entry(language).or_default().env.insert(name, value.clone().unwrap_or_default());
        }
    };
    give("go", &["GOPROXY"], set("go", |network| &network.go)?);
    give("node", &["npm_config_registry", "YARN_NPM_REGISTRY_SERVER"], set("npm", |network| &network.npm)?);
    give("python", &["UV_DEFAULT_INDEX", "PIP_INDEX_URL"], set("pypi", |network| &network.pypi)?);
    if certificates.is_some() {
        let trusts = [
            ("go", &["SSL_CERT_FILE"][..], BUNDLE),
            ("rust", &["SSL_CERT_FILE", "CARGO_HTTP_CAINFO"], BUNDLE),
            ("python", &["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"], BUNDLE),
            ("node", &["NODE_EXTRA_CA_CERTS"], CERTIFICATES),
        ];
        trusts.into_iter().for_each(|(language, names, file)| give(language, names, Some(file.to_owned())));
        let import = ShellLine::of("keytool -importcert -noprompt -cacerts -storepass changeit -alias own -file").path(CERTIFICATES);
        languages.entry("java").or_default().commands.push(import);
    }
    if let Some(url) = set("crates", |network| &network.crates)? {
        let lines = ["[source.crates-io]", "replace-with = \"mirror\"", "[source.mirror]", &format!("registry = \"sparse+{url}/\"")]
            .map(str::to_owned);
        languages.entry("rust").or_default().commands.push(print(lines, "/usr/local/cargo/config.toml"));
    }
    if let Some(url) = set("maven", |network| &network.maven)? {
        let mirror =
            format!("<settings><mirrors><mirror><id>mirror</id><mirrorOf>*</mirrorOf><url>{url}</url></mirror></mirrors></settings>");
        let java = languages.entry("java").or_default();
        java.commands.push(print([mirror], MAVEN));
        java.env.insert("MAVEN_ARGS", format!("-s {MAVEN}"));
    }
    let is_empty = languages.values().all(|reach| reach.env.is_empty() && reach.commands.is_empty());
    let says_nothing = is_empty && certificates.is_none() && apt.is_none() && apk.is_none();
    Ok((!says_nothing).then_some(Network { certificates, apt, apk, languages }))
}

/// Writes these lines to a file.
fn print(lines: impl IntoIterator<Item = String>, file: &'static str) -> ShellLine {
    let words = lines.into_iter().fold(ShellLine::of("printf '%s\\n'"), super::text::ShellLine::word);
    words.then(">").path(file)
}

#[cfg(test)]
mod tests {
    use crate::{Document, Layer, Layers, Packs, Source, Tree, generate};

    fn dockerfile(files: &[(&str, &str)], settings: &str) -> Result<String, &'static str> {
        let document = Document::parse("imggen.toml".into(), settings, &[]).map_err(|error| error.code)?;
        let layers = Layers::new(vec![Layer::new(Source::Project("imggen.toml".into()), document)]);
        let output = generate(&Tree::from_memory(files.iter().copied()), &layers, &Packs::default()).map_err(|error| error.code)?;
        Ok(output.files[0].text.clone())
    }

    const GO: [(&str, &str); 4] = [
        ("go.mod", "module example.com/shop\n\ngo 1.26\n\nrequire github.com/google/uuid v1.6.0\n"),
        ("go.sum", "github.com/google/uuid v1.6.0 h1:x=\n"),
        (
            "main.go",
            "package main\n\nimport (\n\t\"os/exec\"\n\n\t\"github.com/google/uuid\"\n)\n\nfunc main() {\n\t_ = uuid.New()\n\texec.Command(\"git\").Run()\n}\n",
        ),
        ("certs/own.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
    ];

    #[test]
    fn mirrors_and_certificates_stand_before_the_first_step_that_fetches() {
        let settings = "[network]\ngo = \"https://m.example.com/go/\"\napt = \"https://m.example.com\"\ncertificates = \"certs/own.pem\"\n";
        let text = dockerfile(&GO, settings).unwrap_or_default();
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is not in\n{text}"));
        assert!(at("COPY certs/own.pem /usr/local/share/ca-certificates/own.crt\n") < at("ENV GOPROXY=https://m.example.com/go\n"));
        assert!(at("ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt\n") < at("go mod download"));
        assert!(at("sed -i -E 's|https?://(deb|archive)") < at("apt-get update"));
    }

    #[test]
    fn a_mirror_is_an_address() {
        assert_eq!(dockerfile(&GO, "network.go = \"mirror\"\n"), Err("network::address"));
        assert!(dockerfile(&GO, "").is_ok_and(|text| !text.contains("GOPROXY")));
    }

    #[test]
    fn each_language_gets_its_own() {
        let all =
            "[network]\nnpm = \"https://m/npm\"\npypi = \"https://m/pypi\"\ncrates = \"https://m/crates\"\nmaven = \"https://m/maven\"\n";
        let rust = [
            ("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n"),
            ("src/main.rs", "fn main() {}\n"),
        ];
        let text = dockerfile(&rust, all).unwrap_or_default();
        assert!(text.contains("'registry = \"sparse+https://m/crates/\"' > /usr/local/cargo/config.toml\n"), "{text}");
        let python =
            [("requirements.txt", "flask==3.1.0\ngunicorn==23.0.0\n"), ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n")];
        let text = dockerfile(&python, all).unwrap_or_default();
        assert!(
            text.contains("ENV PIP_INDEX_URL=https://m/pypi\nENV UV_DEFAULT_INDEX=https://m/pypi\n") && !text.contains("npm"),
            "{text}"
        );
    }
}
