//! Tests for what is missing: `if not url: raise ...`, `assert url`, `if "URL" not in os.environ: sys.exit(1)`.

use ruff_python_ast::{BoolOp, CmpOp, Expr, Stmt, UnaryOp};
use ruff_text_size::Ranged;

use super::{Reader, at};
use crate::program::{Argument, At, Call, Check, Value};

/// What a test is about.
#[derive(Default)]
pub(super) struct Asked {
    /// The test holds when one of these is missing.
    pub missing: Vec<Value>,
    /// It fails when one of these is.
    pub present: Vec<Value>,
}

impl Reader<'_> {
    /// Reads a test.
    pub(super) fn asked(&mut self, test: &Expr) -> Asked {
        match test {
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => {
                let inner = self.asked(&unary.operand);
                Asked { missing: inner.present, present: inner.missing }
            }
            Expr::BoolOp(choice) => {
                let all: Vec<Asked> = choice.values.iter().map(|value| self.asked(value)).collect();
                if choice.op == BoolOp::Or {
                    Asked { missing: all.into_iter().flat_map(|asked| asked.missing).collect(), present: Vec::new() }
                } else {
                    Asked { missing: Vec::new(), present: all.into_iter().flat_map(|asked| asked.present).collect() }
                }
            }
            Expr::Compare(compare) => {
                if let ([op], [right]) = (&*compare.ops, &*compare.comparators) {
                    let (left, right) = (self.value(&compare.left), self.value(right));
                    self.contained(*op, &left, &right, compare);
                    compared(*op, left, &right)
                } else {
                    self.value(test);
                    Asked::default()
                }
            }
            _ => Asked { missing: Vec::new(), present: each(self.value(test)) },
        }
    }

    /// `"X" in os.environ` asks without stopping: noted as a call of `os.environ.__contains__`.
    fn contained(&mut self, op: CmpOp, left: &Value, right: &Value, test: &impl Ranged) {
        let asks = matches!(op, CmpOp::In | CmpOp::NotIn) && matches!(right, Value::Name(name) if name == "os.environ");
        if let (true, Value::Text(name)) = (asks, left) {
            let (context, at) = (self.context, at(test));
            let argument = Argument { name: None, value: Value::Text(name.clone()), at };
            self.outline.calls.push(Call {
                path: "os.environ.__contains__".into(),
                receiver: None,
                arguments: vec![argument],
                context,
                at,
            });
        }
    }

    /// A test that holds when these are missing, and what is done then.
    pub(super) fn check(&mut self, missing: Vec<Value>, body: &[Stmt], test: &impl Ranged) {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return };
        let block = At { start: at(first).start, end: at(last).end };
        let gives_up = body.iter().any(|stmt| matches!(stmt, Stmt::Raise(_)));
        let (context, at) = (self.context, at(test));
        self.outline.checks.extend(missing.into_iter().map(|missing| Check { missing, block, gives_up, context, at }));
    }

    /// `assert value`
    pub(super) fn asserted(&mut self, test: &Expr) {
        let asked = self.asked(test);
        let (context, at) = (self.context, at(test));
        let check = |missing| Check { missing, block: at, gives_up: true, context, at };
        self.outline.checks.extend(asked.present.into_iter().map(check));
    }
}

fn compared(op: CmpOp, left: Value, right: &Value) -> Asked {
    let nothing = match right {
        Value::Name(name) => name == "None",
        Value::Text(text) => text.is_empty(),
        _ => false,
    };
    let variable = match (&left, right) {
        (Value::Text(name), Value::Name(environment)) if environment == "os.environ" => Some(Value::variable(name, None)),
        _ => None,
    };
    match (op, variable) {
        (CmpOp::NotIn, Some(variable)) => Asked { missing: vec![variable], present: Vec::new() },
        (CmpOp::In, Some(variable)) => Asked { missing: Vec::new(), present: vec![variable] },
        (CmpOp::Is | CmpOp::Eq, _) if nothing => Asked { missing: vec![left], present: Vec::new() },
        (CmpOp::IsNot | CmpOp::NotEq, _) if nothing => Asked { missing: Vec::new(), present: vec![left] },
        _ => Asked::default(),
    }
}

/// `all([a, b])` asks for each.
fn each(value: Value) -> Vec<Value> {
    match value {
        Value::Call(call) if call.path == "all" => match call.arguments.first().map(|argument| &argument.value) {
            Some(Value::List(values)) => values.clone(),
            _ => Vec::new(),
        },
        Value::Unknown | Value::Truth(_) | Value::Joined(_) => Vec::new(),
        other => vec![other],
    }
}
