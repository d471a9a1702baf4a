//! Lists of the distribution's packages: `packages.txt`, `Aptfile`.

use super::{By, Notes, Purpose, Said, rule};
use crate::evidence::{Evidence, Fact, Rule, Span};

const LISTED: Rule = rule("declared.packages", "this list names it");

pub(super) fn read(notes: &mut Notes<'_>) {
    for name in ["packages.txt", "Aptfile", "apt.txt"] {
        let Some((path, text)) = notes.text(name) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            let written = line.split('#').next().unwrap_or_default().trim();
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.:".contains(c);
            for package in
                written.split_whitespace().filter(|word| word.chars().all(plain) && word.starts_with(|c: char| c.is_ascii_alphanumeric()))
            {
                let at = Evidence::at(path.clone(), Span::of_line(number, line), LISTED, written);
                let fact = Fact::new(package.to_owned(), at);
                notes.declared.packages.push(Said { fact, by: By::Platform, purpose: Purpose::Production });
            }
        }
    }
}
