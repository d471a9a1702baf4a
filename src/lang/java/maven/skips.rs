//! What a build does that an image does without, or that no build stage can do, and the options that leave it out.

use super::{Module, Plugin, docker};
use crate::evidence::{Fact, Rule};

const CHECK: Rule = Rule::parsed("java.check", "this checks the sources, which is not the image's business");
const GIT: Rule = Rule::parsed("java.git", "this asks git, and no repository is in the build context");
const IMAGE: Rule = Rule::parsed("java.image", "this makes an image or starts a container, which no build stage can");
const ATTACHED: Rule = Rule::parsed("java.attached", "this lays another archive beside the program's");

/// A plugin and the option that leaves it out.
type Skip = (&'static str, &'static str);

const CHECKS: [Skip; 21] = [
    ("maven-checkstyle-plugin", "-Dcheckstyle.skip"),
    ("spotless-maven-plugin", "-Dspotless.check.skip"),
    ("spring-javaformat-maven-plugin", "-Dspring-javaformat.skip"),
    ("maven-pmd-plugin", "-Dpmd.skip"),
    ("spotbugs-maven-plugin", "-Dspotbugs.skip"),
    ("license-maven-plugin", "-Dlicense.skip"),
    ("apache-rat-plugin", "-Drat.skip"),
    ("formatter-maven-plugin", "-Dformatter.skip"),
    ("ktlint-maven-plugin", "-Dktlint.skip"),
    ("fmt-maven-plugin", "-Dfmt.skip"),
    ("sortpom-maven-plugin", "-Dsort.skip"),
    ("impsort-maven-plugin", "-Dimpsort.skip"),
    ("animal-sniffer-maven-plugin", "-Danimal.sniffer.skip"),
    ("forbiddenapis", "-Dforbiddenapis.skip"),
    ("dependency-check-maven", "-Ddependency-check.skip"),
    ("cyclonedx-maven-plugin", "-Dcyclonedx.skip"),
    ("japicmp-maven-plugin", "-Djapicmp.skip"),
    ("revapi-maven-plugin", "-Drevapi.skip"),
    ("maven-gpg-plugin", "-Dgpg.skip"),
    ("maven-invoker-plugin", "-Dinvoker.skip"),
    ("asciidoctor-maven-plugin", "-Dasciidoctor.skip"),
];

const OF_GIT: [Skip; 3] = [
    ("git-commit-id-plugin", "-Dmaven.gitcommitid.skip"),
    ("git-commit-id-maven-plugin", "-Dmaven.gitcommitid.skip"),
    ("buildnumber-maven-plugin", "-Dmaven.buildNumber.skip"),
];

const IMAGES: [Skip; 8] = [
    ("jib-maven-plugin", "-Djib.skip"),
    ("dockerfile-maven-plugin", "-Ddockerfile.skip"),
    ("docker-maven-plugin", "-Ddocker.skip -DskipDocker"),
    ("docker-compose-maven-plugin", "-Ddockercompose.skip"),
    ("fabric8-maven-plugin", "-Dfabric8.skip"),
    ("kubernetes-maven-plugin", "-Djkube.skip"),
    ("openshift-maven-plugin", "-Djkube.skip"),
    ("helm-maven-plugin", "-Dhelm.skip"),
];

/// What the build of these modules leaves out.
pub fn skips<'r>(module: &Module<'r>, reached: &[Module<'r>], root: &[Module<'r>]) -> Vec<Fact<&'static str>> {
    let all = || reached.iter().chain(root);
    let bound = |name: &str, rule: Rule| {
        let plugin = all().find_map(|module| module.plugin(name))?;
        plugin.executions().next().map(|_| plugin.element.evidence(rule))
    };
    // a parent that is not here may bind it, as Spring Boot's does
    let used = |name: &str| all().find_map(|module| module.plugin(name)).map(|plugin| plugin.element.evidence(GIT));
    let by_hand: Vec<_> = all().flat_map(docker::by_hand).collect();
    let mut found: Vec<Fact<&'static str>> = Vec::new();
    found.extend(CHECKS.iter().filter_map(|(plugin, option)| Some(Fact::new(*option, bound(plugin, CHECK)?))));
    found.extend(OF_GIT.iter().filter_map(|(plugin, option)| Some(Fact::new(*option, used(plugin)?))));
    found.extend(IMAGES.iter().filter_map(|(plugin, option)| Some(Fact::new(*option, bound(plugin, IMAGE)?))));
    let boot = all().find_map(|module| module.plugin("spring-boot-maven-plugin").filter(makes_image));
    found.extend(boot.map(|plugin| Fact::new("-Dspring-boot.build-image.skip", plugin.element.evidence(IMAGE))));
    found.extend(by_hand.iter().filter(|hand| hand.alone).map(|hand| Fact::new(hand.option, hand.at.under(IMAGE))));
    found.extend(attached(module, reached));
    let mut options: Vec<&str> = Vec::new();
    found.retain(|skip| {
        !options.contains(&skip.value) && {
            options.push(skip.value);
            true
        }
    });
    found
}

fn makes_image(plugin: &Plugin<'_, '_>) -> bool {
    plugin.execution("build-image").is_some() || plugin.execution("build-image-no-fork").is_some()
}

/// Archives beside the program's, whose names begin like its own.
fn attached(module: &Module<'_>, reached: &[Module<'_>]) -> Vec<Fact<&'static str>> {
    let makes = |name: &str, goals: &[&str], option: &'static str| {
        let plugin = module.plugin(name)?;
        goals.iter().any(|goal| plugin.execution(goal).is_some()).then(|| Fact::new(option, plugin.element.evidence(ATTACHED)))
    };
    let tests = || makes("maven-jar-plugin", &["test-jar"], "-Dmaven.test.skip");
    let sources = makes("maven-source-plugin", &["jar", "jar-no-fork", "test-jar", "test-jar-no-fork"], "-Dmaven.source.skip");
    let javadoc = makes("maven-javadoc-plugin", &["jar", "test-jar", "aggregate-jar"], "-Dmaven.javadoc.skip");
    let uses_tests = reached.iter().any(Module::uses_test_jars);
    sources.into_iter().chain(javadoc).chain(if uses_tests { None } else { tests() }).collect()
}
