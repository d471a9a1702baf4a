//! A trial: an image is built, started as it will be, watched and asked, and stopped. What showed is a report; what went wrong is explained
//! by [`explain`].

mod ask;
pub mod budget;
mod contents;
pub mod explain;
mod layout;
pub mod lesson;
mod listen;
pub mod observe;
pub mod report;
pub mod scan;
pub mod services;
mod subject;
#[cfg(test)]
mod tests;
mod traces;

use std::time::Instant;

pub use self::observe::How;
pub use self::subject::{Files, Shell, Subject, Wishes};
pub use self::traces::Traces;
use crate::diagnostic::Result;
use crate::engine::{Build, BuildLog, Engine};
use crate::trial::explain::Expert;
use crate::trial::lesson::Lesson;
use crate::trial::report::{Built, Report, Size};

/// Who hears what is being done.
pub type Progress<'a> = &'a mut dyn FnMut(&str);

/// An image that was built for a trial.
pub struct Image {
    /// What it is called.
    pub tag: String,
    /// What the build said.
    pub log: BuildLog,
    /// How long it took, in tenths of a second.
    pub tenths: u64,
    /// Where it lies, where no engine holds it.
    layout: Option<camino::Utf8PathBuf>,
}

/// Builds the image of a subject.
///
/// # Errors
/// When the engine does not run.
pub fn build(
    engine: &Engine,
    subject: &Subject,
    files: &Files,
    wishes: &Wishes,
    traces: &Traces<'_>,
    progress: Progress<'_>,
) -> Result<Image> {
    let started = Instant::now();
    let tag = traces.image();
    let build = Build {
        tag: tag.clone(),
        dockerfile: &files.dockerfile,
        ignore_file: files.ignore_file.as_deref(),
        context: &files.context,
        layout: files.layout.as_deref(),
        arguments: &wishes.arguments,
        access: &subject.access,
        platform: wishes.platform.as_deref(),
    };
    let mut last = String::new();
    let log = engine.build(&build, &mut |line| {
        let step =
            line.strip_prefix('#').and_then(|rest| rest.split_once(" [")).filter(|(id, _)| id.bytes().all(|byte| byte.is_ascii_digit()));
        let step = step.map(|(_, step)| format!("  [{step}"));
        if let Some(step) = step.filter(|step| !step.starts_with("  [internal]") && *step != last) {
            progress(&step);
            last = step;
        }
    })?;
    Ok(Image { tag, log, tenths: tenths(started), layout: files.layout.clone() })
}

/// Everything that is asked of an image that was built: how large it is, what is in it, and what it does.
///
/// # Errors
/// When the engine does not run.
pub fn examine(
    engine: &Engine,
    expert: &Expert<'_>,
    image: &Image,
    wishes: &Wishes,
    traces: &Traces<'_>,
    progress: Progress<'_>,
) -> Result<Report> {
    let subject = expert.subject;
    let mut report = Report::new(engine, subject);
    report.built = Some(Built::of(image));
    if !image.log.is_fine {
        report.findings.extend(expert.of_build(&image.log));
        report.judge(subject);
        return Ok(report);
    }
    if let Some((size, user)) = image.layout.as_ref().and_then(|layout| layout::read(layout).ok()) {
        (report.size, report.user) = (Some(size), user);
    }
    if !engine.dialect.runs() {
        report.skip(&["start", "answer", "stop", "hardened"], "a builder runs nothing");
        report.judge(subject);
        return Ok(report);
    }
    report.size = Size::of(engine, &image.tag).ok();
    report.user = engine.image(&image.tag)?.pointer("/Config/User").and_then(|user| user.as_str()).map(str::to_owned);
    progress("starting it");
    let observed = observe::observe(engine, subject, &image.tag, &How::default(), wishes, traces)?;
    report.findings.extend(expert.of_run(&observed));
    report.ran = Some(observed);
    let works = report.ran.as_ref().is_some_and(|ran| ran.is_fine(subject.serves));
    if works && wishes.hardens {
        progress("starting it hardened");
        let how = How::hardened(subject, report.ran.as_ref());
        let observed = observe::observe(engine, subject, &image.tag, &how, wishes, traces)?;
        report.hardened_findings.extend(expert.of_run(&observed));
        report.hardened = Some(observed);
    } else {
        report.skip(&["hardened"], "the image has to work first");
    }
    report.judge(subject);
    Ok(report)
}

/// Where a program writes that may write everywhere: what it leaves in a container that goes, by their directories.
///
/// # Errors
/// When the engine does not run.
pub fn writes(engine: &Engine, subject: &Subject, image: &Image, wishes: &Wishes, traces: &Traces<'_>) -> Result<Vec<Lesson>> {
    let how = How { user: Some("0:0".to_owned()), hardened: None };
    let observed = observe::observe(engine, subject, &image.tag, &how, wishes, traces)?;
    let workdir = if subject.workdir.is_empty() { "/" } else { &subject.workdir };
    let mut lessons = Vec::new();
    // a directory above one that was made is told as well
    let is_leaf =
        |path: &&String| !observed.written.iter().any(|other| other.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')));
    for path in observed.written.iter().filter(is_leaf) {
        let Some((directory, _)) = path.rsplit_once('/') else { continue };
        let inside = directory.strip_prefix(workdir).map(|inside| inside.trim_start_matches('/'));
        let name = match inside {
            Some("") => ".",
            Some(inside) => inside,
            None => directory,
        };
        let lesson = Lesson::Writable(name.to_owned());
        let is_temporary = ["/tmp", "/var/tmp", "/root", "/run"].iter().any(|top| directory.starts_with(top));
        if !is_temporary && lesson.forbidden().is_none() && !lessons.contains(&lesson) {
            lessons.push(lesson);
        }
    }
    Ok(lessons)
}

/// The time since `started`, in tenths of a second.
fn tenths(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis() / 100).unwrap_or(u64::MAX)
}
