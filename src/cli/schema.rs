//! `imggen schema`: JSON Schemas, so that editors complete settings and programs know what they read.

use schemars::{Schema as Json, schema_for};

use super::args::{Schema, SchemaOf};
use super::console::Console;
use super::{Exit, detect, explain, report, text};
use crate::catalog;
use crate::diagnostic::Result;
use crate::plan::Plan;
use crate::settings;

pub(super) fn run(args: &Schema, console: &mut Console) -> Result<Exit> {
    let schema: Json = match args.of {
        SchemaOf::Settings => settings::schema(),
        SchemaOf::Plan => schema_for!(Plan),
        SchemaOf::Detection => schema_for!(detect::Report<'_>),
        SchemaOf::Explanation => schema_for!(explain::Report<'_>),
        SchemaOf::Catalog => catalog::schema(),
        SchemaOf::Report => schema_for!(report::Report<'_>),
    };
    console.print(&text::json(&schema)).map(|()| Exit::Fine)
}
