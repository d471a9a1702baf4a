//! What to type after the files are written.

use super::place::Place;
use super::project::Made;
use crate::plan::Runtime;

/// The line that builds the image and the line that runs it.
pub fn commands(made: &Made, place: &Place) -> [String; 2] {
    let tag = tag(&made.plan.app);
    let dockerfile = made.files.iter().find(|file| file.path == "Dockerfile").map_or("", |file| &file.text);
    let build: Vec<_> = ["docker build".to_owned(), format!("-t {tag}")]
        .into_iter()
        .chain(access(dockerfile))
        .chain(stamps(made))
        .chain(place.is_member().then(|| format!("-f {}", shell(place.file("Dockerfile").as_str()))))
        .chain([shell(place.context.as_str())])
        .collect();
    let demands = made.plan.image.runtime.demands.iter().map(|name| format!("-e {name}"));
    let ports = made.plan.image.runtime.ports.iter().map(|port| format!("-p {port}:{port}"));
    let runtime = &made.plan.image.runtime;
    let run: Vec<_> =
        ["docker run --rm".to_owned()].into_iter().chain(demands).chain(mounts(&tag, runtime)).chain(ports).chain([tag.clone()]).collect();
    [build.join(" "), run.join(" ")]
}

/// The flags that keep its state, each directory in a volume of its own, and give it a `/tmp` whatever its root is.
fn mounts(tag: &str, runtime: &Runtime) -> Vec<String> {
    let volume = |path: &String| {
        let name = path.trim_start_matches("/app").trim_matches('/').replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        format!("-v {}", shell(&format!("{tag}-{name}:{path}")))
    };
    runtime.volumes.iter().map(volume).chain(runtime.temporary.then(|| "--tmpfs /tmp".to_owned())).collect()
}

/// What fills in the labels of a version and a revision.
fn stamps(made: &Made) -> Option<String> {
    let stamped = made.plan.image.runtime.stamped;
    stamped.then(|| "--build-arg VERSION=\"$(git describe --tags --always)\" --build-arg REVISION=\"$(git rev-parse HEAD)\"".to_owned())
}

/// The flags for what a build mounts and does not keep.
pub fn access(dockerfile: &str) -> Vec<String> {
    let mut flags = Vec::new();
    for mount in dockerfile.split_whitespace().filter_map(|word| word.strip_prefix("--mount=type=")) {
        let mut options = mount.split(',');
        let flag = match options.next() {
            Some("ssh") => "--ssh default".to_owned(),
            Some("secret") => {
                let id = options.find_map(|option| option.strip_prefix("id=")).unwrap_or("SECRET");
                let source = match id {
                    "netrc" => "src=$HOME/.netrc".to_owned(),
                    // a variable goes by its own name
                    _ if !id.contains(|c: char| c.is_ascii_lowercase()) => format!("env={id}"),
                    _ => format!("src=PATH_OF_{}", id.to_ascii_uppercase().replace(['-', '.'], "_")),
                };
                format!("--secret id={id},{source}")
            }
            _ => continue,
        };
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    flags
}

/// An app's name as the name of an image: lower case, and nothing but letters, digits and single separators.
fn tag(app: &str) -> String {
    let mut tag = String::new();
    for c in app.to_ascii_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        if c != '-' || !(tag.is_empty() || tag.ends_with('-')) {
            tag.push(c);
        }
    }
    let tag = tag.trim_end_matches('-');
    if tag.is_empty() { "app".into() } else { tag.into() }
}

/// A word as a shell reads it.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_tags_and_paths_become_words() {
        assert_eq!(["api@cmd/api", "My_App", "--"].map(tag), ["api-cmd-api", "my-app", "app"]);
        assert_eq!(["a/b", "it's here", ""].map(shell), ["a/b", r"'it'\''s here'", "''"]);
    }

    #[test]
    fn mounts_ask_for_flags_once() {
        let text = "RUN --mount=type=secret,id=netrc,target=/root/.netrc \\\n --mount=type=cache,target=/x go\nRUN --mount=type=ssh \\\n --mount=type=secret,id=netrc x";
        assert_eq!(access(text), ["--secret id=netrc,src=$HOME/.netrc", "--ssh default"]);
    }
}
