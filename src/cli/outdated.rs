//! `imggen outdated`: which of the images that the written files name get no fixes any more, or soon none. The only verb that asks what day
//! it is; it opens no network.

use jiff::civil::Date;
use jiff::{Timestamp, tz};
use schemars::JsonSchema;
use serde::Serialize;

use super::args::{Form, Outdated};
use super::console::Console;
use super::project::packs;
use super::text::{self, FAINT, STRONG, cell, table};
use super::{Exit, SCHEMA};
use crate::catalog::Catalog;
use crate::change::{self, Pinned};
use crate::diagnostic::{Diagnostic, Result};

/// The files that name images.
const FILES: [&str; 2] = ["Dockerfile", "Dockerfile.debug"];
/// So many days before its end, a release is near it.
const NEAR: i64 = 90;
/// A catalog that is older than so many days does not know what came since.
const OLD: i64 = 180;

/// What `imggen outdated --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this shape.
    schema: u32,
    /// The day that is asked about, `YYYY-MM-DD`.
    on: String,
    /// The day on which the catalog was made.
    catalog: String,
    /// The images that are past their end of life, or near it.
    images: Vec<Aged>,
}

/// An image whose release ends.
#[derive(Debug, Serialize, JsonSchema)]
struct Aged {
    /// The file that names it.
    file: &'static str,
    /// Its reference.
    image: String,
    /// What it holds.
    language: String,
    /// The release of that.
    release: String,
    /// The day of the last fix, `YYYY-MM-DD`.
    end_of_life: String,
    /// Whether that day is over; else it is near.
    is_past: bool,
}

pub(super) fn run(args: &Outdated, console: &mut Console) -> Result<Exit> {
    let on = match &args.on {
        Some(text) => day(text).ok_or_else(|| Diagnostic::usage("outdated::day", format!("`{text}` is no day like 2026-11-28")))?,
        None => Timestamp::now().to_zoned(tz::TimeZone::UTC).date(),
    };
    let catalog = packs(&args.place.dir, &args.packs, console)?.catalog()?;
    let texts = change::read(&args.place.dir, FILES)?;
    if texts.iter().all(Option::is_none) {
        let error = Diagnostic::error("outdated::nothing", format!("there is no {} in `{}`", FILES.join(" and no "), args.place.dir));
        return Err(error.help("`imggen init` writes them").into());
    }
    let found = FILES.into_iter().zip(&texts).flat_map(|(file, text)| aged(file, text.as_deref().unwrap_or_default(), &catalog, on));
    let images: Vec<_> = found.collect();
    let exit = if images.is_empty() { Exit::Fine } else { Exit::Differs };
    if day(catalog.as_of()).is_some_and(|made| days(made, on) > OLD) {
        let note = format!("the catalog was made on {}, and does not know what came since", catalog.as_of());
        console.draw(&Diagnostic::note("outdated::catalog", note).help("a newer imggen has a newer one"));
    }
    if args.format.format == Form::Json {
        let report = Report { schema: SCHEMA, on: on.to_string(), catalog: catalog.as_of().to_owned(), images };
        return console.print(&text::json(&report)).map(|()| exit);
    }
    if images.is_empty() {
        console.say(&format!("every image that the catalog knows gets fixes for another {NEAR} days\n"));
    }
    let row = |aged: &Aged| {
        let when = if aged.is_past { "had its last fix on" } else { "has its last fix on" };
        let reason = format!("{} {} {when} {}", aged.language, aged.release, aged.end_of_life);
        [cell(aged.file), cell(aged.image.clone()).style(STRONG), cell(reason).style(FAINT)]
    };
    console.print(&table("", &images.iter().map(row).collect::<Vec<_>>())).map(|()| exit)
}

/// The images of a file that are past their end on a day, or near it.
fn aged(file: &'static str, text: &str, catalog: &Catalog, on: Date) -> Vec<Aged> {
    let one = |image: Pinned| {
        let (language, release) = catalog.release_in(&image.plain)?;
        let end = day(&release.end_of_life)?;
        (days(on, end) <= NEAR).then(|| Aged {
            file,
            image: image.plain.clone(),
            language: language.to_owned(),
            release: release.version.to_string(),
            end_of_life: release.end_of_life.clone(),
            is_past: end <= on,
        })
    };
    change::references(text).into_iter().filter_map(one).collect()
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// The days from one day to another; below zero when that is over.
fn days(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}
