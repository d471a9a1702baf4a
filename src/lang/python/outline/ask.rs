//! Short questions to outlines.

use crate::evidence::Span;
use crate::program::{At, Binding, Call, Context, Function, Import, Outline, Value};

/// The argument of that name.
pub fn named<'c>(call: &'c Call, name: &str) -> Option<&'c Value> {
    call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|argument| &argument.value)
}

/// The arguments without names.
pub fn placed(call: &Call) -> impl Iterator<Item = &Value> {
    call.arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value)
}

/// The first argument, without a name.
pub fn first(call: &Call) -> Option<&Value> {
    placed(call).next()
}

/// The argument of that name, or at that place.
pub fn argument<'c>(call: &'c Call, name: &str, place: Option<usize>) -> Option<&'c Value> {
    call.argument(name, place).map(|argument| &argument.value)
}

/// Whether something happens whenever the module is loaded.
pub fn at_load(context: Context) -> bool {
    context.function.is_none() && !context.guarded && !context.test
}

/// What the module does not load without: imports at its top that are not tried.
pub fn relies(outline: &Outline) -> impl Iterator<Item = &Import> {
    outline.imports.iter().filter(|import| at_load(import.context) && !import.context.conditional)
}

/// The last value that the module itself gives to `name`, what is added to it apart.
pub fn bound<'o>(outline: &'o Outline, name: &str) -> Option<&'o Binding> {
    outline.bindings.iter().rev().find(|binding| binding.target == name && at_load(binding.context) && !is_added(binding))
}

/// `name += value`
pub fn is_added(binding: &Binding) -> bool {
    matches!(&binding.value, Value::Joined(parts) if matches!(parts.first(), Some(Value::Name(name)) if *name == binding.target))
}

/// What is done first below `if __name__ == "__main__"`.
pub fn guarded(outline: &Outline) -> Option<At> {
    let calls = outline.calls.iter().map(|call| (call.context, call.at));
    let bindings = outline.bindings.iter().map(|binding| (binding.context, binding.at));
    let imports = outline.imports.iter().map(|import| (import.context, import.at));
    let all = calls.chain(bindings).chain(imports).filter(|(context, _)| context.guarded && context.function.is_none());
    all.map(|(_, at)| at).min()
}

/// Whether `module`, or something in it, is imported.
pub fn imports(outline: &Outline, module: &str) -> bool {
    let inside = |path: &str| path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    outline.imports.iter().any(|import| inside(&import.path))
}

/// The functions of the module itself, with their numbers.
pub fn functions(outline: &Outline) -> impl Iterator<Item = (u32, &Function)> {
    let own = |function: &Function| function.inside.is_none() && !function.name.is_empty() && !function.name.contains('.');
    (0..).zip(&outline.functions).filter(move |(_, function)| own(function))
}

/// How many arguments a function does not work without.
pub fn required(function: &Function) -> usize {
    function.parameters.iter().filter(|parameter| parameter.default.is_none()).count()
}

/// A place as a line and a column of the text that it was read from.
pub fn span(at: At, text: &str) -> Span {
    Span::of(text, at.start as usize, at.end as usize)
}
