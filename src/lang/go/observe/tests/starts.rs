//! Programs that it starts.

use super::super::testing::program;

#[test]
fn programs_by_name() {
    for (body, expected) in [
        (r#"func main() { exec.Command("git", "clone") }"#, &["program:git"][..]),
        (r#"func main() { exec.CommandContext(ctx, "/usr/bin/ffmpeg", "-i") }"#, &["program:ffmpeg"]),
        ("func main() {\n\tshell := \"sh\"\n\texec.Command(shell, \"-c\", x)\n\texec.LookPath(\"sh\")\n}", &["program:sh"]),
        (r#"func main() { exec.Command(os.Args[0]); exec.Command("./helper"); exec.Command("xdg-open", url); exec.Command(name) }"#, &[]),
        ("// exec.Command(\"git\")\nfunc main() { other.Command(\"git\") }", &[]),
    ] {
        let needs = program(&["os/exec", "os", "example.com/other"], body).behaviour.needs;
        assert_eq!(needs.iter().map(|fact| fact.value.to_string()).collect::<Vec<_>>(), expected, "{body}");
    }
}
