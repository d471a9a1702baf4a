use proptest::prelude::*;

use super::*;

const ALL: [&Dialect; 5] = [&GO, &RUST, &JAVA, &KOTLIN, &GROOVY];

fn texts(text: &'static str, dialect: &'static Dialect) -> Vec<&'static str> {
    scan(text, dialect).tokens.iter().map(|token| if token.text == "\n" { "⏎" } else { token.text }).collect()
}

#[test]
fn operators_are_the_longest_there_are() {
    assert_eq!(texts("a:=b==c<-d...&x[1:]", &GO), ["a", ":=", "b", "==", "c", "<-", "d", "...", "&", "x", "[", "1", ":", "]"]);
    assert_eq!(texts("a::b=>|x|&&y..=2>>z", &RUST), ["a", "::", "b", "=>", "|", "x", "|", "&", "&", "y", "..=", "2", ">", ">", "z"]);
    assert_eq!(
        texts("Map<A,List<B>>x=y?.z?:w!!;", &KOTLIN),
        ["Map", "<", "A", ",", "List", "<", "B", ">", ">", "x", "=", "y", "?.", "z", "?:", "w", "!!", ";"]
    );
}

#[test]
fn a_lines_end_counts_where_the_language_says_so() {
    assert_eq!(
        texts("f(a,\n b)\nreturn\nx +\ny /* z\n */ w", &GO),
        ["f", "(", "a", ",", "b", ")", "⏎", "return", "⏎", "x", "+", "y", "⏎", "w"]
    );
    assert_eq!(texts("x := 1\r\ny()\r\n", &GO), ["x", ":=", "1", "⏎", "y", "(", ")", "⏎"]);
    let fresh: Vec<_> = scan("val a = b\n  .c()\nd // x\n/* y\n */ e", &KOTLIN).tokens.iter().map(|token| token.fresh).collect();
    assert_eq!(fresh, [true, false, false, false, true, false, false, false, true, true]);
}

#[test]
fn comments_and_strings_do_not_look_inside_each_other() {
    assert_eq!(texts(r#"a /* "b */ c "//d" `e"\` '"' "\"f" // g"#, &GO), ["a", "c", r#""//d""#, r#"`e"\`"#, "'\"'", r#""\"f""#]);
    let text = "// bind(\"x\")\n/* a /* b */ c */ s r#\"a \"q\" b\"# &'a \"\\\"1\n\" 'x' b'\\'' c\"d\" r#type '\\u{1F600}' b";
    assert_eq!(
        texts(text, &RUST),
        ["s", "r#\"a \"q\" b\"#", "&", "'a", "\"\\\"1\n\"", "'x'", "b'\\''", "c\"d\"", "r#type", "'\\u{1F600}'", "b"]
    );
    assert_eq!(
        texts("f(\"x\\\"//y\", 'c', \"\"\"a\n\"b\\\"\"\"\"\"\")", &JAVA),
        ["f", "(", "\"x\\\"//y\"", ",", "'c'", ",", "\"\"\"a\n\"b\\\"\"\"\"\"\"", ")"]
    );
    assert_eq!(texts("\"a${f(\"b}\", '}')}c\" /* /* */ */ `in it`()", &KOTLIN), ["\"a${f(\"b}\", '}')}c\"", "`in it`", "(", ")"]);
    assert_eq!(
        texts("x = 'a//b' =~ /c'd/\ny = 4 / 2 / 1", &GROOVY),
        ["x", "=", "'a//b'", "=~", "/c'd/", "y", "=", "4", "/", "2", "/", "1"]
    );
}

#[test]
fn what_is_not_ended_ends_with_its_line_or_text() {
    assert_eq!(texts("\"abc\nd", &GO), ["\"abc", "⏎", "d"]);
    assert_eq!(texts("`abc\nd", &GO), ["`abc\nd"]);
    assert_eq!(texts("x /* abc", &GO), ["x"]);
    assert_eq!(texts("\"\\", &GO), ["\"\\"]);
    assert_eq!(texts("\"abc\nd", &JAVA), ["\"abc", "d"]);
    assert_eq!(texts("\"${abc\nd", &KOTLIN), ["\"${abc\nd"]);
    assert_eq!(texts("\"${a(\"b\n)}\nd", &KOTLIN), ["\"${a(\"b\n)}", "d"]);
}

#[test]
fn numbers_keep_their_parts() {
    assert_eq!(texts("0x1F 1_000 1e+5 .5 0xep-1 0xe+1", &GO), ["0x1F", "1_000", "1e+5", ".5", "0xep-1", "0xe", "+", "1"]);
    assert_eq!(texts("1usize-1 x.0.1 0..5 1.5f32", &RUST), ["1usize", "-", "1", "x", ".", "0.1", "0", "..", "5", "1.5f32"]);
    assert_eq!(texts("1..5 .5f 8080L", &KOTLIN), ["1", "..", "5", ".5f", "8080L"]);
}

#[test]
fn names_are_plain() {
    let names: Vec<_> = scan("r#type `in it` a$b é", &KOTLIN).tokens.iter().filter_map(Token::ident).collect();
    assert_eq!(names, ["r", "type", "in it", "a", "b", "é"]);
    assert_eq!(scan("r#type", &RUST).tokens[0].ident(), Some("type"));
    assert_eq!(texts("a$b", &JAVA), ["a$b"]);
}

#[test]
fn comments_are_kept_apart() {
    let scan = scan("\u{feff}//go:build linux\npackage x /* y */\n", &GO);
    let comments: Vec<_> = scan.comments.iter().map(|comment| (comment.text, comment.offset)).collect();
    assert_eq!(comments, [("//go:build linux", 3), ("/* y */", 30)]);
    assert_eq!(scan.tokens[0].offset, 20);
    assert_eq!(texts("#!/usr/bin/env kotlin\nx", &KOTLIN), ["x"]);
    assert_eq!(texts("#![x]", &RUST), ["#", "!", "[", "x", "]"]);
}

#[test]
fn brackets_know_their_partners() {
    let scan = scan("a(b[c]{)}", &GO);
    assert_eq!(closings(&scan.tokens), [9, 8, 9, 5, 9, 9, 7, 9, 9].map(|at: u32| at));
}

#[test]
fn what_is_longer_than_people_write_is_cut_and_said() {
    let text = "é".repeat(MOST);
    assert!(scan(&text, &GO).cut);
}

#[test]
fn hostile_text_takes_no_time() {
    for text in ["(", "/*", "\"", "'", "`", "r#", "r#\"", "${", "\"${", "/", "\\", "'\\", "b'", "'''", "\"\"\"", "0x", "1e", "é"] {
        let text = text.repeat((MOST / 20) / text.len());
        for dialect in ALL {
            let scanned = scan(&text, dialect);
            assert_eq!(closings(&scanned.tokens).len(), scanned.tokens.len());
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_tokens_lie_inside_in_order(
        text in "(?s)([ -~\n]|.|//|/\\*|\\*/|\"|\"\"\"|`|'|\\\\|\\$\\{|\\}|r#|[0-9]e[+]){0,80}"
    ) {
        for dialect in ALL {
            let mut last = 0;
            for token in scan(&text, dialect).tokens {
                prop_assert!(token.start() >= last && text.get(token.start()..token.end()) == Some(token.text));
                last = token.end();
                let _ = (token.value(), token.number(), pieces(&token, dialect));
            }
        }
    }
}
