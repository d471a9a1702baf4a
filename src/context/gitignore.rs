//! What git's ignore files say, in Docker's words.
//!
//! The two differ. Git looks for `name` at every depth and Docker at the root alone; `name/` means directories to git and both to Docker;
//! what lies in an ignored directory cannot come back in git and does in Docker; and git judges what lies in a directory that came back
//! once more, where Docker brings all of it. So a pattern that nothing below negates moves behind the `!` lines, where it holds whatever
//! those bring back; and what remains ambiguous is let through and never hidden.

mod pattern;

use foldhash::HashMap;

use camino::Utf8Path;

use self::pattern::Rule;

/// So many pairs of patterns are held against each other; nobody's ignore files have a hundredth of them.
const MOST_PAIRS: usize = 2_000_000;

/// The lines of a `.dockerignore` that say what these ignore files say. Each is a directory and the text of the file in it, shallower ones
/// first. `is_covered` names patterns that stand elsewhere already.
pub fn translate<'a>(files: impl IntoIterator<Item = (&'a Utf8Path, &'a str)>, is_covered: impl Fn(&str) -> bool) -> Vec<String> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut pairs = 0;
    for rule in files.into_iter().flat_map(|(directory, text)| text.lines().filter_map(|line| Rule::parse(directory, line))) {
        if rule.negated {
            bring_back(&mut rules, rule, &mut pairs);
        } else if !is_covered(&rule.hides()) {
            rules.push(rule);
        }
    }
    let mut lines: Vec<String> = Vec::new();
    let (mut places, mut last_back) = (HashMap::default(), None);
    for line in rules.into_iter().flat_map(|rule| rule.lines) {
        // an earlier one of the same words, with no negation behind it, says nothing that the later does not say
        if places.get(&line).is_some_and(|twin| last_back < Some(*twin)) {
            continue;
        }
        if line.starts_with('!') {
            last_back = Some(lines.len());
        }
        places.insert(line.clone(), lines.len());
        lines.push(line);
    }
    lines
}

/// Puts a negation where it brings back what git brings back: behind the patterns that it contradicts, before all others. Where there are
/// too many of them it stays where it is, and may bring back more.
fn bring_back(rules: &mut Vec<Rule>, mut back: Rule, pairs: &mut usize) {
    if *pairs > MOST_PAIRS {
        back.write_back(true);
        rules.push(back);
        return;
    }
    let mut overlap = |a: &Rule, b: &Rule| {
        *pairs += 1;
        a.overlaps(b)
    };
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    while let Some(rule) = rules.pop() {
        let stays = rule.negated || overlap(&rule, &back) || before.iter().any(|other: &Rule| other.negated && overlap(&rule, other));
        if stays { before.push(rule) } else { behind.push(rule) }
    }
    rules.extend(before.into_iter().rev());
    let contradicted: Vec<&Rule> = rules.iter().filter(|rule| !rule.negated && overlap(rule, &back)).collect();
    // where everything is ignored at every depth, a directory that comes back is as empty as before
    let everything = contradicted.iter().all(|rule| rule.takes_all() && !rule.directory);
    if !(contradicted.is_empty() || everything && back.directory) {
        let inside = contradicted.iter().any(|rule| rule.hides_inside_alone());
        back.write_back(inside);
        rules.push(back);
    }
    rules.extend(behind.into_iter().rev());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        translate([(Utf8Path::new(""), text)], |_| false)
    }

    #[test]
    fn patterns_find_their_depth() {
        for (git, docker) in [
            ("node_modules", "**/node_modules"),
            ("build/", "**/build/**"),
            ("/dist", "dist"),
            ("/dist/", "dist/**"),
            ("docs/_build", "docs/_build"),
            ("*.py[cod]", "**/*.py[cod]"),
            ("a/**/b", "a/**/b"),
            ("foo**bar", "**/foo*bar"),
            ("[!a]x", "**/[^a/]x"),
            ("\\#x", "**/#x"),
            ("/\\#x", "[#]x"),
            ("/\\!x", "[!]x"),
            ("a\\ ", "**/a[ ]"),
            ("*", "**"),
            ("/*", "*"),
            ("x/**/", "x/**/*/**"),
        ] {
            assert_eq!(lines(git), [docker], "{git}");
        }
        for nothing in ["", "# x", "/", "a//b", "[a", "a\\", "../x"] {
            assert_eq!(lines(nothing), Vec::<String>::new(), "{nothing}");
        }
        assert_eq!(translate([(Utf8Path::new("web"), "dist\n/x")], |_| false), ["web/**/dist", "web/x"]);
    }

    #[test]
    fn what_comes_back_stands_where_git_would_let_it() {
        assert_eq!(lines(".env*\n!.env.example\n"), ["**/.env*", "!**/.env.example"]);
        assert_eq!(lines("data/*\nsecret.json\n!data/.gitkeep\n"), ["data/*", "!data/.gitkeep", "**/secret.json"]);
        // the directory above is ignored, so git brings nothing back
        assert_eq!(lines("build/\n!build/keep.txt\n"), ["**/build/**"]);
        assert_eq!(lines("build/\n!**/src/main/**/build/\n*.log\n"), ["**/build/**", "!**/src/main/**/build/**", "**/*.log"]);
        assert_eq!(lines("*\n!*/\n!*.go\n"), ["**", "!**/*.go"]);
        assert_eq!(lines("/*\n!/src\n"), ["*", "!src"]);
        assert_eq!(lines("**/\n!/a/\n"), ["**/*/**", "!a/**"]);
        assert_eq!(lines("a/a\n!**/**/\n"), ["a/a", "!**/*/**"]);
        assert_eq!(lines("a/b/c\n!a/**/\n"), ["a/b/c", "!a/**/*/**"]);
        assert_eq!(lines("*.log\n!other.txt\n"), ["**/*.log"]);
        assert_eq!(lines("a\nb\na\n!a\nb\na\n"), ["**/a", "!**/a", "**/b", "**/a"]);
    }

    #[test]
    fn patterns_that_try_everything_end() {
        let deep = format!("{}b\n!{}c\n", "**/a/".repeat(40), "a/**/".repeat(40));
        let many: String = (0..3000).map(|index| format!("/a{index}/*\n!/a{index}/b\n")).collect();
        assert_eq!(lines(&deep).len(), 1);
        assert_eq!(lines(&many).iter().filter(|line| line.starts_with('!')).count() / 3000, 1);
    }
}
