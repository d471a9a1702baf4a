//! Variables of the environment that the program does not start without.

use std::collections::BTreeMap;

use super::index::{At, Call, Index};
use super::resolve::{REQUIRED, Resolver, tagged};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::go::scan::{Kind, Token};

const CHECKED: Rule = Rule::parsed("go.demanded-variable", "this reads a variable and gives up when it is not set");

/// How far behind a variable's reading its check is looked for.
const NEAR: usize = 120;

/// All of them by name, with those that are `known` otherwise.
#[must_use]
pub fn demands(resolver: &Resolver<'_>, known: Vec<Fact<String>>) -> Vec<Fact<String>> {
    let index = resolver.index;
    let mut found: BTreeMap<String, Fact<String>> = known.into_iter().map(|fact| (fact.value.clone(), fact)).collect();
    let mut add = |name: String, evidence: Evidence| {
        let fact = match found.remove(&name) {
            Some(known) => known.and(evidence),
            None => Fact::new(name.clone(), evidence),
        };
        found.insert(name, fact);
    };
    for call in &index.calls {
        let reads = matches!(call.name, "Getenv" | "LookupEnv") && matches!(call.import, Some("os" | "syscall"));
        if !reads && !is_strict(call.name) {
            continue;
        }
        let Some(name) = index.arguments(call).first().and_then(|argument| index.literal(*argument)) else { continue };
        let is_variable = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        let demanded = if reads { is_checked(index, call) } else { is_variable };
        if demanded {
            add(name, index.call_evidence(call, CHECKED));
        }
    }
    for tag in &index.tags {
        let said = tagged(index.token(tag.at).map_or("", |token| token.text));
        if let Some(name) = said.variable.filter(|_| said.required) {
            add(name, index.evidence(tag.field, tag.at.token + 1, REQUIRED));
        }
    }
    found.into_values().collect()
}

/// `mustGetenv("X")`, `requireEnv("X")`.
fn is_strict(function: &str) -> bool {
    // most names are told apart without a copy
    if !function.ends_with("nv") && !function.ends_with("NV") {
        return false;
    }
    let function = function.to_ascii_lowercase();
    function.contains("must") || function.contains("require")
}

fn is_checked(index: &Index<'_>, call: &Call<'_>) -> bool {
    let Some(function) = call.function.map(|number| &index.functions[number]) else { return false };
    let tokens = index.tokens(call.at.file);
    let start = statement_start(tokens, call.at.token);
    let words: Vec<&str> =
        tokens[start..call.at.token].iter().filter_map(Token::ident).filter(|word| !matches!(*word, "if" | "os" | "var")).collect();
    // a check that stands under another condition does not always apply
    let depth =
        tokens[function.body.0..start].iter().fold(0_i32, |depth, token| depth + i32::from(token.is("{")) - i32::from(token.is("}")));
    if depth != 1 {
        return false;
    }
    let until = (call.at.token + NEAR).min(function.body.1);
    (start..until).filter(|at| tokens[*at].is("if")).take(3).any(|at| {
        let Some(open) = body_of(index, call.at.move_to(at)) else { return false };
        let condition = &tokens[at + 1..open.token];
        asks_emptiness(condition, &words) && gives_up(index, open, function.name)
    })
}

fn statement_start(tokens: &[Token<'_>], at: usize) -> usize {
    let ends = |token: &Token<'_>| token.kind == Kind::End || token.is("{") || token.is("}");
    tokens[..at].iter().rposition(ends).map_or(0, |end| end + 1)
}

/// The bracket that opens the block of the `if` at `at`.
fn body_of(index: &Index<'_>, at: At) -> Option<At> {
    let mut next = at.move_to(at.token + 1);
    for _ in 0..NEAR {
        if index.is(next, "{") {
            return Some(next);
        }
        let is_opening = index.is(next, "(") || index.is(next, "[");
        next = next.move_to(if is_opening { index.closing(next) } else { next.token } + 1);
    }
    None
}

/// Whether a condition holds when one of `words` is empty, or not there.
fn asks_emptiness(condition: &[Token<'_>], words: &[&str]) -> bool {
    if condition.iter().any(|token| token.is("&&")) {
        return false;
    }
    let is_empty = |tokens: &[Token<'_>]| tokens[0].is("==") && matches!(tokens[1].text, "\"\"" | "``");
    let named = condition.windows(3).any(|tokens| words.contains(&tokens[0].text) && is_empty(&tokens[1..]));
    let denied = condition.windows(2).any(|tokens| tokens[0].is("!") && words.contains(&tokens[1].text));
    let asked =
        condition.iter().any(|token| token.is("Getenv")) && condition.windows(3).any(|tokens| tokens[0].is(")") && is_empty(&tokens[1..]));
    named || denied || asked
}

/// Whether a block ends the program, or the function that sets it up.
fn gives_up(index: &Index<'_>, open: At, function: &str) -> bool {
    let close = index.closing(open);
    let block = index.tokens(open.file).get(open.token..close).unwrap_or_default();
    let ends = |word: &str| word.starts_with("Fatal") || word.starts_with("Panic") || matches!(word, "panic" | "Exit");
    let function = function.to_ascii_lowercase();
    let sets_up = ["load", "config", "run", "env", "main"].iter().any(|word| function.contains(word));
    let refuses = |word: &str| sets_up && matches!(word, "Errorf" | "New");
    let mut words = block.iter().filter_map(Token::ident);
    let returns = block.iter().any(|token| token.is("return"));
    words.any(|word| ends(word) || returns && refuses(word))
}

#[cfg(test)]
mod tests {
    use super::super::testing::program;

    #[test]
    fn variables_that_the_program_gives_up_without() {
        for (body, expected) in [
            (
                "func main() {\n\tdsn := os.Getenv(\"DATABASE_URL\")\n\tif dsn == \"\" {\n\t\tlog.Fatal(\"no\")\n\t}\n}",
                &["DATABASE_URL"][..],
            ),
            ("func main() {\n\tkey, ok := os.LookupEnv(\"API_KEY\")\n\tif !ok {\n\t\tpanic(\"no\")\n\t}\n}", &["API_KEY"]),
            ("func main() {\n\tif os.Getenv(\"TOKEN\") == \"\" {\n\t\tos.Exit(1)\n\t}\n}", &["TOKEN"]),
            ("func main() {\n\tif v, ok := os.LookupEnv(\"TOKEN\"); !ok {\n\t\tlog.Fatalf(\"no\")\n\t}\n}", &["TOKEN"]),
            (
                "func loadConfig() error {\n\tc.url = os.Getenv(\"URL\")\n\tif c.url == \"\" {\n\t\treturn errors.New(\"URL\")\n\t}\n}",
                &["URL"],
            ),
            (
                "func main() {\n\ta := os.Getenv(\"A\")\n\tb := os.Getenv(\"B\")\n\tif a == \"\" || b == \"\" {\n\t\tlog.Fatal()\n\t}\n}",
                &["A", "B"],
            ),
            ("var key = mustGetenv(\"KEY\")", &["KEY"]),
            ("type C struct {\n\tURL string `env:\"DB_URL,required\"`\n\tX string `env:\"X\"`\n}", &["DB_URL"]),
            // a default, another way, another condition
            ("func main() {\n\tdsn := os.Getenv(\"DSN\")\n\tif dsn == \"\" {\n\t\tdsn = \"x\"\n\t}\n}", &[]),
            ("func main() {\n\ta := os.Getenv(\"A\")\n\tif a == \"\" && b == \"\" {\n\t\tlog.Fatal()\n\t}\n}", &[]),
            ("func main() {\n\tif cloud {\n\t\ta := os.Getenv(\"A\")\n\t\tif a == \"\" {\n\t\t\tlog.Fatal()\n\t\t}\n\t}\n}", &[]),
            ("func main() {\n\tdebug := os.Getenv(\"DEBUG\")\n\tif debug != \"\" {\n\t\tlog.Fatal()\n\t}\n}", &[]),
        ] {
            let demands = program(&["os", "log", "errors"], body).behaviour.demands;
            assert_eq!(demands.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), expected, "{body}");
        }
    }

    #[test]
    fn the_port_is_told_elsewhere() {
        let body = "func main() {\n\tport := os.Getenv(\"PORT\")\n\tif port == \"\" {\n\t\tlog.Fatal(\"no\")\n\t}\n\thttp.ListenAndServe(\":\"+port, nil)\n}";
        let behaviour = program(&["os", "log", "net/http"], body).behaviour;
        assert!(behaviour.demands.is_empty() && behaviour.listens.len() == 1);
    }
}
