//! Programs that make sources of a language.

use serde::Deserialize;

/// A program that makes sources, and how it is known what it makes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Generator {
    /// Its name, as it is started.
    pub name: String,
    /// What the language's own tool installs it by.
    pub package: Option<String>,
    /// The dependency whose version is the program's too.
    pub module: Option<String>,
    /// The program of the distribution that it is, where the language's own tool does not install it.
    pub program: Option<String>,
    /// Its arguments, where the project has no command of its own for it. `{directory}` is the inputs'.
    pub run: Option<Vec<String>>,
    /// The files that it reads: a name with one `*`, with the directories that it has to lie in.
    pub inputs: Option<String>,
    /// What makes a file an input of its.
    pub containing: Option<String>,
    /// What it makes beside each input: `{stem}` and `{name}` are the input's.
    pub makes: Option<String>,
    /// The words in an input after which the package stands that is made of it.
    pub package_after: Option<String>,
    /// The files that configure it.
    #[serde(default)]
    pub configuration: Vec<String>,
    /// The keys in them that name what is made; lists on the way count with all they hold.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The keys in them that name programs which it starts itself.
    #[serde(default)]
    pub plugins: Vec<String>,
    /// The options that name what is made.
    #[serde(default)]
    pub options: Vec<String>,
    /// The options that name a file which configures it.
    #[serde(default)]
    pub configured: Vec<String>,
    /// What is made where no option says it.
    pub default: Option<String>,
    /// What is made for each type that `-type` names.
    pub typed: Option<String>,
}
