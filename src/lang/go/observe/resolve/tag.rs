//! What a structure tag says of a field: its variable, its default, whether it has to be set, and the keys that configuration uses.

use crate::lang::go::scan::unquote;

/// What a tag says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tagged {
    /// The environment's variable.
    pub variable: Option<String>,
    /// What it is when nobody sets it.
    pub default: Option<String>,
    /// Whether the program refuses to start without it.
    pub required: bool,
    /// The names by which flags and configuration files know it.
    pub keys: Vec<String>,
}

/// Reads the tag that the literal `quoted` holds.
#[must_use]
pub fn tagged(quoted: &str) -> Tagged {
    let text = unquote(quoted);
    let mut said = Tagged::default();
    for (key, value) in pairs(&text) {
        match key {
            "env" | "envconfig" => variable(&mut said, value),
            "envDefault" | "default" | "env-default" => said.default = Some(value.to_owned()),
            "required" | "env-required" => said.required = value == "true",
            "mapstructure" | "yaml" | "json" | "toml" | "koanf" | "long" | "flag" => {
                let mut words = value.split(',');
                said.keys.extend(words.next().filter(|name| !name.is_empty() && *name != "-").map(ToOwned::to_owned));
                // go-zero's way: `json:",default=8080"`
                let default = words.find_map(|word| word.strip_prefix("default="));
                said.default = said.default.or(default.map(ToOwned::to_owned));
            }
            _ => {}
        }
    }
    said.required &= said.default.is_none();
    said
}

fn variable(said: &mut Tagged, value: &str) {
    let mut words = value.split(',').map(str::trim);
    let name = words.next().unwrap_or_default();
    if !name.is_empty() {
        said.variable = Some(name.to_owned());
    }
    for word in words {
        match word {
            "required" | "notEmpty" => said.required = true,
            _ => said.default = word.strip_prefix("default=").map(ToOwned::to_owned).or(said.default.take()),
        }
    }
}

/// `key:"value"` pairs; what is none ends the list.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (key, after) = rest.trim_start().split_once(":\"")?;
        // an escaped quote within a tag is as good as unknown
        let (value, left) = after.split_once('"')?;
        rest = left;
        (!key.contains([' ', '"'])).then_some((key, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_the_usual_libraries_are_read() {
        for (tag, variable, default, required, keys) in [
            (r#"`env:"PORT" envDefault:"8080"`"#, Some("PORT"), Some("8080"), false, ""),
            (r#"`env:"DB_URL,required"`"#, Some("DB_URL"), None, true, ""),
            (r#"`env:"DB_URL,notEmpty,unset"`"#, Some("DB_URL"), None, true, ""),
            (r#"`env:"PORT, default=8080"`"#, Some("PORT"), Some("8080"), false, ""),
            (r#"`envconfig:"PORT" default:"8080" required:"true"`"#, Some("PORT"), Some("8080"), false, ""),
            (r#"`json:"port,omitempty" yaml:"listen-port" env:"X" env-required:"true"`"#, Some("X"), None, true, "port listen-port"),
            (r#"`json:",default=9000"`"#, None, Some("9000"), false, ""),
            ("\"env:\\\"PORT\\\"\"", Some("PORT"), None, false, ""),
            ("`nonsense`", None, None, false, ""),
            ("`env:\"open", None, None, false, ""),
        ] {
            let said = tagged(tag);
            assert_eq!((said.variable.as_deref(), said.default.as_deref(), said.required), (variable, default, required), "{tag}");
            assert_eq!(said.keys.join(" "), keys);
        }
    }
}
