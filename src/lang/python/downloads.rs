//! What a program fetches when it runs, because its packages do not bring it: browsers, models, corpora.

use super::locked::Locked;
use super::outline::ask;
use super::project::Project;
use super::sources::{Source, calls};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};
use crate::program::{Call, Value};
use crate::read::requirement::normal;

const FETCHES: Rule = Rule::parsed("python.fetches", "this needs what its package does not bring");

/// A kind of thing that is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fetched {
    Browser,
    Driver,
    SpacyModel,
    Corpus,
    Weights,
}

/// One warning for each kind of thing that these sources fetch.
pub fn fetched(project: &Project, reached: &[&Source<'_>]) -> Vec<Diagnostic> {
    let mut known: Vec<Fetched> = Vec::new();
    let mut warnings = Vec::new();
    for (source, call) in calls(reached) {
        let Some(kind) = kind(call).filter(|kind| !known.contains(kind)) else { continue };
        let named = ask::first(call).and_then(Value::text).unwrap_or_default();
        if kind == Fetched::SpacyModel && (named.contains('/') || project.installs(&normal(named)).is_some()) {
            continue;
        }
        known.push(kind);
        let spacy = project.installs("spacy").and_then(|spacy| spacy.version.as_deref());
        warnings.push(warning(kind, named, spacy, &source.evidence(call.at, FETCHES)));
    }
    if let Some(locked) =
        project.installs("playwright").filter(|_| reached.iter().any(|source| ask::imports(&source.outline, "playwright")))
    {
        warnings.push(warning(Fetched::Browser, "", None, &of_package(locked)));
    }
    warnings
}

fn of_package(locked: &Locked) -> Evidence {
    locked.at.under(FETCHES)
}

fn kind(call: &Call) -> Option<Fetched> {
    let named = ask::first(call).and_then(Value::text).is_some();
    Some(match call.path.as_str() {
        "spacy.load" if named => Fetched::SpacyModel,
        "nltk.download" | "nltk.downloader.download" => Fetched::Corpus,
        "sentence_transformers.SentenceTransformer" | "huggingface_hub.snapshot_download" | "huggingface_hub.hf_hub_download" => {
            Fetched::Weights
        }
        path if named && path.starts_with("transformers.") && (path.ends_with(".from_pretrained") || path.ends_with(".pipeline")) => {
            Fetched::Weights
        }
        path if path.starts_with("selenium.webdriver") && matches!(path.rsplit('.').next(), Some("Firefox" | "Edge")) => Fetched::Driver,
        _ => return None,
    })
}

fn warning(kind: Fetched, named: &str, spacy: Option<&str>, at: &Evidence) -> Diagnostic {
    let (code, message, help) = match kind {
        Fetched::Browser => (
            "python::browser",
            "the browsers that Playwright starts are not in the image".to_owned(),
            "fetch one in the build stage, `RUN PLAYWRIGHT_BROWSERS_PATH=/opt/browsers playwright install chromium`, copy the directory, set \
             the variable in the image, and install what `playwright install-deps --dry-run chromium` names"
                .to_owned(),
        ),
        Fetched::Driver => (
            "python::browser",
            "the browser that Selenium drives is not in the image".to_owned(),
            "run it beside the image and connect by `webdriver.Remote`, or drive Chromium, which is installed: `webdriver.Chrome`".to_owned(),
        ),
        Fetched::SpacyModel => {
            // models follow the first two numbers of spaCy's version
            let series = spacy.map(|version| version.split('.').take(2).collect::<Vec<_>>().join("."));
            let version = format!("{}.0", series.unwrap_or_else(|| "3.8".into()));
            let release = format!("{named}-{version}");
            (
                "python::model",
                format!("nothing installs the model `{named}` that spaCy loads"),
                format!(
                    "list its wheel: `{named} @ https://github.com/explosion/spacy-models/releases/download/{release}/{release}-py3-none-any.whl`"
                ),
            )
        }
        Fetched::Corpus => (
            "python::corpus",
            "NLTK's data are downloaded whenever a container starts".to_owned(),
            format!(
                "download them once: `RUN python -m nltk.downloader -d /app/nltk_data {}` behind the dependencies, and `NLTK_DATA=/app/nltk_data` in the image",
                if named.is_empty() { "NAME" } else { named }
            ),
        ),
        Fetched::Weights => (
            "python::weights",
            format!("the weights of {} are downloaded whenever a container starts", if named.is_empty() { "a model".into() } else { format!("`{named}`") }),
            "mount a volume and name it by `HF_HOME`, or fetch them in the build stage with `hf download`".to_owned(),
        ),
    };
    Diagnostic::warning(code, message).because(at).help(help)
}
