//! Outputs that a script, a task file, CI or a Dockerfile copies to where the app looks: `cp -r web/dist internal/ui/dist`.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Maker, Match};
use crate::evidence::{Evidence, Rule, Span};
use crate::tree::Tree;
use crate::tree::path::normal;

const COPIES: Rule = Rule::weak("parts.copies", "this copies what is built to where the program has it");

/// One copy: from where, to where, and the line.
struct Copying<'t> {
    from: Utf8PathBuf,
    to: Utf8PathBuf,
    /// The directory's name, where it is copied as a whole by a command that puts it into one that is there.
    whole: Option<String>,
    file: &'t Utf8Path,
    line: usize,
    text: &'t str,
}

/// The maker whose output is copied onto `path`.
pub(super) fn find<'m, 'd>(tree: &Tree, makers: &'m [Maker<'d>], path: &Utf8Path) -> Option<Match<'m, 'd>> {
    let onto = |copying: &Copying<'_>| path.starts_with(&copying.to) || copying.to.starts_with(path);
    tree.paths().filter(|file| tells(file)).flat_map(|file| copyings(tree, file)).filter(onto).find_map(|copying| {
        let (maker, output) = makers.iter().find_map(|maker| Some((maker, made_by(maker, &copying.from)?)))?;
        let at = Evidence::at(copying.file, Span::of_line(copying.line, copying.text), COPIES, copying.text.trim());
        // what is copied may be the directory that holds the asset, or lie in it; a directory is copied into one that is there
        let within = copying.whole.as_ref().map(|name| copying.to.join(name)).filter(|within| path.starts_with(within));
        let into = within.unwrap_or_else(|| if path.starts_with(&copying.to) { copying.to } else { path.to_owned() });
        Some(Match { maker, output, into, because: vec![at] })
    })
}

/// What of a maker's output a copy takes, if it takes any.
fn made_by(maker: &Maker<'_>, from: &Utf8Path) -> Option<Utf8PathBuf> {
    let Some(output) = &maker.output else {
        let inside = !maker.directory().as_str().is_empty() && from.starts_with(maker.directory()) && from != maker.directory();
        return inside.then(|| from.to_owned());
    };
    // in a Dockerfile's stage the package lies wherever its author put it
    let same = from == output.value || from.is_absolute() && from.file_name() == output.value.file_name();
    same.then(|| output.value.clone())
}

/// Whether a file tells how the project is built.
fn tells(file: &Utf8Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_ascii_lowercase();
    let named =
        matches!(name.as_str(), "makefile" | "gnumakefile" | "justfile" | "taskfile.yml" | "taskfile.yaml" | "package.json" | "procfile")
            || name.ends_with(".mk")
            || name.contains("dockerfile")
            || name.ends_with("containerfile");
    let script = name.ends_with(".sh") || name.starts_with(".goreleaser.");
    let workflow = file.as_str().starts_with(".github/workflows/") || name == ".gitlab-ci.yml";
    (named || script || workflow) && file.components().count() <= 4
}

fn copyings<'t>(tree: &'t Tree, file: &'t Utf8Path) -> Vec<Copying<'t>> {
    let Ok(text) = tree.text(file) else { return Vec::new() };
    // scripts of a package start in its directory, all others at the root
    let base = if file.file_name() == Some("package.json") { file.parent() } else { None }.unwrap_or(Utf8Path::new(""));
    text.lines()
        .enumerate()
        .flat_map(|(index, line)| in_line(base, line).into_iter().map(move |pair| (index + 1, line, pair)))
        .map(|(line, text, (from, to, whole))| Copying { from, to, whole, file, line, text })
        .collect()
}

/// The copies of one line.
fn in_line(base: &Utf8Path, line: &str) -> Vec<(Utf8PathBuf, Utf8PathBuf, Option<String>)> {
    let plain = |word: &str| word.trim_matches(|c: char| "\"'`,".contains(c)).to_owned();
    let (mut found, mut directory) = (Vec::new(), base.to_owned());
    for command in line.split("&&").flat_map(|part| part.split(';')) {
        let words: Vec<String> = command.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
        let start = words.iter().position(|word| matches!(word.trim_start_matches('@'), "cp" | "mv" | "rsync" | "cpx" | "COPY" | "cd"));
        let Some(start) = start else { continue };
        let arguments: Vec<&String> = words[start + 1..].iter().filter(|word| !word.starts_with('-')).collect();
        let path = |word: &str| {
            let word = word.trim_end_matches("/**").trim_end_matches("/**/*").trim_end_matches("/*").trim_end_matches("/.");
            normal(directory.join(word.trim_start_matches("$(CURDIR)/").trim_start_matches("${PWD}/")))
        };
        match (words[start].trim_start_matches('@'), arguments.as_slice()) {
            ("cd", [to, ..]) => directory = path(to),
            (command, [from, .., to]) if command != "cd" => {
                let is_whole = matches!(command, "cp" | "mv") && !from.ends_with(['*', '.', '/']);
                let source = path(from);
                let whole = source.file_name().filter(|_| is_whole).map(str::to_owned);
                found.push((source, path(to), whole));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_directory_is_copied_into_one_that_is_there() {
        let whole = |line| in_line("".into(), line).into_iter().next().and_then(|(_, _, whole)| whole);
        assert_eq!(whole("cp -r web/dist internal/ui/").as_deref(), Some("dist"));
        assert_eq!(whole("cp -r web/dist/. internal/ui/dist"), None);
        assert_eq!(whole("COPY --from=ui /app/dist internal/ui"), None);
    }

    #[test]
    fn copies_are_read_where_they_stand() {
        for (line, expected) in [
            ("\tcp -r web/dist internal/ui/dist", vec![("web/dist", "internal/ui/dist")]),
            ("cd web && npm run build && cp -r dist/* ../static/", vec![("web/dist", "static")]),
            ("COPY --from=ui /app/dist ./pkg/ui/dist", vec![("/app/dist", "pkg/ui/dist")]),
            ("echo cp", vec![]),
        ] {
            let found = in_line("".into(), line);
            let found: Vec<_> = found.iter().map(|(from, to, _)| (from.as_str(), to.as_str())).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
