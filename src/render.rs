//! The plan, printed by templates. A template sees the plan alone, and what it prints is spelled for the place where it lands.

pub(crate) mod edge;
mod print;
mod wrap;

use std::sync::Arc;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};

use crate::change::{File, seal};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Span;
use crate::pack::Packs;
use crate::plan::Plan;

/// The file in which Docker looks for what stays out of the build context; with a Dockerfile's name before it, for that one alone.
const IGNORE: &str = ".dockerignore";
/// How a template names the template of the same name in the next weaker pack.
const PARENT: &str = "parent:";

/// Renders all files of the plan, sealed with their header.
///
/// # Errors
/// When a template is missing or broken, overrides a block that its parent does not have, or prints what must not be printed.
pub fn render(plan: &Plan, packs: &Packs) -> Result<Vec<File>> {
    check_blocks(packs)?;
    let environment = environment(packs)?;
    let seen = Value::from(Serde(plan));
    let one = |template: &str, path: &str, image: &str| -> Result<File> {
        let name = format!("{}/{template}", plan.language);
        let body = body(&environment, &name, &seen, image).map_err(|error| explain(&error, packs))?;
        let spell = if template.starts_with("Dockerfile") { edge::dockerfile } else { edge::patterns };
        let text = spell(&body).map_err(|error| unprintable(path, &error, &name, packs))?;
        let text = tidy(&text);
        let text = if template.starts_with("Dockerfile") { wrap::wrap(&text) } else { text };
        Ok(File { path: path.into(), text: seal(&text, &plan.preset) })
    };
    let mut files = vec![one("Dockerfile.j2", "Dockerfile", "image")?, one("dockerignore.j2", IGNORE, "image")?];
    if plan.debug.is_some() {
        files.push(one("Dockerfile.debug.j2", "Dockerfile.debug", "debug")?);
    }
    Ok(if plan.own_ignore_files { with_own_ignore_files(files) } else { files })
}

/// The same files where the `.dockerignore` of the build context is not ours to write: each Dockerfile has its own, by the only name under
/// which Docker looks for one there.
#[must_use]
pub fn with_own_ignore_files(files: Vec<File>) -> Vec<File> {
    let (ignore, mut files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.path == IGNORE);
    let beside = |file: &File| File { path: format!("{}{IGNORE}", file.path).into(), ..ignore.first().cloned().unwrap_or_default() };
    if !ignore.is_empty() {
        files = files.into_iter().flat_map(|file| [file.clone(), beside(&file)]).collect();
    }
    files
}

/// What a template prints of the plan, and of that image of it.
fn body(environment: &Environment<'_>, name: &str, plan: &Value, image: &str) -> std::result::Result<String, minijinja::Error> {
    let image = plan.get_attr(image)?;
    let (build, runtime) = (image.get_attr("build")?, image.get_attr("runtime")?);
    environment.get_template(name)?.render(context! { plan, image, build, runtime })
}

/// One newline at the end, no trailing blanks, never two empty lines: what conditional blocks leave behind.
fn tidy(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    for line in body.lines().map(str::trim_end) {
        if line.is_empty() && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

fn environment(packs: &Packs) -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    let broken = |error: &minijinja::Error| Diagnostic::error("template::syntax", error.to_string());
    let syntax = environment
        .syntax()
        .to_builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .map_err(|error| broken(&error))?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_formatter(print::format);
    // what a macro or a block printed has its marks, and is told by this from a string
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Custom("edge".into()));
    print::add(&mut environment);
    let shared = Arc::new(packs.clone());
    let packs = Arc::clone(&shared);
    // a name that carries its pack's place, `1/go/Dockerfile.j2`, is what `parent:` resolves to
    environment.set_path_join_callback(move |name, within| match name.strip_prefix(PARENT) {
        Some(name) => format!("{}{PARENT}{name}", depth_of(within, &packs) + 1).into(),
        None => name.into(),
    });
    environment.set_loader(move |name| {
        let (depth, name) = place(name);
        Ok(shared.file(format!("templates/{name}"), depth).map(|file| file.text.to_owned()))
    });
    Ok(environment)
}

/// The pack in which a template that is being rendered stands.
fn depth_of(name: &str, packs: &Packs) -> usize {
    let (from, name) = place(name);
    packs.file(format!("templates/{name}"), from).map_or(from, |file| file.depth)
}

/// `2parent:go/Dockerfile.j2` is `go/Dockerfile.j2`, looked for from the third pack on.
fn place(name: &str) -> (usize, &str) {
    match name.split_once(PARENT) {
        Some((depth, name)) => (depth.parse().unwrap_or(0), name),
        None => (0, name),
    }
}

/// A misspelt block in an override would be passed over in silence: minijinja knows no list of a parent's blocks.
fn check_blocks(packs: &Packs) -> Result<()> {
    for path in packs.templates() {
        let full = format!("templates/{path}");
        let mut from = 0;
        while let Some(file) = packs.file(&full, from) {
            from = file.depth + 1;
            let Some(parent) = packs.file(&full, from).filter(|_| file.text.contains(PARENT)) else { continue };
            let known: Vec<_> = blocks(parent.text).map(|(name, _)| name).collect();
            for (name, line) in blocks(file.text) {
                if !known.contains(&name) {
                    let error = Diagnostic::usage(
                        "template::unknown-block",
                        format!("`{path}` of `{}` fills the block `{name}`, which its parent does not have", file.pack),
                    );
                    let near = crate::diagnostic::nearest(name, known.iter().copied())
                        .map_or_else(|| known.join(", "), |near| format!("did you mean `{near}`?"));
                    return Err(error.at(path, Some(Span { line, column: 1, length: 1 }), "not in the parent").help(near).into());
                }
            }
        }
    }
    Ok(())
}

fn unprintable(path: &str, error: &edge::Unprintable, template: &str, packs: &Packs) -> Diagnostic {
    let pack = packs.file(format!("templates/{template}"), 0).map_or("imggen", |file| file.pack);
    Diagnostic::error("template::unprintable", &error.message)
        .info(format!("in line {} of `{path}`, as `{template}` of `{pack}` prints it", error.line))
}

/// The names of the blocks that a template defines, and their lines.
fn blocks(text: &str) -> impl Iterator<Item = (&str, u32)> {
    (1..).zip(text.lines()).filter_map(|(line, content)| {
        let rest = content.split_once("{%")?.1.trim_start_matches(['-', '+', ' ']).strip_prefix("block ")?;
        rest.split_whitespace().next().map(|name| (name, line))
    })
}

fn explain(error: &minijinja::Error, packs: &Packs) -> Diagnostic {
    let mut innermost = error;
    while let Some(deeper) = std::error::Error::source(innermost).and_then(|source| source.downcast_ref::<minijinja::Error>()) {
        innermost = deeper;
    }
    let (_, name) = place(innermost.name().unwrap_or("template"));
    let what = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
    let code = if innermost.kind() == ErrorKind::TemplateNotFound { "template::missing" } else { "template::broken" };
    let pack = packs.file(format!("templates/{name}"), 0).map_or("imggen", |file| file.pack);
    let span = innermost.line().map(|line| Span { line: u32::try_from(line).unwrap_or(1), column: 1, length: 1 });
    Diagnostic::error(code, format!("the template `{name}` of `{pack}` cannot be rendered: {what}")).at(name, span, "here")
}
