//! What builds of a package leave behind.

use super::Product;
use super::package::Package;
use crate::tree::Tree;
use crate::tree::path::normal;

/// Patterns for the `.dockerignore`.
pub fn of(tree: &Tree, root: &Package<'_>, package: &Package<'_>, product: &Product) -> Vec<String> {
    let mut patterns: Vec<String> = Vec::new();
    let inside = |path: &str| {
        let path = normal(package.directory.join(path));
        let there = tree.has_directory(&path) || tree.has(&path);
        (!there && !path.starts_with("..")).then(|| path.into_string())
    };
    match product {
        Product::Server(start) => {
            let first = |path: &str| path.split('/').next().unwrap_or(path).to_owned();
            let built = start.taken.parts().iter().map(|(path, _)| first(path));
            patterns.extend(built.filter_map(|path| inside(&path)));
        }
        Product::Site(output) => patterns.extend(output.directory.as_ref().and_then(|directory| inside(directory.as_str()))),
    }
    for (name, there) in [(".next", "next"), (".nuxt", "nuxt"), (".svelte-kit", "@sveltejs/kit"), (".astro", "astro"), (".turbo", "turbo")]
    {
        patterns.extend(package.dependency(there).or_else(|| root.dependency(there)).map(|_| format!("**/{name}")));
    }
    patterns
}
