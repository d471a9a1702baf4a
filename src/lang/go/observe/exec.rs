//! Programs that the program starts.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::resolve::Resolver;
use crate::evidence::{Fact, Rule};
use crate::need::Need;

const STARTS: Rule = Rule::parsed("go.starts-program", "this starts another program");

/// What opens a browser, speaks to a desktop or to an init system: other systems' branches, and of no use in a container.
const DESKTOP: &str = "open xdg-open rundll32 rundll32.exe explorer explorer.exe cmd cmd.exe powershell powershell.exe pwsh start osascript pbcopy \
    pbpaste xclip xsel wl-copy wl-paste clip.exe wslview wslpath notify-send sw_vers wmic ioreg reg systeminfo taskkill tasklist defaults launchctl scutil networksetup diskutil dscl say \
    systemctl journalctl systemd-run loginctl hostnamectl timedatectl sensible-browser x-www-browser www-browser firefox google-chrome \
    gnome-open kde-open zenity kdialog xterm pkexec brew netsh";

/// All of them by name.
#[must_use]
pub fn programs(resolver: &Resolver<'_>) -> Vec<Fact<Need>> {
    let mut found: BTreeMap<String, Fact<Need>> = BTreeMap::new();
    for call in &resolver.index.calls {
        let argument = match (call.name, call.import) {
            ("Command" | "LookPath", Some("os/exec")) | ("Exec", Some("syscall" | "golang.org/x/sys/unix")) => 0,
            ("CommandContext", Some("os/exec")) => 1,
            _ => continue,
        };
        let Some(argument) = resolver.index.arguments(call).get(argument).copied() else { continue };
        for name in resolver.resolve(argument, call.function).iter().filter_map(|value| program(value.text()?)) {
            let evidence = resolver.index.call_evidence(call, STARTS);
            let fact = match found.remove(&name) {
                Some(known) => known.and(evidence),
                None => Fact::new(Need::Program(name.clone()), evidence),
            };
            found.insert(name, fact);
        }
    }
    found.into_values().collect()
}

/// The name of what is started, unless it is a file of the project's own.
fn program(path: &str) -> Option<String> {
    let is_path = path.contains('/');
    let name = Utf8Path::new(path).file_name()?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'));
    let own = is_path && !path.starts_with('/') || path.starts_with("/proc/");
    (is_name && !own && !DESKTOP.split_whitespace().any(|desktop| desktop == name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::program;

    #[test]
    fn programs_by_name() {
        for (body, expected) in [
            (r#"func main() { exec.Command("git", "clone") }"#, &["program:git"][..]),
            (r#"func main() { exec.CommandContext(ctx, "/usr/bin/ffmpeg", "-i") }"#, &["program:ffmpeg"]),
            ("func main() {\n\tshell := \"sh\"\n\texec.Command(shell, \"-c\", x)\n\texec.LookPath(\"sh\")\n}", &["program:sh"]),
            (
                r#"func main() { exec.Command(os.Args[0]); exec.Command("./helper"); exec.Command("xdg-open", url); exec.Command(name) }"#,
                &[],
            ),
            ("// exec.Command(\"git\")\nfunc main() { other.Command(\"git\") }", &[]),
        ] {
            let needs = program(&["os/exec", "os", "example.com/other"], body).behaviour.needs;
            assert_eq!(needs.iter().map(|fact| fact.value.to_string()).collect::<Vec<_>>(), expected, "{body}");
        }
    }
}
