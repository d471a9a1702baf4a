//! Conditions: which hold in production, and which test for what is not there.

use oxc_ast::ast::{Expression, IfStatement, Statement};
use oxc_span::GetSpan;

use super::expressions::unwrapped;
use super::{Reader, at};
use crate::program::{Check, Value};

impl<'a> Reader<'_> {
    /// Whether a condition holds in production, where no variable is set besides `NODE_ENV`; nothing where that cannot be told.
    pub(super) fn holds(&self, it: &Expression<'a>) -> Option<bool> {
        match unwrapped(it) {
            Expression::BooleanLiteral(truth) => Some(truth.value),
            Expression::UnaryExpression(unary) if unary.operator.as_str() == "!" => self.holds(&unary.argument).map(|holds| !holds),
            Expression::LogicalExpression(logical) => {
                let (left, right) = (self.holds(&logical.left), self.holds(&logical.right));
                match (logical.operator.as_str(), left, right) {
                    ("&&", Some(false), _) | ("&&", _, Some(false)) | ("||", Some(false), Some(false)) => Some(false),
                    ("||", Some(true), _) | ("||", _, Some(true)) | ("&&", Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            Expression::BinaryExpression(binary) => {
                let same = match binary.operator.as_str() {
                    "===" | "==" => true,
                    "!==" | "!=" => false,
                    _ => return None,
                };
                let (set, other) = match (set(&binary.left), set(&binary.right)) {
                    (Some(set), _) => (set, &binary.right),
                    (None, Some(set)) => (set, &binary.left),
                    (None, None) => return None,
                };
                let Expression::StringLiteral(text) = unwrapped(other) else { return None };
                Some((set == text.value) == same)
            }
            Expression::Identifier(name) => self.module.truths.get(name.name.as_str()).copied(),
            Expression::CallExpression(call) => {
                // `Boolean(process.env.CI)`
                let wraps = matches!(&call.callee, Expression::Identifier(name) if name.name == "Boolean");
                call.arguments.first().and_then(|argument| argument.as_expression()).filter(|_| wraps).and_then(|inner| self.holds(inner))
            }
            it => set(it).map(|set| !set.is_empty()),
        }
    }

    /// Whether a condition asks if the file is the one that was started.
    pub(super) fn is_entry(&self, it: &Expression<'a>) -> bool {
        let said = self.written(at(it.span()));
        ["require.main", "import.meta.main", "process.argv[1]", "module.parent"].iter().any(|word| said.contains(word))
    }

    /// Notes the tests of an `if` for what is empty or not there.
    pub(super) fn check(&mut self, it: &IfStatement<'a>) {
        let block = at(it.consequent.span());
        let gives_up = throws(&it.consequent);
        let mut operands = vec![&it.test];
        while let Some(operand) = operands.pop() {
            match unwrapped(operand) {
                Expression::LogicalExpression(logical) if logical.operator.as_str() == "||" => {
                    operands.extend([&logical.right, &logical.left]);
                }
                operand => {
                    let Some(missing) = missing(operand).and_then(|tested| self.tested(tested)) else { continue };
                    let check = Check { missing, block, gives_up, context: self.context, at: at(operand.span()) };
                    self.module.outline.checks.push(check);
                }
            }
        }
    }

    /// What is tested: a name or a variable.
    fn tested(&mut self, it: &Expression<'a>) -> Option<Value> {
        let it = unwrapped(it);
        if let Some(member) = it.as_member_expression() {
            let name = self.member(member);
            return Some(match name.strip_prefix("process.env.") {
                Some(variable) => Value::variable(variable, None),
                None => Value::Name(name),
            });
        }
        if let Expression::Identifier(name) = it { Some(Value::Name(self.names.full(&name.name))) } else { None }
    }
}

/// What a variable, or a word that a bundler's settings are called with, is in production.
fn set(it: &Expression<'_>) -> Option<&'static str> {
    let it = unwrapped(it);
    if let Expression::Identifier(name) = it {
        return match name.name.as_str() {
            "mode" => Some("production"),
            "command" => Some("build"),
            _ => None,
        };
    }
    let member = it.as_member_expression()?;
    let name = member.static_property_name()?;
    let around = unwrapped(member.object()).as_member_expression()?;
    let environment = around.static_property_name() == Some("env");
    environment.then(|| if name == "NODE_ENV" || name == "MODE" { "production" } else { "" })
}

/// `x` of `!x`, `x === undefined`, `x == null`, `x === ""`.
fn missing<'e, 'a>(it: &'e Expression<'a>) -> Option<&'e Expression<'a>> {
    match it {
        Expression::UnaryExpression(unary) if unary.operator.as_str() == "!" => Some(&unary.argument),
        Expression::BinaryExpression(binary) if matches!(binary.operator.as_str(), "==" | "===") => {
            let empty = match &binary.right {
                Expression::NullLiteral(_) => true,
                Expression::Identifier(name) => name.name == "undefined",
                Expression::StringLiteral(text) => text.value.is_empty(),
                _ => false,
            };
            empty.then_some(&binary.left)
        }
        _ => None,
    }
}

fn throws(it: &Statement<'_>) -> bool {
    match it {
        Statement::ThrowStatement(_) => true,
        Statement::BlockStatement(block) => block.body.iter().any(throws),
        _ => false,
    }
}
