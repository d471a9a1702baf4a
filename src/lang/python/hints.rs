//! What wants a look in a project that will build: modules that nothing installs, data that a wheel leaves out, hosts that are refused.

use super::django::Django;
use super::outline::ask;
use super::package::Backend;
use super::project::Project;
use super::sources::Source;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::Value;
use crate::read::document::Document;
use crate::tree::Tree;
use camino::Utf8PathBuf;

const SETUPTOOLS: Rule = Rule::parsed("python.setuptools", "this comes with setuptools, which a virtual environment has not got");
const DATA: Rule = Rule::parsed("python.package-data", "this lies in the package, and nothing puts it into its wheel");
const BRINGS: Rule = Rule::parsed("python.dash-run", "this starts it");
/// What makes an application of Dash's.
const DASH: [&str; 3] = ["dash.Dash", "jupyter_dash.JupyterDash", "dash_extensions.enrich.DashProxy"];
const HOSTS: Rule = Rule::parsed("python.allowed-hosts", "these are the only hosts that it answers for");

/// `pkg_resources` and `setuptools` are imported, and nobody installs them.
pub fn setuptools(project: &Project, reached: &[&Source<'_>]) -> Option<Diagnostic> {
    if project.installs("setuptools").is_some() {
        return None;
    }
    let asks = |name: &str| matches!(name.split('.').next(), Some("pkg_resources" | "setuptools"));
    let (source, import) = reached.iter().find_map(|source| {
        let import = ask::relies(&source.outline).find(|import| asks(&import.path))?;
        Some((source, import))
    })?;
    // releases from 82 on have no `pkg_resources`
    let line = if import.path.starts_with("pkg_resources") { "setuptools<82" } else { "setuptools" };
    let message = format!("`{}` is imported, and nothing installs it", import.path.split('.').next().unwrap_or_default());
    let warning = Diagnostic::warning("python::setuptools", message).because(&source.evidence(import.at, SETUPTOOLS));
    Some(warning.help(format!("add `{line}` to the dependencies")))
}

/// Dash is started by itself, with what it brings for development.
pub fn dash(reached: &[&Source<'_>]) -> Option<Diagnostic> {
    let makes = |source: &Source<'_>, name: &str| matches!(ask::bound(&source.outline, name).map(|assign| &assign.value), Some(Value::Call(call)) if DASH.contains(&call.path.as_str()));
    let (source, call) = reached.iter().find_map(|source| {
        let runs = |call: &&crate::program::Call| {
            let (name, method) = call.path.rsplit_once('.').unwrap_or_default();
            matches!(method, "run" | "run_server") && makes(source, name)
        };
        Some((source, source.outline.calls.iter().find(runs)?))
    })?;
    let debugs = ask::named(call, "debug").is_some_and(|value| *value == Value::Truth(true));
    let mode = if debugs { ", in debug mode, which shows the source to everybody" } else { "" };
    let message = format!("Dash is started by the server that it brings for development{mode}");
    let warning = Diagnostic::warning("python::no-server", message).because(&source.evidence(call.at, BRINGS));
    Some(warning.help("write `server = app.server` below the application and add `gunicorn` to the dependencies: then that serves it"))
}

/// Data files of an installed package that setuptools leaves out of its wheel.
pub fn package_data(tree: &Tree, project: &Project, source: &Source<'_>) -> Option<Diagnostic> {
    let by_setuptools = project.package.as_ref().is_some_and(|package| package.value == Backend::Setuptools);
    if !by_setuptools || !source.module.contains('.') && source.path.file_name() != Some("__init__.py") {
        return None;
    }
    let directory = &project.directory;
    let said = |name: &str, words: &[&str]| tree.text(directory.join(name)).is_ok_and(|text| words.iter().any(|word| text.contains(word)));
    let pyproject = directory.join("pyproject.toml");
    let table = tree.text(&pyproject).ok().and_then(|text| Document::toml(&pyproject, text).ok());
    let includes = table.as_ref().is_none_or(|table| table.boolean(&["tool", "setuptools", "include-package-data"]) != Some(false));
    let listed = table.as_ref().is_some_and(|table| table.has(&["tool", "setuptools", "package-data"]))
        || said("setup.py", &["package_data"])
        || said("setup.cfg", &["package_data"]);
    // with a manifest of the source distribution, pyproject.toml takes in what that names
    if listed || (includes && tree.has(directory.join("MANIFEST.in"))) {
        return None;
    }
    let top = source.module.split('.').next().unwrap_or_default();
    let package = directory.join(&source.root).join(top);
    let kinds = ["html", "jinja", "jinja2", "j2", "css", "js", "sql", "mo", "json", "yaml", "yml", "txt", "ini", "svg", "png"];
    let data = tree.below(&package).find(|path| {
        let hidden =
            path.strip_prefix(&package).is_ok_and(|inside| inside.components().any(|part| matches!(part.as_str(), "tests" | "test")));
        !hidden && path.extension().is_some_and(|extension| kinds.contains(&extension))
    })?;
    let message = format!("`{data}` lies in the package, and setuptools leaves it out of the wheel");
    let warning = Diagnostic::warning("python::package-data", message).because(&Evidence::exists(data, DATA));
    let pattern = data.strip_prefix(&package).map_or("*", |inside| inside.extension().unwrap_or("*"));
    Some(warning.help(format!("name it in pyproject.toml: `[tool.setuptools.package-data]`, `\"*\" = [\"**/*.{pattern}\"]`")))
}

/// The settings import a file that people write where they install the program.
pub fn left_out(file: &Fact<Utf8PathBuf>) -> Diagnostic {
    let message = format!("the settings import `{}`, which is not in the repository: nothing of Django's runs without it", file.value);
    let warning = Diagnostic::warning("python::settings-left-out", message).because(&file.because()[0]);
    warning.help(format!("mount it where it runs, `-v ./{0}:/app/{0}:ro`, or commit one that reads variables", file.value))
}

/// Django answers for no host, or for the developer's own alone.
pub fn allowed_hosts(django: &Django<'_, '_>) -> Option<Diagnostic> {
    let (source, assign) = django.setting("ALLOWED_HOSTS")?;
    let Value::List(hosts) = &assign.value else { return None };
    let local = |host: &Value| matches!(host.text(), Some("localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0" | "testserver"));
    // a list that another line makes longer is not seen whole
    let grows = source.text.contains("ALLOWED_HOSTS +=") || source.text.contains("ALLOWED_HOSTS.");
    if grows || !hosts.iter().all(local) {
        return None;
    }
    let warning = Diagnostic::warning("python::allowed-hosts", "Django answers requests for the developer's own host alone");
    let help = "read them from a variable: `ALLOWED_HOSTS = os.environ.get(\"ALLOWED_HOSTS\", \"localhost\").split(\",\")`";
    Some(warning.because(&source.evidence(assign.at, HOSTS)).help(help))
}
