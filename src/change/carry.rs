//! What bots keep current in our files is no edit: a digest behind a reference, or a higher version of the same image. It is carried onto
//! what is rendered, so that rendering itself stays pure.

use schemars::JsonSchema;
use serde::Serialize;

use super::reference::{Reference, all, replace};

/// More combinations of what stood there before are not tried.
const MOST: usize = 256;

/// A reference on disk that was looked at beside the one that is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Carried {
    /// What is on disk.
    pub on_disk: String,
    /// What is rendered in its place.
    pub rendered: String,
    /// Whether that of the disk was kept; a digest is dropped where its tag is no longer the one that is rendered.
    pub kept: bool,
}

/// `disk` as imggen wrote it: the same text with the references of which `is_original` knows the hash. Nothing where more was changed
/// than references, or in another way than bots change them.
pub(super) fn original(disk: &str, rendered: &str, is_original: impl Fn(&str) -> bool) -> Option<String> {
    if is_original(disk) {
        return Some(disk.to_owned());
    }
    let known = all(rendered);
    let options: Vec<(&str, Vec<String>)> = all(disk).into_iter().map(|text| (text, before(text, &known))).collect();
    let combinations = options.iter().map(|(_, options)| options.len()).product::<usize>();
    (0..combinations.min(MOST)).find_map(|mut number| {
        let mut chosen = Vec::new();
        for (text, options) in &options {
            chosen.push((*text, &options[number % options.len()]));
            number /= options.len();
        }
        let text = replace(disk, |text| chosen.iter().find(|(from, _)| *from == text).map(|(_, to)| (*to).clone()));
        is_original(&text).then_some(text)
    })
}

/// What a reference may have been before a bot saw it.
fn before(text: &str, rendered: &[&str]) -> Vec<String> {
    let mut options = vec![text.to_owned()];
    if let Some(reference) = Reference::parse(text) {
        options.push(reference.plain());
        let lower = rendered.iter().filter_map(|text| Some((text, Reference::parse(text)?)));
        options
            .extend(lower.filter(|(_, lower)| reference.is_kin_of(lower) && reference.is_above(lower)).map(|(text, _)| (*text).to_owned()));
    }
    options.sort();
    options.dedup();
    options
}

/// `rendered` with what bots changed on `disk` since it was `original`. Where the original is not known, because more was changed by hand,
/// only digests of the very tags that are rendered are carried.
pub(super) fn carry(disk: &str, original: Option<&str>, rendered: &str) -> (String, Vec<Carried>) {
    let (on_disk, before) = (all(disk), original.map(all));
    let mut carried = Vec::new();
    for text in all(rendered) {
        let Some(ours) = Reference::parse(text) else { continue };
        let touched = on_disk.iter().filter(|text| before.as_ref().is_none_or(|before| !before.contains(text)));
        let touched = touched.filter_map(|text| Some((*text, Reference::parse(text)?)));
        let kin = touched.filter(|(other, theirs)| theirs.is_kin_of(&ours) && *other != text);
        let Some((other, theirs)) = kin.max_by(|(_, one), (_, other)| one.is_above(other).cmp(&other.is_above(one))) else { continue };
        let same = theirs.tag == ours.tag && theirs.digest.is_some();
        let higher = before.is_some() && theirs.is_above(&ours);
        if same || higher || theirs.digest.is_some() {
            carried.push(Carried { on_disk: other.to_owned(), rendered: text.to_owned(), kept: same || higher });
        }
    }
    let kept = |text: &str| carried.iter().find(|carried| carried.kept && carried.rendered == text).map(|carried| carried.on_disk.clone());
    (replace(rendered, kept), carried)
}
