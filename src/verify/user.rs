//! Rules about the user that the program runs as. They hold for a debug variant as well.

use super::Case;
use super::model::{Action, Step, Word};
use crate::diagnostic::Diagnostic;

/// The image says which user it runs as: what the base says is seen by no scanner, and may change.
pub(super) fn is_set(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = || {
        let (_, last) = case.model.last()?;
        let message = "the image does not say which user it runs as";
        let missing = case.refuse("verify::no-user", last.from.span, message, "no USER in this stage").help("say `USER 65532:65532`");
        user(case).is_none().then_some(missing)
    };
    judge().into_iter().collect()
}

/// The user is a number, so that an orchestrator can tell that it is not root, and it is not root.
pub(super) fn is_nobody_special(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = || {
        let (step, word) = user(case)?;
        let value = word.value.as_deref().unwrap_or(&word.raw);
        let (user, group) = value.split_once(':').map_or((value, None), |(user, group)| (user, Some(group)));
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        let uid = number(user);
        if user == "root" || uid == Some(0) {
            return Some(case.refuse("verify::root-user", step.span, "the image runs as root", "uid 0").help("say `USER 65532:65532`"));
        }
        if uid.is_some() && group.is_none_or(|group| number(group).is_some()) {
            return None;
        }
        let message = format!("`{value}` is no number, and an orchestrator that wants no root cannot tell what it is");
        Some(case.refuse("verify::user-not-numeric", step.span, message, "a name").help("write uid and gid as numbers"))
    };
    judge().into_iter().collect()
}

/// The last USER of the last stage or of what it goes on from.
fn user<'a>(case: &'a Case<'_>) -> Option<(&'a Step, &'a Word)> {
    let (index, _) = case.model.last()?;
    let steps = case.model.lineage(index).into_iter().flat_map(|stage| &stage.steps);
    let mut users = steps.filter_map(|step| if let Action::User(user) = &step.action { Some((step, user)) } else { None });
    users.next_back()
}
