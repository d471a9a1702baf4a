//! What a program does when it runs, beside listening: what it writes, and what it needs of its base.

use super::config::Config;
use super::sources::Sources;
use crate::app::{Behaviour, Interface, Listen, WritePath};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;

const TOMCAT: Rule = Rule::parsed("java.tomcat", "Tomcat serves this");
const WRITES: Rule = Rule::parsed("java.writes", "it writes here");
const FONTS: Rule = Rule::parsed("java.fonts", "this draws text");

/// The port of Tomcat's own configuration.
const TOMCAT_PORT: u16 = 8080;
/// Where Tomcat keeps what archives say of their deployment on its one host; its image has no such directory, and lets nobody but root make one.
const TOMCAT_HOST: &str = "/usr/local/tomcat/conf/Catalina/localhost";

/// Keys of a configuration whose values are files or directories that are written.
const FILES: [&str; 6] = [
    "logging.file.name",
    "logging.file",
    "quarkus.log.file.path",
    "quarkus.log.file.rotation.file-suffix",
    "logger.file",
    "spring.servlet.multipart.location",
];
const DIRECTORIES: [&str; 3] = ["logging.file.path", "logging.path", "server.tomcat.basedir"];

/// What Tomcat does with a web archive: it listens for it, and writes down what the archive says of its own deployment.
pub fn serve(behaviour: &mut Behaviour, served: &Evidence) {
    let at = served.under(TOMCAT);
    let listen = Listen { port: Some(TOMCAT_PORT), variable: None, interface: Interface::Any, host: None };
    behaviour.listens = vec![Fact::new(listen, at.clone())];
    behaviour.writes.push(Fact::new(WritePath { directory: TOMCAT_HOST.into() }, at));
}

/// What it does, as far as its configuration and its sources show.
pub fn behaviour(config: &Config, sources: &Sources<'_>, depends: &dyn Fn(&str) -> Option<Evidence>) -> Behaviour {
    let mut behaviour = Behaviour { writes: writes(config), ..Behaviour::default() };
    let draws = ["java.awt.Font", "java.awt.Graphics2D", "javax.swing", "java.awt.image"].iter().find_map(|class| sources.imports(class));
    let libraries = ["jasperreports", "poi", "pdfbox", "openpdf", "flying-saucer", "jfreechart", "batik", "itext"];
    let draws = draws.or_else(|| libraries.iter().find_map(|name| depends(name)));
    if let Some(at) = draws {
        let at = at.under(FONTS);
        behaviour.needs.extend(["fontconfig", "freetype"].map(|name| Fact::new(Need::Library(name.into()), at.clone())));
    }
    behaviour
}

fn writes(config: &Config) -> Vec<Fact<WritePath>> {
    let mut found: Vec<Fact<WritePath>> = Vec::new();
    let mut add = |directory: &str, at: &Evidence| {
        let directory = directory.trim_start_matches("./").trim_end_matches('/');
        let directory = camino::Utf8PathBuf::from(directory);
        let known = found.iter().any(|known| known.value.directory == directory);
        if !known && !directory.starts_with("/tmp") && !directory.as_str().contains(['$', '~', '*', ' ']) {
            found.push(Fact::new(WritePath { directory }, at.under(WRITES)));
        }
    };
    let parent = |path: &str| camino::Utf8Path::new(path).parent().map_or("", camino::Utf8Path::as_str).to_owned();
    for entry in config.entries() {
        let value = entry.value.trim();
        if FILES.contains(&entry.key.as_str()) && !value.is_empty() {
            add(&parent(value), &entry.at);
        } else if DIRECTORIES.contains(&entry.key.as_str()) && !value.is_empty() {
            add(value, &entry.at);
        } else if let Some(path) = database(value) {
            add(&parent(path), &entry.at);
        }
    }
    found
}

/// The file of a database that is one: `jdbc:h2:file:./data/shop`, `jdbc:sqlite:shop.db`.
fn database(url: &str) -> Option<&str> {
    let url = url.strip_prefix("jdbc:")?;
    let path = match url.split_once(':')? {
        ("sqlite", path) => path.trim_start_matches("file:"),
        ("h2", path) => path.strip_prefix("file:").or_else(|| path.starts_with(['.', '/']).then_some(path))?,
        ("hsqldb", path) => path.strip_prefix("file:")?,
        ("derby", path) if !path.starts_with("memory:") && !path.starts_with("//") => path,
        _ => return None,
    };
    let path = path.split([';', '?']).next().unwrap_or_default();
    (!path.is_empty() && !path.starts_with([':', '~'])).then_some(path)
}

/// What wants a look, loopback included where no variable mends it.
pub fn warnings(behaviour: &Behaviour, more: &[Diagnostic]) -> Vec<Diagnostic> {
    let local = behaviour.listens.iter().filter(|listen| listen.value.interface == Interface::Loopback && listen.value.host.is_none());
    let warning = |listen: &Fact<Listen>| {
        let warning =
            Diagnostic::warning("java::loopback", "it listens on the loopback interface, which nothing outside its container reaches");
        listen.because().iter().fold(warning, Diagnostic::because).help("bind all interfaces: `0.0.0.0`")
    };
    local.map(warning).chain(more.iter().cloned()).collect()
}
