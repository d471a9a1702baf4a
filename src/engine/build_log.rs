//! What a build said: its steps, which of them came from the cache, and the one that failed.

use serde::Serialize;

/// A step of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its stage and place: `build 4/7`.
    pub place: String,
    /// Its instruction.
    pub instruction: String,
    /// Whether it came from the cache.
    pub cached: bool,
    /// How long it took, in tenths of a second, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenths: Option<u64>,
    #[serde(skip)]
    id: String,
}

/// A build's log.
#[derive(Clone, Debug, Default)]
pub struct BuildLog {
    /// Whether it ended well.
    pub is_fine: bool,
    /// Its steps, in the order in which they were begun.
    pub steps: Vec<Step>,
    /// The step that failed.
    pub failed: Option<Step>,
    /// What that step said, or all of the log where no step did.
    pub said: String,
}

impl BuildLog {
    /// Reads the log of `BuildKit` (plain) or of Buildah.
    #[must_use]
    pub fn read(text: &str, is_fine: bool) -> Self {
        let is_buildkit = text.lines().any(|line| line.starts_with('#') && line.contains(" ["));
        let mut log = if is_buildkit { Self::buildkit(text) } else { Self::buildah(text) };
        log.is_fine = is_fine;
        if is_fine {
            log.failed = None;
        }
        if log.said.is_empty() {
            text.clone_into(&mut log.said);
        }
        log
    }

    fn buildkit(text: &str) -> Self {
        let mut log = Self::default();
        let mut failed = None;
        for line in text.lines() {
            let Some((id, rest)) = line.split_once(' ').filter(|(id, _)| id.starts_with('#')) else { continue };
            let known = log.steps.iter().position(|step| step.id == id);
            if let (None, Some((place, instruction))) = (known, heading(rest)) {
                let instruction = instruction.split_whitespace().collect::<Vec<_>>().join(" ");
                log.steps.push(Step { place: place.to_owned(), instruction, cached: false, tenths: None, id: id.to_owned() });
                continue;
            }
            let Some(step) = known.and_then(|at| log.steps.get_mut(at)) else { continue };
            if rest == "CACHED" {
                step.cached = true;
            } else if let Some(seconds) = rest.strip_prefix("DONE ") {
                step.tenths = tenths(seconds);
            } else if rest.starts_with("ERROR: ") {
                failed = Some(step.clone());
            }
        }
        if let Some(step) = &failed {
            // a line of output begins with the second at which it was said
            let said = text.lines().filter_map(|line| line.strip_prefix(&step.id)?.strip_prefix(' '));
            let plain =
                |line: &str| line.split_once(' ').filter(|(at, _)| at.parse::<f64>().is_ok()).map_or(line, |(_, said)| said).to_owned();
            log.said = said.skip(1).map(plain).collect::<Vec<_>>().join("\n");
        }
        log.failed = failed;
        log
    }

    fn buildah(text: &str) -> Self {
        let mut log = Self::default();
        let mut said = Vec::new();
        for line in text.lines() {
            // with several stages: `[1/2] STEP 3/9: RUN ...`
            let step = line.find("STEP ").filter(|at| *at == 0 || line.starts_with('[')).and_then(|at| line[at + 5..].split_once(": "));
            if let Some((place, instruction)) = step {
                let place = place.to_owned();
                let instruction = instruction.split_whitespace().collect::<Vec<_>>().join(" ");
                log.steps.push(Step { place, instruction, cached: false, tenths: None, id: String::new() });
                said.clear();
            } else if line.starts_with("--> Using cache") {
                if let Some(step) = log.steps.last_mut() {
                    step.cached = true;
                }
            } else {
                said.push(line);
            }
        }
        log.failed = log.steps.last().cloned();
        log.said = said.join("\n");
        log
    }
}

/// `[build 4/7] RUN go build`; what BuildKit does for itself has other names.
fn heading(text: &str) -> Option<(&str, &str)> {
    let (place, instruction) = text.strip_prefix('[')?.split_once("] ")?;
    (place != "internal" && !place.starts_with("internal ") && place != "auth").then_some((place, instruction))
}

fn tenths(seconds: &str) -> Option<u64> {
    let (whole, tenth) = seconds.trim_end_matches('s').split_once('.')?;
    Some(whole.parse::<u64>().ok()? * 10 + tenth.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buildkit_tells_what_was_cached_and_what_failed() {
        let text = "#0 building with \"default\" instance using docker driver\n\n#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n\
            #5 [build 1/3] FROM docker.io/library/node:24\n#5 CACHED\n\n#6 [build 2/3] COPY . .\n#6 DONE 0.1s\n\n\
            #7 [build 3/3] RUN npm ci\n#7 1.234 npm error gyp ERR! find Python\n#7 ERROR: process \"/bin/sh -c npm ci\" did not complete successfully: exit code: 1\n\
            ------\n > [build 3/3] RUN npm ci:\n------\nERROR: failed to solve\n";
        let log = BuildLog::read(text, false);
        assert_eq!(
            log.steps.iter().map(|step| (step.place.as_str(), step.cached)).collect::<Vec<_>>(),
            [("build 1/3", true), ("build 2/3", false), ("build 3/3", false)]
        );
        assert_eq!(log.failed.as_ref().map(|step| step.instruction.as_str()), Some("RUN npm ci"));
        assert!(log.said.starts_with("npm error gyp ERR! find Python\n"), "{}", log.said);
        assert_eq!(log.steps[1].tenths, Some(1));
    }

    #[test]
    fn buildah_tells_the_same() {
        let text = "[1/2] STEP 1/3: FROM golang:1.26 AS build\n[1/2] STEP 2/3: COPY . .\n--> Using cache 1234\n--> 1234\n\
            [1/2] STEP 3/3: RUN go build\nmain.go:3:8: undefined\nError: building at STEP \"RUN go build\": exit status 1\n";
        let log = BuildLog::read(text, false);
        assert_eq!(
            log.steps.iter().map(|step| (step.place.as_str(), step.cached)).collect::<Vec<_>>(),
            [("1/3", false), ("2/3", true), ("3/3", false)]
        );
        assert_eq!(log.failed.map(|step| step.instruction).as_deref(), Some("RUN go build"));
        assert!(log.said.starts_with("main.go:3:8: undefined"));
    }
}
