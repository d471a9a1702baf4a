//! `imggen try`: the image proves itself. It is built, run, watched, asked and stopped; what goes wrong is explained, and what it shows can
//! be learned. It changes nothing of the project but what `--learn` and `--record` are asked to write.

mod files;
mod learn;
mod rebuild;
mod size;
mod subject;
mod text;

use std::time::Duration;

use super::args::{Try, TryForm};
use super::console::Console;
use super::project::{Made, Project, Survey};
use super::text as texts;
use super::{Exit, Stop};
use crate::declared;
use crate::detect::Picked;
use crate::diagnostic::{Diagnostic, Result};
use crate::engine::{self, Engine, interrupt};
use crate::trial::explain::{Expert, Finding, Kind, Knowledge};
use crate::trial::lesson::Lesson;
use crate::trial::report::{Report, Verdict};
use crate::trial::{self, Traces, Wishes, budget, scan, services};

pub(super) fn run(args: &Try, console: &mut Console) -> Result<Exit, Stop> {
    if args.given.files.is_some() {
        return Err(Diagnostic::usage("try::files", "`try` builds a directory, and `--files` is none").into());
    }
    let (mut project, scene) = Project::open(&args.place.dir, &args.given, console)?;
    let survey = project.survey(&scene)?;
    let picked = survey.pick(&project.layers(None)?)?;
    let made = make(&project, &survey, &picked, console)?;
    if args.form == TryForm::Text {
        console.draw_all(&made.plan.warnings);
    }
    let engine = engine::find(args.engine.as_deref())?;
    interrupt::listen();
    let knowledge = Knowledge::read(survey.catalog.failures())?;
    let trial = Trial { args, engine: &engine, survey: &survey, picked: &picked, knowledge: &knowledge, wishes: wishes(args)? };
    let (report, taught) =
        if args.learn { learn::rounds(&trial, &mut project, made, console)? } else { (trial.once(&project, &made, console)?, Vec::new()) };
    match args.form {
        TryForm::Json => console.print(&texts::json(&report))?,
        TryForm::Markdown => console.print(&text::markdown(&report))?,
        TryForm::Text => {
            report.findings.iter().chain(&report.hardened_findings).for_each(|finding| {
                console.draw(&finding.diagnostic);
                console.say("\n");
            });
            console.print(&text::report(&report))?;
        }
    }
    if args.record && size::record(&project.place.dir, &report)? {
        console.say(&format!("recorded the size in {}\n", size::FILE));
    }
    for line in taught {
        console.say(&line);
    }
    Ok(exit(args, &report))
}

/// The exit code that a CI goes by.
fn exit(args: &Try, report: &Report) -> Exit {
    let is_strict = args.strict && report.findings.iter().any(|finding: &Finding| finding.diagnostic.severity >= crate::Severity::Warning);
    let is_over = report.findings.iter().any(|finding| finding.fails() && matches!(finding.kind, Kind::OverBudget | Kind::Grown));
    let fails = report.verdict == Verdict::Fails || is_strict || args.hardened && report.hardened_fine == Some(false);
    match (fails, is_over) {
        (true, _) => Exit::Differs,
        (false, true) => Exit::OverBudget,
        (false, false) => Exit::Fine,
    }
}

fn make(project: &Project, survey: &Survey<'_>, picked: &Picked, console: &mut Console) -> Result<Made> {
    let layers = project.layers(None)?;
    project.make(survey, picked, &layers)?.verified(survey, &project.packs, console)
}

fn wishes(args: &Try) -> Result<Wishes> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value.to_owned())));
        // a name alone takes this shell's value, as engines do
        let value = value.or_else(|| std::env::var(name).ok());
        let error = || Diagnostic::usage("try::variable", format!("`{name}` is given no value")).help("for example `--env NAME=value`");
        Ok((name.to_owned(), value.ok_or_else(error)?))
    };
    Ok(Wishes {
        arguments: args.build_args.iter().map(pair).collect::<Result<_>>()?,
        platform: args.platform.clone(),
        env: args.env.iter().map(pair).collect::<Result<_>>()?,
        words: args.words.clone(),
        memory: args.memory.clone(),
        patience: Duration::from_secs(args.wait),
        hardens: true,
        network: None,
    })
}

/// A project and the engine that tries it.
struct Trial<'t> {
    args: &'t Try,
    engine: &'t Engine,
    survey: &'t Survey<'t>,
    picked: &'t Picked,
    knowledge: &'t Knowledge,
    wishes: Wishes,
}

impl Trial<'_> {
    /// Builds and examines what was made.
    fn once(&self, project: &Project, made: &Made, console: &mut Console) -> Result<Report> {
        let subject = subject::of(self, made);
        let expert = Expert {
            knowledge: self.knowledge,
            catalog: self.survey.catalog,
            tree: self.survey.tree,
            subject: &subject,
            decisions: &made.plan.decisions,
        };
        let traces = Traces::new(self.engine);
        let laid = files::lay(self, project, made, console)?;
        console.say(&format!("trying {} with {}\n", subject.app, self.engine.dialect));
        let mut progress = |line: &str| console.say(&format!("{}\n", texts::clip(line, 100)));
        let image = trial::build(self.engine, &subject, &laid.files, &self.wishes, &traces, &mut progress)?;
        let mut wishes = self.wishes.clone();
        if self.args.with.is_some() && image.log.is_fine && self.engine.dialect.runs() {
            let services = declared::services(self.survey.tree, &self.picked.found.app.directory);
            if services.is_empty() {
                let error = Diagnostic::usage("try::no-services", "no compose file of the project starts a service beside it");
                return Err(error.help("leave out `--with compose`").into());
            }
            let names = services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ");
            progress(&format!("starting {names}"));
            wishes.network = Some(services::start(self.engine, &services, &traces)?);
        }
        let mut report = trial::examine(self.engine, &expert, &image, &wishes, &traces, &mut progress)?;
        if self.args.rebuild && image.log.is_fine {
            progress("building it again after an edit");
            report.rebuilt = rebuild::rebuild(self, &subject, &laid, &traces)?;
        }
        self.weigh(project, &image.tag, &mut report)?;
        Ok(report)
    }

    /// Holds the size against the budget and what it was, and asks the scanners.
    fn weigh(&self, project: &Project, tag: &str, report: &mut Report) -> Result<()> {
        let Some(size) = &report.size else { return Ok(()) };
        let recorded = size::recorded(&project.place.dir)?;
        let scanned = scan::scan(self.engine, tag, Some(size), recorded.as_ref())?;
        let against = match &self.args.against {
            Some(reference) => Some(size::against(self.engine, reference)?),
            None => recorded,
        };
        report.findings.extend(budget::judge(size.bytes, against.as_ref(), &size::budget(&project.layers(None)?)?));
        report.findings.extend(scanned.iter().flat_map(scan::findings));
        report.against = against;
        report.scanned = scanned;
        Ok(())
    }

    /// Where the program writes when it is let.
    fn writes(&self, project: &Project, made: &Made, console: &mut Console) -> Result<Vec<Lesson>> {
        let subject = subject::of(self, made);
        let traces = Traces::new(self.engine);
        let laid = files::lay(self, project, made, console)?;
        console.say("letting it write for once\n");
        let image = trial::build(self.engine, &subject, &laid.files, &self.wishes, &traces, &mut |_| ())?;
        trial::writes(self.engine, &subject, &image, &self.wishes, &traces)
    }
}
