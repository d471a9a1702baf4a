//! Why a file is not what imggen writes: each reason, and the instructions that it shows in.

use schemars::JsonSchema;
use serde::Serialize;
use similar::{Algorithm, ChangeTag, capture_diff_slices};

use super::instructions::units;
use super::{Change, Header, State, hash, instructions, plain, without_header};

/// Why a file differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Cause {
    /// It is not there.
    Missing,
    /// imggen wrote it and would write it otherwise now.
    Stale,
    /// Somebody edited it since imggen wrote it.
    Edited,
    /// A newer imggen wrote it.
    Newer {
        /// That one's version.
        tool: String,
    },
    /// An older imggen wrote it.
    Older {
        /// That one's version.
        tool: String,
    },
    /// It was written by another preset, or by other versions of the preset and its packs.
    Preset {
        /// Those that wrote it.
        before: String,
        /// Those that hold now.
        after: String,
    },
    /// imggen never wrote it.
    Foreign,
}

/// An instruction or a pattern that one of two texts has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed {
    /// On one line.
    pub line: String,
    /// Whether the later text has it.
    pub added: bool,
}

/// How a file differs from what imggen writes, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drift {
    /// Why; nothing where it does not differ.
    pub causes: Vec<Cause>,
    /// What imggen would change.
    pub stale: Vec<Changed>,
    /// What was edited by hand, as far as it is told from what is stale.
    pub edits: Vec<Changed>,
}

impl Drift {
    /// Looks at a change. `base` is the body that imggen once wrote and that was edited since, where it is known.
    #[must_use]
    pub fn of(change: &Change, base: Option<&str>) -> Self {
        let mut drift = Self::default();
        let after = without_header(&change.after);
        let before = change.before.as_deref().map(|text| (Header::find(&plain(text)), without_header(text)));
        match (change.state, before) {
            (State::Same, _) => {}
            (_, None) => drift.causes.push(Cause::Missing),
            (_, Some((None, _))) => drift.causes.push(Cause::Foreign),
            (state, Some((Some(header), body))) => drift.look(state, &header, &body, &after, change, base),
        }
        drift
    }

    fn look(&mut self, state: State, header: &Header, body: &str, after: &str, change: &Change, base: Option<&str>) {
        if state == State::Newer {
            self.causes.push(Cause::Newer { tool: header.tool.clone() });
            self.stale = changes(body, after);
            return;
        }
        let sealed = Header::find(&plain(&change.after));
        let is_stale = sealed.as_ref().is_none_or(|sealed| sealed.instructions != header.instructions);
        if state == State::Edited {
            self.causes.push(Cause::Edited);
            if let Some(base) = base {
                self.edits = changes(base, body);
            } else if !is_stale {
                self.edits = changes(after, body);
            }
        }
        if state == State::Ours || is_stale {
            self.causes.push(Cause::Stale);
            self.stale = changes(base.unwrap_or(body), after);
            if let Some(sealed) = sealed.filter(|sealed| sealed.preset != header.preset) {
                self.causes.push(Cause::Preset { before: header.preset.clone(), after: sealed.preset });
            }
            if header.tool != env!("CARGO_PKG_VERSION") {
                self.causes.push(Cause::Older { tool: header.tool.clone() });
            }
        }
    }
}

/// Whether `body` is the text that `header` was written for.
#[must_use]
pub fn is_sealed_by(body: &str, header: &Header) -> bool {
    hash(body) == header.text && hash(&instructions(body)) == header.instructions
}

/// The instructions in which two bodies differ.
fn changes(before: &str, after: &str) -> Vec<Changed> {
    let (before, after) = (units(before), units(after));
    let says = |units: &[super::instructions::Unit<'_>]| units.iter().map(|unit| unit.says.clone()).collect::<Vec<_>>();
    let (old, new) = (says(&before), says(&after));
    let mut changed = Vec::new();
    for change in capture_diff_slices(Algorithm::Patience, &old, &new).iter().flat_map(|op| op.iter_changes(&old, &new)) {
        let unit = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => change.old_index().map(|index| &before[index]),
            ChangeTag::Insert => change.new_index().map(|index| &after[index]),
        };
        let line = unit.map(super::instructions::Unit::line).unwrap_or_default();
        if !line.is_empty() {
            changed.push(Changed { line, added: change.tag() == ChangeTag::Insert });
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{File, compare, seal};

    const BODY: &str = "# t\nFROM a:1 AS build\nRUN x \\\n  && y\nEXPOSE 80\n";

    fn drift(disk: &str, after: &str, base: Option<&str>) -> (Vec<Cause>, Vec<String>, Vec<String>) {
        let drift = Drift::of(&compare(Some(disk.into()), &File { path: "Dockerfile".into(), text: after.into() }), base);
        let lines = |changed: Vec<Changed>| {
            changed.into_iter().map(|line| format!("{}{}", if line.added { '+' } else { '-' }, line.line)).collect()
        };
        (drift.causes, lines(drift.stale), lines(drift.edits))
    }

    #[test]
    fn each_reason_is_told_with_its_instructions() {
        let old = seal(BODY, "go/1");
        let new = seal(&BODY.replace("80", "90"), "go/1");
        assert_eq!(drift(&old, &new, None), (vec![Cause::Stale], vec!["-EXPOSE 80".into(), "+EXPOSE 90".into()], vec![]));
        let edited = old.replace("&& y", "&& z");
        assert_eq!(drift(&edited, &old, None), (vec![Cause::Edited], vec![], vec!["-RUN x && y".into(), "+RUN x && z".into()]));
        let both = drift(&edited, &new, Some(BODY));
        assert_eq!(both.0, [Cause::Edited, Cause::Stale]);
        assert_eq!((both.1, both.2), (vec!["-EXPOSE 80".into(), "+EXPOSE 90".into()], vec!["-RUN x && y".into(), "+RUN x && z".into()]));
        let preset = drift(&old, &new.replace("go/1", "go/2"), None).0;
        assert_eq!(preset, [Cause::Stale, Cause::Preset { before: "go/1".into(), after: "go/2".into() }]);
        assert_eq!(drift(&old.replace("# imggen 0", "# imggen 9"), &new, None).0, [Cause::Newer { tool: "9.1.0".into() }]);
        assert_eq!(drift(&old, &old, None).0, []);
    }
}
