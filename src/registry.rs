//! Image references and the registries that organisations put in place of the public ones.

/// The reference with its registry replaced, where one of `(from, to)` names it. `scratch` is no image and stays.
pub fn mirror<'a>(image: &str, registries: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    if image == "scratch" {
        return image.to_owned();
    }
    let full = in_full(image);
    let found = registries
        .into_iter()
        .filter_map(|(from, to)| Some((from.len(), to, full.strip_prefix(from.trim_end_matches('/'))?.strip_prefix('/')?)));
    // the longest prefix is the most particular
    found
        .max_by_key(|(length, ..)| *length)
        .map_or_else(|| image.to_owned(), |(_, to, rest)| format!("{}/{rest}", to.trim_end_matches('/')))
}

/// The reference with the registry and the namespace that docker adds by itself.
pub(crate) fn in_full(image: &str) -> String {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => image.to_owned(),
        Some(_) => format!("docker.io/{image}"),
        None => format!("docker.io/library/{image}"),
    }
}

#[cfg(test)]
mod tests {
    use super::mirror;

    #[test]
    fn the_longest_registry_that_fits_is_replaced() {
        let registries = [
            ("docker.io", "mirror.example.com/hub"),
            ("docker.io/library", "mirror.example.com/official"),
            ("gcr.io/", "mirror.example.com/gcr/"),
        ];
        for (image, expected) in [
            ("golang:1.27-trixie", "mirror.example.com/official/golang:1.27-trixie"),
            ("nginxinc/nginx-unprivileged:stable", "mirror.example.com/hub/nginxinc/nginx-unprivileged:stable"),
            ("gcr.io/distroless/static-debian13:nonroot", "mirror.example.com/gcr/distroless/static-debian13:nonroot"),
            ("ghcr.io/astral-sh/uv:0.13", "ghcr.io/astral-sh/uv:0.13"),
            ("scratch", "scratch"),
        ] {
            assert_eq!(mirror(image, registries), expected);
        }
    }
}
