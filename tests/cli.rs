//! The command line as `tests/cmd` tells it, run as it stands. `TRYCMD=overwrite cargo test --test cli` accepts what it says now.

#[test]
fn commands_say_what_is_written_down() {
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").case("tests/cmd/*.md").case("tests/cmd/*.toml");
}
