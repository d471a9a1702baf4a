//! A settings file as a list of keys and values, as they were written.

use toml_edit::{Array, DocumentMut, Item, Key, Table, TableLike, Value};

/// What stands for the weaker list in a list.
const SPLICE: &str = "...";

/// A dotted key and its value.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The key's parts.
    pub path: Vec<String>,
    /// The value as it was written, without what stands around it.
    pub value: Value,
}

impl Leaf {
    /// A value as values usually are set, whatever stood around it.
    pub fn plain(value: &Value) -> Value {
        bare(value)
    }

    /// The key as settings know it.
    pub fn key(&self) -> String {
        self.path.join(".")
    }

    /// The key as it is written, its parts in quotes where they need them.
    pub fn written(&self) -> String {
        self.path.iter().map(|part| Key::new(part).to_string()).collect::<Vec<_>>().join(".")
    }
}

/// The value without the blanks and comments around it, so that it is set as values usually are.
fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    value.decor_mut().clear();
    value
}

/// All values of a settings file, in their order. A text that is no TOML has none: it was read before, and that said so.
pub fn leaves(text: &str) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    if let Ok(document) = text.parse::<DocumentMut>() {
        collect(document.as_table(), &[], &mut leaves);
    }
    leaves
}

fn collect(table: &dyn TableLike, above: &[String], leaves: &mut Vec<Leaf>) {
    for (key, item) in table.iter() {
        let path: Vec<String> = above.iter().cloned().chain([key.to_owned()]).collect();
        match (item.as_table_like(), item.as_value()) {
            (Some(table), _) => collect(table, &path, leaves),
            (None, Some(value)) => leaves.push(Leaf { path, value: bare(value) }),
            (None, None) => {}
        }
    }
}

/// `stronger` over `weaker`: the first value of a key wins, and `"..."` in a list stands for the weaker one.
pub fn fold(mut stronger: Vec<Leaf>, weaker: Vec<Leaf>) -> Vec<Leaf> {
    for below in weaker {
        match stronger.iter_mut().find(|leaf| leaf.path == below.path) {
            None => stronger.push(below),
            Some(leaf) => splice(leaf, &below),
        }
    }
    stronger
}

/// Fills `"..."` in a list with what the weaker list holds.
pub fn splice(leaf: &mut Leaf, below: &Leaf) {
    let (Some(above), Some(below)) = (leaf.value.as_array(), below.value.as_array()) else { return };
    let fill = |item: &Value| if item.as_str() == Some(SPLICE) { below.iter().cloned().collect() } else { vec![item.clone()] };
    let spliced: Array = above.iter().flat_map(fill).map(|item| bare(&item)).collect();
    leaf.value = Value::Array(spliced);
}

/// Puts a value where its key belongs, with the comments of the one that stands there.
pub fn put(document: &mut DocumentMut, leaf: &Leaf) {
    let Some((name, above)) = leaf.path.split_last() else { return };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for part in above {
        let item = table.entry(part).or_insert_with(|| Item::Table(Table::new()));
        let Some(below) = item.as_table_like_mut() else { return };
        table = below;
    }
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(value) => {
            let decor = value.decor().clone();
            value.clone_from(&leaf.value);
            *value.decor_mut() = decor;
        }
        None => _ = table.insert(name, Item::Value(leaf.value.clone())),
    }
}

/// Says above a value where it comes from.
pub fn annotate(document: &mut DocumentMut, path: &[String], comment: &str) {
    let Some((name, above)) = path.split_last() else { return };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for part in above {
        let Some(below) = table.get_mut(part).and_then(Item::as_table_like_mut) else { return };
        table = below;
    }
    if let Some(mut key) = table.key_mut(name) {
        key.leaf_decor_mut().set_prefix(format!("# {comment}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(leaves: &[Leaf]) -> Vec<String> {
        leaves.iter().map(|leaf| format!("{} = {}", leaf.written(), leaf.value)).collect()
    }

    #[test]
    fn stronger_values_win_and_dots_stand_for_the_weaker_list() {
        let stronger = leaves("files = [\"a\", \"...\"]\nbase = 'slim' # why\n[labels]\n\"a.b\" = \"1\"\n");
        let folded = fold(stronger, leaves("base = \"alpine\"\nfiles = [\"b\", \"c\"]\nlabels = { c = \"2\" }\n"));
        assert_eq!(written(&folded), ["files = [\"a\", \"b\", \"c\"]", "base = 'slim'", "labels.\"a.b\" = \"1\"", "labels.c = \"2\""]);
    }

    #[test]
    fn what_is_put_leaves_the_rest_as_it_was() {
        let mut document: DocumentMut = "# top\nbase = \"slim\" # why\n\n[go]\ncgo = true\n".parse().unwrap_or_default();
        for leaf in leaves("base = \"alpine\"\nport = 80\ngo.link = \"static\"\n") {
            put(&mut document, &leaf);
        }
        assert_eq!(document.to_string(), "# top\nbase = \"alpine\" # why\nport = 80\n\n[go]\ncgo = true\nlink = \"static\"\n");
    }
}
