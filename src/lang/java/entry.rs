//! The classes with a `main`: which one is started when no build says so.

use camino::Utf8Path;

use super::outline::{Syntax, outline};
use crate::evidence::{Evidence, Fact, Lines, Rule, Span};
use crate::program::{Function, Type};

const MAIN: Rule = Rule::weak("java.main", "this class has a `main`");

/// The syntax of a source file.
pub fn syntax(path: &Utf8Path) -> Syntax {
    if matches!(path.extension(), Some("kt" | "kts")) { Syntax::Kotlin } else { Syntax::Java }
}

/// A class that a virtual machine can start.
#[derive(Clone, Debug)]
pub struct Main {
    /// Its binary name, as `java` takes it: `com.shop.App$Inner`.
    pub class: Fact<String>,
    /// Whether its `main` needs an object, or stands in no class, which Java 25 is the first to start.
    pub instance: bool,
}

/// The classes with a `main` in a file.
pub fn mains_of(path: &Utf8Path, text: &str) -> Vec<Main> {
    // most files have none, and need not be taken apart to see that
    if !text.contains("main") {
        return Vec::new();
    }
    let syntax = syntax(path);
    let outline = outline(text, syntax, &|_| false);
    let lines = Lines::default();
    let main = |function: &Function| {
        let is_main = function.name.rsplit('.').next() == Some("main") && function.inside.is_none() && !function.test;
        let is_started = is_main && takes_arguments(function) && function.gives.as_deref().is_none_or(|gives| gives == "Unit");
        let has = |name: &str| function.annotations.iter().any(|annotation| annotation.name.rsplit('.').next() == Some(name));
        let (class, instance) = match (function.name.rsplit_once('.'), syntax) {
            (Some((class, _)), Syntax::Kotlin) => (has("JvmStatic").then(|| class.replace('.', "$"))?, false),
            (None, Syntax::Kotlin) => (file_class(path, &outline.types), false),
            (Some((class, _)), Syntax::Java) => {
                (class.replace('.', "$"), !has("static") || !(function.public || is_interface(text, class)))
            }
            (None, Syntax::Java) => (path.file_stem().unwrap_or_default().to_owned(), true),
        };
        let class = match &outline.package {
            Some(package) if !package.is_empty() => format!("{package}.{class}"),
            _ => class,
        };
        let line = lines.span(text, function.at.start as usize, function.at.end as usize).line as usize;
        let said = text.lines().nth(line - 1).unwrap_or_default();
        let at = Evidence::at(path, Span::of_line(line, said), MAIN, said.trim());
        is_started.then(|| Main { class: Fact::new(class, at), instance })
    };
    outline.functions.iter().filter_map(main).collect()
}

/// Whether a method is the interface's, all of which are public.
fn is_interface(text: &str, class: &str) -> bool {
    let name = class.rsplit('.').next().unwrap_or(class);
    text.contains(&format!("interface {name}"))
}

/// `main()`, `main(String[] args)`, `main(vararg args: String)`.
fn takes_arguments(function: &Function) -> bool {
    match function.parameters.as_slice() {
        [] => true,
        [only] => {
            let kind = only.kind.as_deref().unwrap_or_default().replace("final", "");
            let varies = only.annotations.iter().any(|annotation| annotation.name == "vararg");
            matches!(kind.as_str(), "String[]" | "String..." | "java.lang.String[]" | "Array<String>" | "Array<outString>") || varies
        }
        _ => false,
    }
}

/// The class that Kotlin makes of a file's functions.
fn file_class(path: &Utf8Path, types: &[Type]) -> String {
    let annotations = types.iter().filter(|declared| declared.name.is_empty()).flat_map(|declared| &declared.annotations);
    let mut named = annotations.filter(|annotation| annotation.name.rsplit('.').next() == Some("JvmName"));
    if let Some(name) = named.find_map(|annotation| annotation.argument("name", Some(0))?.value.text()) {
        return name.to_owned();
    }
    let mut chars = path.file_stem().unwrap_or_default().chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}Kt", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::mains_of;

    fn started(path: &str, text: &str) -> Vec<(String, bool)> {
        mains_of(path.into(), text).into_iter().map(|main| (main.class.value, main.instance)).collect()
    }

    #[test]
    fn the_class_is_named_as_java_takes_it() {
        let nested = "package a; public class App { public static class Inner { public static void main(String[] args) {} } }";
        assert_eq!(started("App.java", nested), [("a.App$Inner".into(), false)]);
        assert_eq!(started("app.kt", "package a\nfun main() = run()"), [("a.AppKt".into(), false)]);
        assert_eq!(started("app.kt", "@file:JvmName(\"Go\")\npackage a\nfun main(args: Array<String>) {}"), [("a.Go".into(), false)]);
        assert_eq!(started("B.kt", "package a\nobject Boot {\n @JvmStatic fun main(vararg args: String) {} }"), [("a.Boot".into(), false)]);
        assert_eq!(started("I.java", "interface I { static void main(final String... args) {} }"), [("I".into(), false)]);
    }

    #[test]
    fn what_only_reads_so_is_none() {
        assert_eq!(started("A.java", "class A { int main(String[] a) { return 1; } void f() { main(null); } }"), []);
        assert_eq!(started("A.java", "// public static void main(String[] args)\nclass A { String s = \"void main()\"; }"), []);
        assert_eq!(started("A.java", "class A { public static void main(int port) {} }"), []);
    }

    #[test]
    fn an_instance_main_is_told_apart() {
        assert_eq!(started("A.java", "class A { void main() {} }"), [("A".into(), true)]);
        assert_eq!(started("App.java", "void main() { IO.println(1); }"), [("App".into(), true)]);
    }
}
