//! Cuts that people would make, and laws that hold for any text.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// The pieces, each below a line that says how long it is.
fn cut(text: &str, room: usize) -> String {
    let piece = |piece: &String| format!("({})\n{piece}", units(piece));
    split(text, room).iter().map(piece).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_fits_stays_whole() {
    assert_eq!(split("Some *text*.\n\n", 60), ["Some *text*.\n\n"]);
    assert_eq!(split("", 60), [""; 0]);
    assert_eq!(split(" \n\t", 60), [""; 0]);
}

#[test]
fn the_best_place_that_fills_half_a_piece_is_taken() {
    let words = "Four words of text. ";
    let paragraphs = format!("{}\n\n{}\n\n{}", words.repeat(2), words.repeat(2), words.repeat(2));
    insta::assert_snapshot!(cut(&paragraphs, 100), @r"
    (81)
    Four words of text. Four words of text. 

    Four words of text. Four words of text.
    (40)
    Four words of text. Four words of text.
    ");
    let lines = format!("Short.\n\n{}\n{}", words.repeat(2), words.repeat(2));
    insta::assert_snapshot!(cut(&lines, 60), @r"
    (47)
    Short.

    Four words of text. Four words of text.
    (40)
    Four words of text. Four words of text.
    ");
    insta::assert_snapshot!(cut(&format!("Short.\n{}", words.repeat(4)), 60), @r"
    (46)
    Short.
    Four words of text. Four words of text.
    (40)
    Four words of text. Four words of text.
    ");
    insta::assert_snapshot!(cut(&"many words without end ".repeat(4), 60), @r"
    (56)
    many words without end many words without end many words
    (35)
    without end many words without end
    ");
}

#[test]
fn long_words_are_cut_between_graphemes() {
    let lengths = |text: &str| split(text, 1_000).iter().map(|piece| units(piece)).collect::<Vec<_>>();
    assert_eq!(lengths(&"x".repeat(10_000)), [1_000; 10]);
    assert_eq!(lengths(&"👩‍👩‍👧‍👦".repeat(300))[..2], [990, 990]);
    assert_eq!(lengths(&format!("Z{}", "\u{301}".repeat(2_500))), [1_000, 1_000, 501]);
    assert_eq!(lengths(&"字".repeat(2_500)), [1_000, 1_000, 500]);
    assert_eq!(lengths(&"好的。".repeat(500))[..2], [999, 501]);
    assert_eq!(lengths(&"שלום עולם ".repeat(150))[..2], [999, 500]);
}

#[test]
fn a_block_of_code_that_is_cut_is_closed_and_opened_anew() {
    let code = "    let x = 1;\n".repeat(5);
    insta::assert_snapshot!(cut(&format!("Look:\n```rust\n{code}```\nThat is all there is to it."), 80), @r"
    (77)
    Look:
    ```rust
        let x = 1;
        let x = 1;
        let x = 1;
        let x = 1;
    ```
    (54)
    ```rust
        let x = 1;
    ```
    That is all there is to it.
    ");
}

#[test]
fn a_block_stays_whole_if_there_is_enough_before_it() {
    let text = format!("{}\n```\ncode\n\ncode\n```\nText behind it.", "Text. ".repeat(9));
    insta::assert_snapshot!(cut(&text, 70), @r"
    (53)
    Text. Text. Text. Text. Text. Text. Text. Text. Text.
    (34)
    ```
    code

    code
    ```
    Text behind it.
    ");
}

#[test]
fn the_line_that_closes_a_block_makes_no_block_of_its_own() {
    let code = format!("```py\n{}\n\n\n```\nText.", "x".repeat(50));
    insta::assert_snapshot!(cut(&code, 60), @r"
    (60)
    ```py
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ```
    (5)
    Text.
    ");
}

#[test]
fn fences_in_lists_and_quotes_keep_their_place() {
    let list = format!("- Do:\n  ~~~~ sh -x\n{}  ~~~~\n- Done.", "  echo ```\n".repeat(8));
    insta::assert_snapshot!(cut(&list, 70), @r"
    (69)
    - Do:
      ~~~~ sh -x
      echo ```
      echo ```
      echo ```
      echo ```
      ~~~~
    (67)
      ~~~~sh
      echo ```
      echo ```
      echo ```
      echo ```
      ~~~~
    - Done.
    ");
    let quote = format!("> ```js\n{}\nNo quote.", "> f()\n".repeat(10));
    insta::assert_snapshot!(cut(&quote, 60), @r"
    (55)
    > ```js
    > f()
    > f()
    > f()
    > f()
    > f()
    > f()
    > f()
    > ```
    (36)
    > ```js
    > f()
    > f()
    > f()

    No quote.
    ");
}

#[test]
fn fences_of_other_length_and_kind_are_text_of_a_block() {
    let text = format!("````md\n```js\nf()\n```\n~~~\n{}````\r\nText.", "line\n".repeat(8));
    insta::assert_snapshot!(cut(&text, 60), @r"
    (59)
    ````md
    ```js
    f()
    ```
    ~~~
    line
    line
    line
    line
    line
    line
    ````
    (28)
    ````md
    line
    line
    ````
    Text.
    ");
}

#[test]
fn an_open_block_stays_open_until_it_is_shown() {
    let open = "Text.\n```py\nx = 1\n";
    assert_eq!(split(open, 60), [open]);
    assert_eq!(closed(open), "Text.\n```py\nx = 1\n```");
    assert_eq!(closed("Text.\n```py\n"), "Text.");
    assert_eq!(closed("Text. "), "Text. ");
    assert_eq!(closed("```py"), "```py\n```");
    assert_eq!(closed(""), "");
}

#[test]
fn the_first_sentence_or_line_is_enough_to_show() {
    let first = |text: &'static str| first_sentence_end(text).map(|end| &text[..end]);
    assert_eq!(first("Yes. It"), Some("Yes."));
    assert_eq!(first("Yes."), None);
    assert_eq!(first("# A title\n"), Some("# A title"));
    assert_eq!(first("1. First, e.g. This... And so on. Then"), Some("1. First, e.g. This... And so on."));
    assert_eq!(first("```py\n"), None);
    assert_eq!(first("```py\nx = 1\n"), Some("```py\nx = 1"));
    assert_eq!(first("---\n\n"), None);
    assert_eq!(first("👋\n"), Some("👋"));
    assert_eq!(first("你好。世"), Some("你好。"));
    assert_eq!(first(""), None);
}

/// Texts of parts that matter to a cut, and of any others.
fn markdown() -> impl Strategy<Value = String> {
    let parts = [
        "word",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "A sentence. ",
        "你好。",
        "👩‍👩‍👧‍👦",
        "e\u{301}\u{301}",
        "```",
        "```rust",
        "\n```\n",
        "\n~~~~ sh -x\n",
        "\n````md\n",
        "\n> ```js\n> ",
        "\n- ```\n  ",
        "\n  ```\n",
        "> ",
        "- ",
        "1. ",
        "`code`",
        "~~~\n",
    ];
    let long =
        prop_oneof![Just("x".repeat(150)), Just(" ".repeat(150)), Just("\u{301}".repeat(150)), Just("`".repeat(20))];
    let part = prop_oneof![20 => select(parts.to_vec()).prop_map(str::to_owned), 2 => ".{0,8}", 1 => long];
    vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// Whether a fence stands open at the end of a text.
fn is_open(text: &str) -> bool {
    let mut open = None;
    for line in text.split('\n') {
        open = Fence::after(open, line);
    }
    open.is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn pieces_fit_and_say_something(text in markdown(), room in 60usize..200) {
        for piece in split(&text, room) {
            prop_assert!(units(&piece) <= room && !piece.trim().is_empty(), "{piece:?}");
        }
    }

    #[test]
    fn blocks_are_whole_in_every_piece_but_the_last(text in markdown(), room in 60usize..200) {
        let pieces = split(&text, room);
        for piece in pieces.split_last().map_or(&[][..], |(_, pieces)| pieces) {
            prop_assert!(!is_open(piece), "{piece:?}");
        }
    }

    #[test]
    fn nothing_is_lost_but_white_space(text in markdown(), room in 60usize..200) {
        let mut rest = &*text;
        let mut closed = false;
        for piece in pieces(&text, room) {
            let at = piece.body.as_ptr() as usize - rest.as_ptr() as usize;
            // A line that closed the block may have stood where the piece's own does.
            let gap = rest[..at].trim();
            prop_assert!(gap.is_empty() || (closed && gap.trim_matches(['`', '~', ' ', '>']).is_empty()), "{gap:?}");
            rest = &rest[at + piece.body.len()..];
            closed = !piece.closing.is_empty();
        }
        prop_assert!(rest.trim_matches(|c: char| c.is_whitespace() || (closed && "`~>".contains(c))).is_empty(), "{rest:?}");
    }

    #[test]
    fn more_text_changes_the_last_piece_only(text in markdown(), room in 60usize..200, at in any::<Index>()) {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let before = split(&text[..*at.get(&ends)], room);
        let after = split(&text, room);
        let settled = before.len().saturating_sub(1);
        prop_assert_eq!(before.get(..settled), after.get(..settled));
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        prop_assert!(split(&text, 60).iter().all(|piece| units(piece) <= 60));
        prop_assert!(!is_open(&closed(&text)));
        if let Some(end) = first_sentence_end(&text) {
            prop_assert!(!text[..end].trim().is_empty());
        }
    }
}
