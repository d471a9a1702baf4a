//! `use`: what names mean. All of a file's are read before anything else, for they hold above them too.

use super::Parser;
use crate::program::Import;
use crate::program::scan::Token;

impl Parser<'_> {
    /// Notes all imports of the file, wherever they stand, and the modules that it declares.
    pub(super) fn uses(&mut self) {
        for at in 0..self.tokens.len() {
            let module = self.tokens.get(at + 1).and_then(Token::ident).filter(|_| self.tokens[at].is("mod"));
            if let Some(name) = module {
                self.at = at + 2;
                self.imported(&format!("{}.{name}", self.home), Some(name.to_owned()), at + 1);
            }
        }
        for at in 0..self.tokens.len() {
            let declares = self.tokens[at].is("use") && self.tokens.get(at + 1).is_some_and(|next| next.ident().is_some() || next.is("::"));
            if declares {
                self.at = at + 1;
                self.take("::");
                self.tree(String::new());
            }
        }
        self.at = 0;
    }

    /// `a::b::{c, d as e, self, *}`.
    fn tree(&mut self, prefix: String) {
        let first = self.at;
        let mut path = prefix;
        loop {
            if self.is("{") {
                if !self.down() {
                    return self.pass();
                }
                let entered = self.enter();
                while self.peek().is_some() {
                    self.tree(path.clone());
                    if !self.take(",") {
                        break;
                    }
                }
                self.leave(entered);
                return self.up();
            }
            if self.take("*") {
                return self.imported(&format!("{path}.*"), None, first);
            }
            let Some(word) = self.word() else { return };
            if word == "self" && !path.is_empty() {
                let name = path.rsplit('.').next().unwrap_or_default().to_owned();
                let name = self.alias().unwrap_or(name);
                return self.imported(&path, Some(name), first);
            }
            path = if path.is_empty() { word.to_owned() } else { format!("{path}.{word}") };
            if !self.take("::") {
                let name = self.alias().unwrap_or_else(|| word.to_owned());
                return self.imported(&path, Some(name), first);
            }
        }
    }

    /// A path that begins with `crate`, `self` or `super` as other packages spell it.
    pub(super) fn absolute(&self, path: &str) -> String {
        let root = self.home.split('.').next().unwrap_or_default();
        let (mut base, mut rest) = match path.split_once('.').unwrap_or((path, "")) {
            ("crate", rest) => (root, rest),
            ("self", rest) => (self.home.as_str(), rest),
            ("super", rest) => (above(&self.home), rest),
            _ => return path.to_owned(),
        };
        while let Some(behind) = rest.strip_prefix("super.") {
            (base, rest) = (above(base), behind);
        }
        if rest.is_empty() { base.to_owned() } else { format!("{base}.{rest}") }
    }

    fn alias(&mut self) -> Option<String> {
        if self.take("as") { self.word().map(str::to_owned) } else { None }
    }

    fn imported(&mut self, path: &str, name: Option<String>, first: usize) {
        // a path may begin with what another `use` names
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        let path = match self.names.imported(head) {
            Some(full) if !rest.is_empty() && full != head => format!("{full}.{rest}"),
            _ => self.absolute(path),
        };
        let name = name.filter(|name| name != "_");
        if let Some(name) = &name {
            self.names.import(name.clone(), path.clone());
        }
        self.out.imports.push(Import { path, name, context: self.context, at: self.place(first) });
    }
}

fn above(module: &str) -> &str {
    module.rsplit_once('.').map_or(module, |(above, _)| above)
}
