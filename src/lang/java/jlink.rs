//! The modules of a Java that is cut down to what a program uses.
//!
//! They are named in the file and not computed during the build: `jdeps` sees nothing of what is found by reflection, and a runtime that is
//! linked behind the sources is linked again by every edit.

use super::Facts;
use super::sources::Sources;
use crate::evidence::{Fact, Rule};
use crate::layers::Layers;
use crate::version::Version;

const USES: Rule = Rule::parsed("java.module-use", "this is of a module of its own");

/// Packages, by the beginnings of their names, and the modules that they are of. The first that fits counts.
const PACKAGES: [(&str, &str); 36] = [
    ("com.sun.net.httpserver", "jdk.httpserver"),
    ("com.sun.management", "jdk.management"),
    ("com.sun.nio.sctp", "jdk.sctp"),
    ("com.sun.security.auth", "jdk.security.auth"),
    ("com.sun.security.jgss", "jdk.security.jgss"),
    ("com.sun.tools.attach", "jdk.attach"),
    ("java.applet", "java.desktop"),
    ("java.awt", "java.desktop"),
    ("java.beans", "java.desktop"),
    ("java.lang.instrument", "java.instrument"),
    ("java.lang.management", "java.management"),
    ("java.net.http", "java.net.http"),
    ("java.rmi", "java.rmi"),
    ("java.sql", "java.sql"),
    ("java.util.logging", "java.logging"),
    ("java.util.prefs", "java.prefs"),
    ("javax.accessibility", "java.desktop"),
    ("javax.annotation.processing", "java.compiler"),
    ("javax.imageio", "java.desktop"),
    ("javax.management.remote.rmi", "java.management.rmi"),
    ("javax.management", "java.management"),
    ("javax.naming", "java.naming"),
    ("javax.print", "java.desktop"),
    ("javax.script", "java.scripting"),
    ("javax.security.auth.kerberos", "java.security.jgss"),
    ("javax.security.sasl", "java.security.sasl"),
    ("javax.sound", "java.desktop"),
    ("javax.sql.rowset", "java.sql.rowset"),
    ("javax.sql", "java.sql"),
    ("javax.swing", "java.desktop"),
    ("javax.tools", "java.compiler"),
    ("javax.xml.crypto", "java.xml.crypto"),
    ("javax.xml", "java.xml"),
    ("jdk.jfr", "jdk.jfr"),
    ("org.w3c.dom", "java.xml"),
    ("sun.misc", "jdk.unsupported"),
];

/// What libraries use that nobody sees from here: all of Java SE, and what of the JDK is reached by reflection or as a service.
const UNSEEN: [&str; 8] =
    ["java.se", "jdk.charsets", "jdk.jfr", "jdk.management", "jdk.naming.dns", "jdk.net", "jdk.unsupported", "jdk.zipfs"];

/// The modules that the sources import from.
pub fn used(sources: &Sources<'_>) -> Vec<Fact<String>> {
    let mut found: Vec<Fact<String>> = Vec::new();
    for (package, module) in PACKAGES {
        if found.iter().any(|known| known.value == module) {
            continue;
        }
        if let Some(at) = sources.imports(package) {
            found.push(Fact::new(module.to_owned(), at.under(USES)));
        }
    }
    found
}

/// The modules to link, sorted.
pub fn modules(facts: &Facts, java: Version, layers: &Layers) -> Vec<String> {
    let mut modules = vec!["java.base".to_owned()];
    modules.extend(facts.uses.iter().map(|module| module.value.clone()));
    if facts.depends {
        modules.extend(UNSEEN.map(str::to_owned));
        // Java SE, those of its modules that are used being named by it
        modules.retain(|module| !module.starts_with("java.") || module == "java.se");
    }
    // elliptic curves, without which hardly any TLS connection is made, are a module of their own until 21
    if java <= Version::whole(21) {
        modules.push("jdk.crypto.ec".into());
    }
    modules.extend(
        layers.list("java.modules", |settings| settings.languages.java.modules.clone(), Vec::new()).into_iter().map(|chosen| chosen.value),
    );
    modules.sort();
    modules.dedup();
    modules
}
