//! What settings come to: what is given where they are used, their variables, their keys in files, their defaults.

use super::{Setting, SettingKind, normal};
use crate::catalog::vocabulary;
use crate::program::resolve::{DEPTH, ENVIRONMENT, FLAG, MOST, Resolved, Scope, Step, TAG};
use crate::program::{Program, configuration};

impl<'t> Program<'t> {
    /// What a setting comes to: its variables first, then its default.
    pub(in crate::program) fn setting_values(&self, number: usize, depth: u32) -> Vec<Resolved> {
        let setting = &self.settings.all[number];
        if !self.budget.burn() {
            return vec![Resolved::unknown()];
        }
        self.budget.visit(std::ptr::from_ref(setting) as usize, || self.values_of(number, setting, depth))
    }

    fn values_of(&self, number: usize, setting: &Setting<'t>, depth: u32) -> Vec<Resolved> {
        let rule = if setting.kind == SettingKind::Field { TAG } else { FLAG };
        let step = Step { file: setting.file, at: setting.at, rule };
        let overriding = self.settings.overriding.as_ref().filter(|_| setting.kind == SettingKind::Key && setting.variables.is_empty());
        let mut values: Vec<_> = overriding.and_then(|overriding| overriding.variable(&setting.key)).into_iter().collect();
        let named = setting.variables.iter().map(|name| {
            let rule = if rule == FLAG { ENVIRONMENT } else { rule };
            Resolved { required: setting.required, ..Resolved::variable(name, Step { rule, ..step }) }
        });
        values.extend(named);
        if let Some(text) = &setting.text {
            values.extend(self.placeholders(text, step, depth + 1));
        }
        if let Some(value) = setting.value.filter(|_| depth <= DEPTH) {
            let scope = Scope::of(value.file, value.context.function, value.at, depth + 1);
            for mut value in self.values(value.value, scope) {
                // the declaration says more than the bare number in it
                value.steps.retain(|inner| inner.file != step.file || inner.at.start < step.at.start || inner.at.end > step.at.end);
                value.steps.insert(0, step);
                values.push(value);
            }
        }
        if let Some(like) = &setting.like {
            values.extend(self.keyed(like, depth + 1));
        }
        for key in &setting.others {
            values.extend(self.named_by(key, depth + 1));
        }
        values.truncate(MOST);
        for value in &mut values {
            value.settings.push(number);
        }
        values
    }

    /// What the setting `key` comes to.
    pub(in crate::program) fn keyed(&self, key: &str, depth: u32) -> Vec<Resolved> {
        self.keyed_where(key, depth, |_| true)
    }

    /// The same for the key of a field: two structures that have a field of one name say nothing of each other.
    fn named_by(&self, key: &str, depth: u32) -> Vec<Resolved> {
        self.keyed_where(key, depth, |setting| !setting.key.is_empty())
    }

    fn keyed_where(&self, key: &str, depth: u32, wanted: impl Fn(&Setting<'t>) -> bool) -> Vec<Resolved> {
        if depth > DEPTH || !self.budget.burn() {
            return Vec::new();
        }
        let numbers = self.settings.keys.get(&normal(key)).into_iter().flatten().filter(|number| wanted(&self.settings.all[**number]));
        let mut values: Vec<_> = numbers.take(MOST).flat_map(|number| self.setting_values(*number, depth + 1)).take(MOST).collect();
        values.extend(self.configured(key, depth));
        values
    }

    /// What the settings files say of a key.
    pub(in crate::program) fn configured(&self, key: &str, depth: u32) -> Vec<Resolved> {
        let entries: Vec<_> = self.configuration.borrow().get(key).take(MOST).cloned().collect();
        let files = self.sources.len();
        let overriding = self.settings.overriding.as_ref().zip(entries.first());
        let variable = overriding.and_then(|(overriding, entry)| overriding.variable(&entry.key));
        let values = entries.iter().flat_map(|entry| {
            let step = Step { file: files + entry.file, at: entry.at, rule: configuration::CONFIGURED };
            // what a build or a template fills in is not to be seen
            let filled_in = entry.value.contains("{{") || entry.value.contains("<%") || entry.value.starts_with('@');
            if filled_in { vec![Resolved::unknown()] } else { self.placeholders(&entry.value, step, depth + 1) }
        });
        variable.into_iter().chain(values).take(MOST).collect()
    }

    /// What configuration alone says of a key: its defaults and its files.
    pub(in crate::program) fn known_by_key(&self, key: &str, depth: u32) -> Vec<Resolved> {
        let numbers = self.settings.keys.get(&normal(key)).into_iter().flatten();
        let keys = numbers.filter(|number| self.settings.all[**number].kind == SettingKind::Key).take(MOST);
        let mut values: Vec<_> = keys.flat_map(|number| self.setting_values(*number, depth + 1)).collect();
        values.extend(self.configured(key, depth));
        values
    }

    /// What a table of settings declares under a key.
    pub(in crate::program) fn tabled(&self, key: &str, depth: u32) -> Vec<Resolved> {
        let numbers = self.settings.keys.get(&normal(key)).into_iter().flatten();
        let tabled = numbers.filter(|number| self.settings.all[**number].tabled).take(MOST);
        tabled.flat_map(|number| self.setting_values(*number, depth + 1)).collect()
    }

    /// Whether there is any configuration that names could be keys of.
    pub(in crate::program) fn has_keys(&self) -> bool {
        !self.configuration.borrow().is_empty() || self.settings.keyed
    }

    /// Flags and settings with a name, in the order of the sources.
    #[must_use]
    pub fn settings(&self) -> &[Setting<'t>] {
        &self.settings.all
    }

    /// What the settings of these keys come to.
    pub(in crate::program) fn resolve_keys(&self, keys: &vocabulary::Words) -> Vec<Resolved> {
        self.budget.question(|| keys.0.iter().flat_map(|key| self.keyed(key, 0)).collect())
    }

    /// What a flag or setting comes to.
    #[must_use]
    pub fn resolve_setting(&self, number: usize) -> Vec<Resolved> {
        self.budget.question(|| self.setting_values(number, 0))
    }
}
