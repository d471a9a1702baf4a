//! The languages' own settings.

use schemars::JsonSchema;
use serde::Deserialize;

/// Makes a section of each language's settings.
macro_rules! sections {
    ($($name:ident),+ $(,)?) => {
        /// The languages' own settings, a section each.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(default, rename_all = "kebab-case")]
        pub struct Sections {
            $(
                #[doc = concat!("What is ", stringify!($name), "'s own.")]
                pub $name: super::$name::settings::Settings,
            )+
        }
    };
}

sections!(go, java, rust, python, deno, node, site);
