//! What other programs run: pages, notebooks, spiders, workers.

use super::command::tune;
use super::entry::{Entry, Finder, nameable};
use super::outline::ask;
use super::sources::Source;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};

const PAGE: Rule = Rule::parsed("python.page", "a program of its framework shows this");
const SPIDER: Rule = Rule::parsed("python.spider", "this is a spider of Scrapy's");
const WORKER: Rule = Rule::parsed("python.celery", "this is Celery's application");

/// A program that shows files.
struct Runner {
    /// The package, module and program.
    package: &'static str,
    /// What people call it.
    title: &'static str,
    /// Its command.
    command: &'static str,
    /// What a file calls, imports or is decorated with; what begins with a dot is a method.
    shows: &'static [&'static str],
    /// Whether a file may have a main guard and still be shown.
    guarded: bool,
}

const RUNNERS: [Runner; 6] = [
    Runner { package: "marimo", title: "marimo", command: "run", shows: &["marimo.App"], guarded: true },
    Runner { package: "solara", title: "Solara", command: "run", shows: &["solara.component"], guarded: false },
    Runner {
        package: "streamlit",
        title: "Streamlit",
        command: "run",
        shows: &[
            "streamlit.set_page_config",
            "streamlit.title",
            "streamlit.write",
            "streamlit.navigation",
            "streamlit.header",
            "streamlit.markdown",
        ],
        guarded: true,
    },
    Runner {
        package: "chainlit",
        title: "Chainlit",
        command: "run",
        shows: &["chainlit.on_message", "chainlit.on_chat_start"],
        guarded: false,
    },
    Runner { package: "panel", title: "Panel", command: "serve", shows: &[".servable"], guarded: false },
    Runner {
        package: "shiny",
        title: "Shiny",
        command: "run",
        shows: &["shiny.App", "shiny.express", "shiny.express.ui", "shiny.express.render"],
        guarded: false,
    },
];

impl<'s, 't> Finder<'s, 't> {
    /// What programs of frameworks show: files that are nothing when they are started by themselves.
    pub(super) fn shown(&self) -> Vec<Entry<'s, 't>> {
        let installed = RUNNERS.iter().filter(|runner| self.project.installs(runner.package).is_some());
        installed
            .flat_map(|runner| self.pages(runner))
            .chain(self.notebooks())
            .chain(self.spiders())
            .chain(self.mesop())
            .chain(self.reflex())
            .collect()
    }

    /// The files that one of them shows.
    fn pages(&self, runner: &Runner) -> Vec<Entry<'s, 't>> {
        let page = |source: &&'s Source<'t>| {
            let below_pages = source.path.parent().is_some_and(|parent| parent.file_name() == Some("pages"));
            let outline = &source.outline;
            let said = |name: &str| runner.shows.iter().any(|shows| name == *shows || shows.starts_with('.') && name.ends_with(shows));
            let shows = outline.calls.iter().any(|call| said(&call.path))
                || outline.functions.iter().flat_map(|function| &function.annotations).any(|annotation| said(&annotation.name))
                || outline.imports.iter().any(|import| said(&import.path));
            ask::imports(outline, runner.package) && shows && !below_pages && ask::guarded(outline).is_none_or(|_| runner.guarded)
        };
        let mut pages: Vec<_> = self
            .sources
            .files
            .iter()
            .filter(page)
            .filter(|source| source.path.parent() == Some(&self.sources.directory) || self.sources.files.len() == 1)
            .collect();
        if pages.is_empty() {
            pages = self.sources.files.iter().filter(page).filter(|source| !source.is_aside()).collect();
        }
        // a page that another one imports is a part of it
        let imported = |page: &Source<'t>| {
            self.sources.files.iter().any(|other| {
                other.path != page.path && other.outline.imports.iter().any(|import| other.absolute(&import.path).starts_with(&page.module))
            })
        };
        if pages.len() > 1 {
            let kept: Vec<_> = pages.iter().copied().filter(|page| !imported(page)).collect();
            pages = if kept.is_empty() { pages } else { kept };
        }
        let entry = |source: &'s Source<'t>| {
            let file = source.path.strip_prefix(&self.sources.directory).unwrap_or(source.path).to_string();
            let mut command = tune([runner.package, runner.command, &file].map(str::to_owned).to_vec(), self.sources);
            // programs put the page's own directory on the search path; what it imports from the project's needs that too
            let below = source.path.parent() != Some(&self.sources.directory);
            let own = |name: &str| {
                self.tree.has_directory(self.sources.directory.join(name))
                    || self.tree.has(self.sources.directory.join(format!("{name}.py")))
            };
            if below
                && source
                    .outline
                    .imports
                    .iter()
                    .filter_map(|import| import.path.split('.').next())
                    .any(|name| !name.is_empty() && own(name))
            {
                command.words.splice(0..0, ["python".to_owned(), "-m".to_owned()]);
            }
            let what = format!("{} ({})", runner.title, source.path);
            let mut entry = Entry::new(&nameable(source), command, what, Evidence::exists(source.path, PAGE));
            entry.source = Some(source);
            entry
        };
        pages.into_iter().map(entry).collect()
    }

    /// Notebooks that voila shows.
    fn notebooks(&self) -> Vec<Entry<'s, 't>> {
        let Some(voila) = self.project.installs("voila") else { return Vec::new() };
        let notebooks: Vec<_> = self.tree.files_in(&self.sources.directory).filter(|path| path.extension() == Some("ipynb")).collect();
        let shown = match notebooks.as_slice() {
            [] => return Vec::new(),
            [one] => one.file_name().unwrap_or("."),
            _ => ".",
        };
        let command = tune(["voila", shown].map(str::to_owned).to_vec(), self.sources);
        let at = notebooks.first().map_or_else(|| voila.at.clone(), |path| Evidence::exists(*path, PAGE));
        vec![Entry::new("notebook", command, format!("voila ({})", at.file), at)]
    }

    /// Spiders of Scrapy's, each a program.
    fn spiders(&self) -> Vec<Entry<'s, 't>> {
        let file = self.sources.directory.join("scrapy.cfg");
        if !self.tree.has(&file) {
            return Vec::new();
        }
        let named = |source: &'s Source<'t>| {
            let spider = |base: &String| base.starts_with("scrapy.") && base.ends_with("Spider");
            let kind = source.outline.types.iter().find(|kind| kind.bases.iter().any(spider))?;
            let name = kind.fields.iter().find(|field| field.name == "name")?.default.as_ref()?.text()?;
            let command = tune(["scrapy", "crawl", name].map(str::to_owned).to_vec(), self.sources);
            let mut entry = Entry::new(name, command, format!("Scrapy ({})", source.path), source.evidence(kind.at, SPIDER));
            entry.source = Some(source);
            Some(entry)
        };
        self.sources.files.iter().filter(|source| !source.is_aside()).filter_map(named).collect()
    }

    /// Mesop's pages, which its module serves as an application under the name that the file has for it.
    fn mesop(&self) -> Vec<Entry<'s, 't>> {
        if self.project.installs("mesop").is_none() {
            return Vec::new();
        }
        let shows = |source: &&'s Source<'t>| {
            let annotations = source.outline.functions.iter().flat_map(|function| &function.annotations);
            annotations.into_iter().any(|annotation| annotation.name == "mesop.page") && !source.is_aside()
        };
        let entry = |source: &'s Source<'t>| {
            let import = source.outline.imports.iter().find(|import| import.path == "mesop");
            let name = import.and_then(|import| import.name.as_deref()).unwrap_or("mesop");
            let at = Evidence::exists(source.path, PAGE);
            let command = tune(vec!["gunicorn".into(), format!("{}:{name}", source.module)], self.sources);
            let mut entry = Entry::new(&nameable(source), command, format!("Mesop ({})", source.path), at.clone());
            entry.source = Some(source);
            entry.root.clone_from(&source.root);
            if self.project.installs("gunicorn").is_none() {
                let error =
                    Diagnostic::error("python::no-server", "no server is among the dependencies, and Mesop's own is for development");
                entry.broken = Some(error.because(&at).help("add `gunicorn` to the dependencies and run imggen again"));
            }
            entry
        };
        self.sources.files.iter().filter(shows).take(1).map(entry).collect()
    }

    /// Reflex compiles pages with Node when it is started.
    fn reflex(&self) -> Vec<Entry<'s, 't>> {
        let file = self.sources.directory.join("rxconfig.py");
        if self.project.installs("reflex").is_none() || !self.tree.has(&file) {
            return Vec::new();
        }
        let at = Evidence::exists(&file, PAGE);
        let message = "Reflex compiles its pages with Node.js and starts two servers, which imggen does not build";
        let help = "write the Dockerfile by hand as Reflex documents it: `reflex export --frontend-only` for a web server, `reflex run --env prod --backend-only`";
        let mut entry =
            Entry::new("", tune(["reflex", "run", "--env", "prod"].map(str::to_owned).to_vec(), self.sources), "Reflex".into(), at.clone());
        entry.broken = Some(Diagnostic::error("python::reflex", message).because(&at).help(help));
        vec![entry]
    }

    /// Celery's worker.
    pub(super) fn celery(&self) -> Vec<Entry<'s, 't>> {
        let made = |source: &'s Source<'t>| {
            let call = source.outline.calls.iter().find(|call| call.path == "celery.Celery")?;
            let words = ["celery", "-A", &source.module, "worker", "--loglevel", "info"].map(str::to_owned).to_vec();
            let at = source.evidence(call.at, WORKER);
            let mut entry = Entry::new("worker", tune(words, self.sources), format!("Celery worker ({})", at.file), at);
            entry.source = Some(source);
            entry.root.clone_from(&source.root);
            Some(entry)
        };
        self.sources.files.iter().filter_map(made).take(1).collect()
    }
}
