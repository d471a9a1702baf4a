//! What a build of Maven's demands of its JDK and of Maven: the enforcer's rules, the toolchains plugin, libraries that newer JDKs break.

use super::{Module, Plugin};
use crate::catalog::{Catalog, Month, Toolchain};
use crate::evidence::{Evidence, Fact, Rule};
use crate::version::Version;

const ENFORCED: Rule = Rule::parsed("java.enforced", "the build demands this");
const ASKED: Rule = Rule::parsed("java.toolchain-demand", "the build asks for this JDK");
const LEAST: Rule = Rule::parsed("java.least", "this is compiled for a Java that is at least so new");
const BREAKS: Rule = Rule::parsed("java.breaks", "newer JDKs do not compile with this version");

/// A range of versions as Maven writes it, `[17,22)`: from the least on, up to what is in it or just behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    least: Option<Version>,
    newest: Option<(Version, bool)>,
}

impl Range {
    /// Reads a range; of several the last counts, which is the newest. A version alone is the least.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.contains(['[', '(']) {
            return Some(Self { least: Some(version(text)?), newest: None });
        }
        let start = text.rfind(['[', '('])?;
        let inner = &text[start + 1..];
        let end = inner.find([']', ')'])?;
        let includes = inner[end..].starts_with(']');
        match inner[..end].split_once(',') {
            None => version(&inner[..end]).map(|exact| Self { least: Some(exact), newest: Some((exact, true)) }),
            Some((least, newest)) => Some(Self { least: version(least), newest: version(newest).map(|newest| (newest, includes)) }),
        }
    }

    /// The least that lies in it.
    pub const fn least(&self) -> Option<Version> {
        self.least
    }

    /// The newest series that lies in it.
    pub fn newest(&self) -> Option<Version> {
        self.newest.map(|(limit, includes)| {
            if includes || limit != limit.series() || limit != Version::whole(limit.major()) {
                Version::whole(limit.major())
            } else {
                Version::whole(limit.major().saturating_sub(1))
            }
        })
    }

    /// Whether the newest release of `series` lies in it.
    pub fn allows(&self, series: Version, newest: Version) -> bool {
        let below = |(limit, includes): (Version, bool)| newest < limit || includes && (newest == limit || limit == series);
        self.least.is_none_or(|least| newest >= least) && self.newest.is_none_or(below)
    }
}

/// The numbers of `1.8.0-25` are 8, those of `17.0.1+9` 17.0.1.
fn version(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.strip_prefix("1.").filter(|rest| rest.len() < 6 && rest.starts_with(['5', '6', '7', '8'])).unwrap_or(text);
    let plain: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    plain.trim_end_matches('.').split('.').take(3).collect::<Vec<_>>().join(".").parse().ok()
}

fn enforced(modules: &[Module<'_>], rule: &str) -> Option<Fact<String>> {
    modules.iter().find_map(|module| {
        let plugin = module.plugin("maven-enforcer-plugin")?;
        let demand = plugin.configurations().find_map(|configuration| configuration.at(&["rules", rule, "version"]))?;
        let value = plugin.fill(&demand.text);
        (!value.contains('$')).then(|| Fact::new(value, demand.evidence(ENFORCED)))
    })
}

/// The range of JDKs that the enforcer lets pass.
pub fn java(modules: &[Module<'_>]) -> Option<Fact<Range>> {
    let demand = enforced(modules, "requireJavaVersion")?;
    Some(demand.with(Range::parse(&demand.value)?))
}

/// The range of Maven's versions that the enforcer lets pass.
pub fn maven(modules: &[Module<'_>]) -> Option<Fact<Range>> {
    let demand = enforced(modules, "requireMavenVersion")?;
    Some(demand.with(Range::parse(&demand.value)?))
}

/// What the toolchains plugin looks for in a file that no image has, by the names of its demands.
pub fn toolchain(modules: &[Module<'_>]) -> Option<Fact<Vec<(String, String)>>> {
    modules.iter().find_map(|module| {
        let plugin = module.plugin("maven-toolchains-plugin").filter(|plugin| plugin.execution("toolchain").is_some())?;
        let jdk = plugin.configurations().find_map(|configuration| configuration.at(&["toolchains", "jdk"]))?;
        let demands = jdk.children.iter().map(|demand| (demand.name.clone(), plugin.fill(&demand.text))).collect();
        Some(Fact::new(demands, jdk.evidence(ASKED)))
    })
}

/// The newest JDK that the libraries of these modules are compiled with.
pub fn newest(modules: &[Module<'_>], boot: Option<&Fact<String>>, toolchain: &Toolchain) -> Option<Fact<Version>> {
    let limit = |package: &str, own: Version| toolchain.last_that_compiles(package, own, true);
    let of_boot = boot.and_then(|boot| Some(Fact::new(limit("spring-boot", version(&boot.value)?)?, boot.because()[0].under(BREAKS))));
    let mut found: Vec<Fact<Version>> = of_boot.into_iter().collect();
    for module in modules {
        let dependencies = module.dependencies();
        let of_processors = module.plugin("maven-compiler-plugin").into_iter().flat_map(|plugin| processors(&plugin));
        let named = dependencies.iter().map(|dependency| {
            let version = dependency.version.clone().or_else(|| {
                module.property(&format!("{}.version", dependency.artifact)).map(|said| said.value).filter(|_| module.outside.is_some())
            });
            (dependency.artifact.clone(), version, dependency.element)
        });
        for (artifact, own, element) in named.chain(of_processors) {
            let at = || element.child("artifactId").unwrap_or(element).evidence(BREAKS);
            let last = match (own.as_deref().and_then(version), boot) {
                (Some(own), _) => limit(&artifact, own).map(|last| Fact::new(last, at())),
                (None, Some(boot)) => version(&boot.value)
                    .and_then(|series| limit(&format!("{artifact}@spring-boot"), series))
                    .map(|last| Fact::new(last, at()).and(boot.because()[0].clone())),
                (None, None) => None,
            };
            found.extend(last);
        }
    }
    found.into_iter().min_by_key(|last| last.value)
}

/// The newest JDK that compiles for the level which the compiler plugin of these modules takes where none is said.
pub fn unsaid(modules: &[Module<'_>], toolchain: &Toolchain) -> Option<Fact<Version>> {
    let of = |module: &Module<'_>| {
        let plugin = module.plugin("maven-compiler-plugin")?;
        let said = plugin.element.child("version")?;
        let last = toolchain.last_that_compiles("maven-compiler-plugin@unsaid", version(&plugin.fill(&said.text))?, true)?;
        Some(Fact::new(last, said.evidence(BREAKS)))
    };
    modules.iter().filter_map(of).min_by_key(|last| last.value)
}

/// When these modules were written, by the newest of the libraries that they pin.
pub fn written(modules: &[Module<'_>], catalog: &Catalog) -> Option<Fact<Month>> {
    let mut pins: Vec<(String, String, Evidence)> = Vec::new();
    for module in modules {
        pins.extend(module.dependencies().iter().filter_map(|dependency| {
            let at = dependency.element.child("artifactId")?.evidence(BREAKS);
            Some((dependency.artifact.clone(), dependency.version.clone()?, at))
        }));
    }
    catalog.written("java", pins.iter().map(|(name, version, at)| (name.as_str(), version.as_str(), at)))
}

/// The least JDK that the frameworks of these modules are compiled for, which their parents hand on.
pub fn least(modules: &[Module<'_>], toolchain: &Toolchain) -> Option<Fact<Version>> {
    let of = |module: &Module<'_>| {
        let parent = module.outside.and_then(|parent| Some((parent.child("artifactId")?.text.as_str(), parent.child("version")?)));
        let dependencies = module.dependencies();
        let told = |name: &str| {
            let own = parent.filter(|(artifact, _)| *artifact == name).map(|(_, at)| (module.fill(&at.text), at.evidence(LEAST)));
            let imported = || module.imported(name).map(|said| (said.value.clone(), said.element.evidence(LEAST)));
            let used = || {
                let dependency = dependencies.iter().find(|dependency| dependency.artifact == name)?;
                Some((dependency.version.clone()?, dependency.element.child("artifactId")?.evidence(LEAST)))
            };
            own.or_else(imported).or_else(used)
        };
        let least = toolchain.least.iter().filter_map(|least| {
            let (own, at) = least.packages.iter().find_map(|name| told(name))?;
            (version(&own)? >= least.from).then(|| Fact::new(least.release, at))
        });
        least.collect::<Vec<_>>()
    };
    modules.iter().flat_map(of).max_by_key(|least| least.value)
}

fn processors<'r>(plugin: &Plugin<'r, '_>) -> Vec<(String, Option<String>, &'r crate::read::xml::Element)> {
    let paths = plugin.configurations().flat_map(|configuration| configuration.list(&["annotationProcessorPaths"]));
    let text = |path: &crate::read::xml::Element, name: &str| path.child(name).map(|child| plugin.fill(&child.text));
    paths.map(|path| (text(path, "artifactId").unwrap_or_default(), text(path, "version"), path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(range: &str, series: &str, newest: &str) -> Option<bool> {
        Some(Range::parse(range)?.allows(series.parse().ok()?, newest.parse().ok()?))
    }

    #[test]
    fn ranges_are_mavens() {
        assert_eq!(allows("[21,)", "17", "17.0.17"), Some(false));
        assert_eq!(allows("21", "25", "25.0.5"), Some(true));
        assert_eq!(allows("[1.8,9)", "8", "8"), Some(true));
        assert_eq!(allows("[1.8,9)", "17", "17.0.17"), Some(false));
        assert_eq!(allows("[11,12),[17,18)", "17", "17.0.17"), Some(true));
        assert_eq!(allows("[21]", "21", "21.0.13"), Some(true));
        assert_eq!(allows("[3.9.9]", "3", "3.9.16"), Some(false));
        assert_eq!(allows("(,21]", "21", "21.0.13"), Some(true));
    }
}
