//! The profiles of Spring's that a program runs with: those that documents name, else its own, and never those for development where
//! there are others for production.

use camino::{Utf8Path, Utf8PathBuf};

use super::config::{Entry, filled};
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const ACTIVE: Rule = Rule::parsed("java.profile", "this profile is for development");
const PRODUCTION: Rule = Rule::parsed("java.production", "this is what production is run with");

/// The variable that names them.
pub const VARIABLE: &str = "SPRING_PROFILES_ACTIVE";
/// Profiles for those who work on the program, and for those who run it, the likeliest first.
const DEVELOPMENT: [&str; 4] = ["dev", "development", "local", "develop"];
const PRODUCTIONS: [&str; 3] = ["prod", "production", "prd"];

/// Whether a list of profiles is for development.
pub fn is_development(profiles: &str) -> bool {
    profiles.split(',').any(|name| DEVELOPMENT.contains(&name.trim()))
}

/// The profiles to run with in place of those of `entry`, where these are for development and the resources have others for production.
pub fn production(tree: &Tree, directories: &[Utf8PathBuf], entry: &Entry) -> Option<Fact<String>> {
    let named = filled(&entry.value);
    if !is_development(&named) {
        return None;
    }
    let resources = ["src/main/resources", "src/main/resources/config", "config"];
    let places = || directories.iter().flat_map(|directory| resources.map(|place| directory.join(place)));
    let file = |name: &str| {
        let files =
            places().flat_map(|place| ["yml", "yaml", "properties"].map(|ending| place.join(format!("application-{name}.{ending}"))));
        files.into_iter().find(|path: &Utf8PathBuf| tree.has(path))
    };
    let (name, path) = PRODUCTIONS.iter().find_map(|name| Some((*name, file(name)?)))?;
    let kept = named.split(',').map(str::trim).map(|own| if DEVELOPMENT.contains(&own) { name } else { own });
    let profiles = kept.collect::<Vec<_>>().join(",");
    Some(Fact::new(profiles, entry.at.under(ACTIVE)).and(Evidence::exists(Utf8Path::new(&path), PRODUCTION)))
}
