//! Web archives that servlets alone do not run: what they use belongs to an application server.

use super::sources::Sources;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Evidence;

/// Interfaces of the whole platform, which an application server brings.
pub const PLATFORMS: [&str; 6] = ["jakarta.jakartaee-", "javaee-api", "javaee-web-api", "microprofile", "jakarta.ejb-api", "javax.ejb-api"];
/// Plugins that run an application server.
pub const PLUGINS: [&str; 7] = [
    "wildfly-maven-plugin",
    "wildfly-jar-maven-plugin",
    "liberty-maven-plugin",
    "tomee-maven-plugin",
    "payara-micro-maven-plugin",
    "payara-server-maven-plugin",
    "glassfish-maven-plugin",
];
/// Packages of the platform beyond servlets and what is shown with them, behind `jakarta.` or `javax.`.
const BEYOND: [&str; 12] = [
    "ejb",
    "ws.rs",
    "enterprise",
    "persistence",
    "inject",
    "faces",
    "jms",
    "batch",
    "transaction",
    "security.enterprise",
    "resource",
    "jws",
];

/// Refuses an archive that asks for more than a servlet container.
///
/// # Errors
/// When the platform's interfaces are used, or the build runs an application server.
pub fn refuse(platform: Option<Evidence>, plugin: Option<Evidence>, sources: &Sources<'_>) -> Result<()> {
    let used = || {
        let packages = BEYOND.iter().flat_map(|package| [format!("jakarta.{package}"), format!("javax.{package}")]);
        packages.chain(["org.eclipse.microprofile".to_owned()]).find_map(|package| sources.imports(&package))
    };
    let used = platform.and_then(|platform| used().map(|used| (platform, used)));
    let because: Vec<Evidence> = match (plugin, used) {
        (Some(plugin), _) => vec![plugin],
        (None, Some((platform, used))) => vec![used, platform],
        (None, None) => return Ok(()),
    };
    let error = Diagnostic::error(
        "java::application-server",
        "this archive is for a Jakarta EE application server, and Tomcat, which imggen has images of, serves servlets alone",
    );
    Err(because
        .iter()
        .fold(error, Diagnostic::because)
        .help("write its Dockerfile on the image of its server (WildFly, Open Liberty, Payara, TomEE), or pack the server with it: a bootable jar, Payara Micro, Quarkus")
        .into())
}
