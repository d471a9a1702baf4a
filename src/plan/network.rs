//! What everybody behind a company's network needs: mirrors in place of the public registries, certificates beside the public ones, and the
//! proxy between.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Copy, ShellLine};
use crate::catalog::{Catalog, Installer};
use crate::diagnostic::{Diagnostic, Result};
use crate::layers::Layers;
use crate::settings::NetworkSettings;

/// Where the certificates are put: what `update-ca-certificates` takes in, whenever it runs.
const CERTIFICATES: &str = "/usr/local/share/ca-certificates/own.crt";
/// The bundle that they are added to.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Maven's settings, where every Maven looks for them, a wrapper's too.
const MAVEN: &str = "/root/.m2/settings.xml";
/// A script that every Gradle runs first.
const GRADLE: &str = "/root/.gradle/init.d/mirror.gradle";
/// The variables by which programs find a proxy, in the spellings that they know, and who is reached without it.
const PROXY: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// What stages that fetch something need.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Network {
    /// Arguments of every such stage, which Docker knows by these names and keeps out of the image.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub proxy: BTreeMap<&'static str, String>,
    /// The certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Certificates>,
    /// The bundle of the stage that builds, where the stage that runs fetches packages by HTTPS: its image has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<&'static str>,
    /// What makes apt fetch from the mirror.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apt: Option<ShellLine>,
    /// What makes apk do so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apk: Option<ShellLine>,
    /// What each language's tools need.
    pub languages: BTreeMap<&'static str, Reach>,
}

/// Certificates beside the public ones.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Certificates {
    /// Out of the build context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<Copy>,
    /// The mount of the secret that holds them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<String>,
    /// What adds them to the bundle.
    pub commands: Vec<ShellLine>,
}

/// What the tools of a language need to reach their registry.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Reach {
    /// Environment variables of the stage.
    pub env: BTreeMap<&'static str, String>,
    /// Commands, before all others.
    pub commands: Vec<ShellLine>,
}

impl Network {
    fn is_empty(&self) -> bool {
        let nobody = self.languages.values().all(|reach| reach.env.is_empty() && reach.commands.is_empty());
        nobody && self.proxy.is_empty() && self.certificates.is_none() && self.apt.is_none() && self.apk.is_none()
    }

    fn reach(&mut self, language: &'static str) -> &mut Reach {
        self.languages.entry(language).or_default()
    }

    fn give(&mut self, language: &'static str, names: &[&'static str], value: Option<&str>) {
        for name in value.iter().flat_map(|_| names) {
            self.reach(language).env.insert(name, value.unwrap_or_default().to_owned());
        }
    }

    fn mirrors(&mut self, layers: &Layers, catalog: &Catalog) -> Result<()> {
        let set = |key: &str, get: Get| address(layers, key, get);
        let edit = |installer: Installer, to: &str| {
            let fetching = catalog.fetching(installer)?;
            let found = ShellLine::of("find").path(&fetching.directory);
            let named = fetching
                .files
                .iter()
                .enumerate()
                .fold(found, |line, (index, name)| line.then(if index == 0 { "-name" } else { "-o -name" }).word(name));
            Some(named.then("| xargs sed -i -E").word(format!("s|{}|{to}|g", fetching.from)))
        };
        let (apt, apk) = (set("apt", |network| &network.apt)?, set("apk", |network| &network.apk)?);
        let by_https = [&apt, &apk].into_iter().flatten().any(|url| url.starts_with("https:"));
        self.bundle = (by_https || self.certificates.is_some()).then_some(BUNDLE);
        self.apt = apt.and_then(|to| edit(Installer::Apt, &to));
        self.apk = apk.and_then(|to| edit(Installer::Apk, &to));
        self.give("go", &["GOPROXY"], set("go", |network| &network.go)?.as_deref());
        let npm = set("npm", |network| &network.npm)?;
        self.give("node", &["npm_config_registry", "YARN_NPM_REGISTRY_SERVER", "COREPACK_NPM_REGISTRY"], npm.as_deref());
        self.give("deno", &["NPM_CONFIG_REGISTRY"], npm.as_deref());
        self.give("python", &["UV_DEFAULT_INDEX", "PIP_INDEX_URL"], set("pypi", |network| &network.pypi)?.as_deref());
        if let Some(url) = set("crates", |network| &network.crates)? {
            let lines = ["[source.crates-io]", "replace-with = \"mirror\"", "[source.mirror]", &format!("registry = \"sparse+{url}/\"")];
            self.reach("rust").commands.push(print(&lines, "/usr/local/cargo/config.toml"));
        }
        if let Some(url) = set("maven", |network| &network.maven)? {
            let settings =
                format!("<settings><mirrors><mirror><id>mirror</id><mirrorOf>*</mirrorOf><url>{url}</url></mirror></mirrors></settings>");
            let java = self.reach("java");
            java.env.insert("MVNW_REPOURL", url.clone());
            java.commands.push(print(&[&settings], MAVEN));
            java.commands.push(print(&gradle(&url).each_ref().map(String::as_str), GRADLE));
        }
        Ok(())
    }

    fn trust(&mut self) {
        let trusts = [
            ("go", &["SSL_CERT_FILE"][..], BUNDLE),
            ("rust", &["SSL_CERT_FILE", "CARGO_HTTP_CAINFO"], BUNDLE),
            ("python", &["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"], BUNDLE),
            ("node", &["NODE_EXTRA_CA_CERTS"], CERTIFICATES),
            ("deno", &["DENO_CERT"], CERTIFICATES),
        ];
        trusts.into_iter().for_each(|(language, names, file)| self.give(language, names, Some(file)));
        // keytool takes the first one of a file
        let split = ShellLine::of("awk '/BEGIN CERT/ { n++ } { print > \"/tmp/own-\" n \".crt\" }'")
            .path(CERTIFICATES)
            .then("&& ls /tmp/own-*.crt | xargs -I {} keytool -importcert -noprompt -cacerts -storepass changeit -alias {} -file {}");
        self.reach("java").commands.push(split);
    }

    fn proxy(&mut self, layers: &Layers) -> Result<()> {
        let Some(url) = address(layers, "proxy", |network| &network.proxy)? else { return Ok(()) };
        if url.contains('@') {
            let error = Diagnostic::usage("network::login", "`network.proxy` holds a login, which everybody could read in the files");
            return Err(error.help("leave it out here, and give the whole address when you build: `--build-arg HTTPS_PROXY=...`").into());
        }
        let without = layers.choose("network.no-proxy", |settings| settings.network.no_proxy.clone()).map(|chosen| chosen.value);
        self.proxy = PROXY.iter().map(|name| (*name, url.clone())).collect();
        self.proxy.extend(without.iter().flat_map(|hosts| NO_PROXY.iter().map(|name| (*name, hosts.clone()))));
        // Java knows none of these variables
        let (host, port) = url.split_once("://").map_or("", |(_, rest)| rest).rsplit_once(':').unwrap_or(("", "80"));
        let host = if host.is_empty() { url.split_once("://").map_or("", |(_, rest)| rest) } else { host };
        let mut options: Vec<_> =
            ["http", "https"].iter().map(|scheme| format!("-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}")).collect();
        options
            .extend(without.map(|hosts| format!("-Dhttp.nonProxyHosts={}", hosts.split(',').map(pattern).collect::<Vec<_>>().join("|"))));
        self.give("java", &["JAVA_TOOL_OPTIONS"], Some(&options.join(" ")));
        Ok(())
    }
}

type Get = fn(&NetworkSettings) -> &Option<String>;

/// The address that a key is set to.
fn address(layers: &Layers, key: &str, get: Get) -> Result<Option<String>> {
    let Some(chosen) = layers.choose(&format!("network.{key}"), |settings| get(&settings.network).clone()) else { return Ok(None) };
    let is_address = chosen.value.starts_with("http://") || chosen.value.starts_with("https://");
    if is_address && !chosen.value.contains(|c: char| c.is_whitespace() || c.is_control() || "|'\"<>\\$".contains(c)) {
        return Ok(Some(chosen.value.trim_end_matches('/').to_owned()));
    }
    let error = Diagnostic::usage("network::address", format!("`network.{key}` is `{}`, which is no address", chosen.value));
    Err(chosen.blame(error).help(format!("for example `network.{key} = \"https://mirror.example.com/{key}\"`")).into())
}

/// The certificates that the settings name: a file of the project, or a secret of the build.
fn certificates(layers: &Layers) -> Result<Option<Certificates>> {
    let add = ShellLine::of("mkdir -p /etc/ssl/certs && cat").path(CERTIFICATES).then(">>").path(BUNDLE);
    let file = layers.choose("network.certificates", |settings| settings.network.certificates.clone());
    let secret = layers.choose("network.certificates-secret", |settings| settings.network.certificates_secret.clone());
    match (file, secret) {
        (None, None) => Ok(None),
        (Some(file), None) => {
            Ok(Some(Certificates { copy: Some(Copy::context(file.value, CERTIFICATES)), mount: None, commands: vec![add] }))
        }
        (None, Some(id)) => {
            let is_id = !id.value.is_empty() && id.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            if !is_id {
                let message = format!("`network.certificates-secret` is `{}`, which is no id of a secret", id.value);
                let error = Diagnostic::usage("network::secret", message);
                return Err(id.blame(error).help("letters, digits, `-`, `_` and `.`: for example `company-ca`").into());
            }
            let mount = format!("--mount=type=secret,id={},target=/tmp/own.crt,required=true", id.value);
            let take = ShellLine::of("install -D -m 644 /tmp/own.crt").path(CERTIFICATES);
            Ok(Some(Certificates { copy: None, mount: Some(mount), commands: vec![take, add] }))
        }
        (Some(_), Some(id)) => {
            let error = Diagnostic::usage("network::certificates", "the certificates are named as a file and as a secret");
            Err(id.blame(error).help("leave out `network.certificates` or `network.certificates-secret`").into())
        }
    }
}

/// What the settings say of the network; nothing where they say nothing.
///
/// # Errors
/// When a mirror or the proxy is no address, or the certificates are named twice.
pub(super) fn network(layers: &Layers, catalog: &Catalog) -> Result<Option<Network>> {
    let mut network = Network { certificates: certificates(layers)?, ..Network::default() };
    network.languages = crate::lang::ALL.iter().map(|language| (language.name(), Reach::default())).collect();
    network.mirrors(layers, catalog)?;
    if network.certificates.is_some() {
        network.trust();
    }
    network.proxy(layers)?;
    Ok((!network.is_empty()).then_some(network))
}

/// A host as Java leaves it out of a proxy: `.example.com` is `*.example.com` there.
fn pattern(host: &str) -> String {
    let host = host.trim();
    if host.starts_with('.') { format!("*{host}") } else { host.to_owned() }
}

/// The script that puts the mirror in the place of all repositories, those of plugins too.
fn gradle(url: &str) -> [String; 6] {
    let plain = if url.starts_with("http:") { "; it.allowInsecureProtocol = true" } else { "" };
    [
        format!(
            "def moved = {{ all -> all.configureEach {{ if (it instanceof MavenArtifactRepository) {{ it.url = \"{url}\"{plain} }} }} }}"
        ),
        "beforeSettings { settings ->".to_owned(),
        "  [settings.pluginManagement, settings.dependencyResolutionManagement].each { moved(it.repositories) }".to_owned(),
        "  settings.pluginManagement.repositories.gradlePluginPortal()".to_owned(),
        "}".to_owned(),
        "allprojects { moved(buildscript.repositories); moved(repositories) }".to_owned(),
    ]
}

/// Writes these lines to a file.
fn print(lines: &[&str], file: &'static str) -> ShellLine {
    let directory = file.rsplit_once('/').map_or("/", |(directory, _)| directory);
    let words = lines.iter().fold(ShellLine::of("mkdir -p").path(directory).then("&& printf '%s\\n'"), ShellLine::word);
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
        assert!(at("sed -i -E 's|https?://(deb|archive)") < at(" update \\\n"));
    }

    #[test]
    fn certificates_are_a_secret_too_and_the_stage_that_runs_borrows_the_bundle() {
        let settings = "[network]\ncertificates-secret = \"company-ca\"\n";
        let text = dockerfile(&GO, settings).unwrap_or_default();
        assert!(
            text.contains("RUN --mount=type=secret,id=company-ca,target=/tmp/own.crt,required=true \\\n    install -D -m 644"),
            "{text}"
        );
        assert!(text.contains("RUN --mount=type=bind,from=build,source=/etc/ssl/certs/ca-certificates.crt,target=/tmp/own.crt"), "{text}");
        assert!(text.contains("apt-get -o Acquire::https::CaInfo=/tmp/own.crt update"), "{text}");
        let both = format!("{settings}certificates = \"certs/own.pem\"\n");
        assert_eq!(dockerfile(&GO, &both), Err("network::certificates"));
        assert_eq!(dockerfile(&GO, "network.certificates-secret = \"a,b\"\n"), Err("network::secret"));
    }

    #[test]
    fn a_proxy_stands_in_every_stage_that_fetches_and_never_with_its_login() {
        let settings = "[network]\nproxy = \"http://proxy.example.com:3128\"\nno-proxy = \"localhost,.example.com\"\n";
        let text = dockerfile(&GO, settings).unwrap_or_default();
        assert_eq!(text.matches("ARG HTTPS_PROXY=http://proxy.example.com:3128 HTTP").count(), 2, "{text}");
        assert_eq!(text.matches(" no_proxy=localhost,.example.com\n").count(), 2, "{text}");
        assert_eq!(dockerfile(&GO, "network.proxy = \"http://me@proxy.example.com\"\n"), Err("network::login"));
        assert_eq!(dockerfile(&GO, "network.proxy = \"http://me:word@proxy.example.com\"\n"), Err("settings::secret"));
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
