//! What of a package its build does not need: what was built, installed or tested before.

use super::Product;
use super::package::Package;
use crate::tree::Tree;

/// Patterns for the `.dockerignore`.
pub fn of(tree: &Tree, root: &Package<'_>, package: &Package<'_>, product: &Product) -> Vec<String> {
    // npm's settings, where the project has none, are somebody's own, with a login in them
    let mut clutter: Vec<String> = ["**/node_modules", "**/*.log", "**/coverage", "**/.npmrc"].map(str::to_owned).into();
    let inside = |path: &str| {
        let path = package.directory.join(path);
        let name = path.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/");
        let there = tree.has_directory(&path) || tree.has(&path);
        (!there && !name.starts_with("..")).then_some(name)
    };
    match product {
        Product::Server(start) => {
            let first = |path: &str| path.split('/').next().unwrap_or(path).to_owned();
            let built = start.taken.parts().iter().map(|(path, _)| first(path));
            clutter.extend(built.filter_map(|path| inside(&path)));
        }
        Product::Site(output) => clutter.extend(inside(output.directory.as_str())),
    }
    for (name, there) in [(".next", "next"), (".nuxt", "nuxt"), (".svelte-kit", "@sveltejs/kit"), (".astro", "astro"), (".turbo", "turbo")]
    {
        clutter.extend(package.dependency(there).or_else(|| root.dependency(there)).map(|_| format!("**/{name}")));
    }
    let tests = ["test", "tests", "__tests__", "spec", "e2e", "cypress", "playwright"];
    clutter.extend(
        tests.iter().filter(|name| tree.has_directory(name) && package.directory.as_str().is_empty()).map(|name| (*name).to_owned()),
    );
    clutter
}
