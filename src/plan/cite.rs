//! From an instruction back to what it rests on: the decision that put it there, so that a changed line can name its evidence.

use super::Plan;
use crate::decision::{Decision, Topic};

impl Plan {
    /// The decision that an instruction, written on one line, rests on: of those that such an instruction may come from, the one whose
    /// value it bears, else the first.
    #[must_use]
    pub fn behind(&self, line: &str) -> Option<&Decision> {
        let runs = line.strip_suffix(self.image.runtime.stage.as_str()).is_some_and(|rest| rest.ends_with(" AS "));
        let topics = if runs || line.ends_with(" AS debug") { &[Topic::Base] } else { topics(line) };
        let about = |topic: &Topic| self.decisions.iter().filter(|decision| decision.topic == *topic).collect::<Vec<_>>();
        let all: Vec<_> = topics.iter().flat_map(about).collect();
        let bears =
            |decision: &&&Decision| decision.value.split([' ', ',', '=']).filter(|word| word.len() > 1).any(|word| line.contains(word));
        all.iter().find(bears).or_else(|| all.first()).copied()
    }
}

/// What such an instruction may come from, the likeliest first.
fn topics(line: &str) -> &'static [Topic] {
    let keyword = line.split(' ').next().unwrap_or_default();
    let installs = ["apt-get", "apk add"].iter().any(|tool| line.contains(tool));
    match keyword {
        "FROM" => &[Topic::Toolchain, Topic::Parts, Topic::Base],
        "EXPOSE" => &[Topic::Port],
        "USER" => &[Topic::User],
        "ENV" => &[Topic::Environment, Topic::Toolchain, Topic::Entry],
        "WORKDIR" => &[Topic::Files, Topic::Writable, Topic::Entry],
        "COPY" | "ADD" => &[Topic::Files, Topic::Writable, Topic::Parts, Topic::Dependencies, Topic::Base, Topic::Build],
        "RUN" if installs => &[Topic::Packages, Topic::Base],
        "RUN" => &[Topic::Dependencies, Topic::Build, Topic::Writable, Topic::Parts, Topic::Stamp],
        "ARG" => &[Topic::Stamp, Topic::Build],
        "ENTRYPOINT" | "CMD" => &[Topic::Entry],
        "STOPSIGNAL" => &[Topic::StopSignal],
        _ => &[],
    }
}
