use proptest::prelude::*;

use super::super::Figure;
use super::*;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn texts(blocks: &[Block]) -> Vec<String> {
    render(blocks).into_iter().map(|post| post.text).collect()
}

#[test]
fn every_block_once() {
    let posts = render(&[
        Block::Headline("📊 All (n=3)".into()),
        Block::Note("Since noon.".into()),
        Block::Title("Figures".into()),
        Block::Figures(vec![Figure::new("A", "1"), Figure::new("Longer", "22")]),
        Block::Note("A note.".into()),
        Block::Title("Models".into()),
        Block::Table { head: words(&["", "n"]), rows: vec![words(&["🐌", "1"]), words(&["wide", "234"])] },
        Block::Lines(vec![words(&["!m", "models"]), words(&["!about", "this"])]),
        Block::List(words(&["one", "two"])),
        Block::Numbered(vec![words(&["first", "below"]), words(&["second"])]),
        Block::Text("Some\ntext.".into()),
        Block::Text("More.".into()),
        Block::File(File::new("all.csv", "n\n3\n")),
        Block::Next("!perf help".into()),
    ]);
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].files, [File::new("all.csv", "n\n3\n")]);
    insta::assert_snapshot!(posts[0].text, @"
    **📊 All (n=3)**
    -# Since noon.

    **Figures:**
    ```
    A:       1
    Longer:  22
    ```
    -# A note.

    **Models:**
    ```
            n
    🐌      1
    wide  234
    ```
    ```
    !m      models
    !about  this
    ```
    - one
    - two

    1. **first**
       below
    2. **second**

    Some
    text.
    More.

    Next: `!perf help`
    ");
}

#[test]
fn people_are_mentioned_by_ids_and_by_nothing_else() {
    let row = |name: &str| words(&[name, "$0.07", "8"]);
    let rows = ["123456789012345678", "12345", "bob", "<@123456789012345678>", "@everyone", "nobody"].map(row).to_vec();
    insta::assert_snapshot!(texts(&[Block::People { head: words(&["", "Cost", "Calls"]), rows }])[0].replace('\u{200b}', "·"), @r#"
    - <@123456789012345678>: Cost $0.07, Calls 8
    - 12345: Cost $0.07, Calls 8
    - bob: Cost $0.07, Calls 8
    - \<@·123456789012345678>: Cost $0.07, Calls 8
    - @·everyone: Cost $0.07, Calls 8
    - nobody: Cost $0.07, Calls 8
    "#);
}

/// With what cannot be seen made visible.
fn seen(line: &str) -> String {
    escaped(line).replace('\u{200b}', "·")
}

#[test]
fn what_strangers_wrote_shows_as_it_is() {
    insta::assert_snapshot!(escaped("**bold** _it_ ~~no~~ ||spoiler|| `code` \\"), @r"\*\*bold\*\* \_it\_ \~\~no\~\~ \|\|spoiler\|\| \`code\` \\");
    insta::assert_snapshot!(seen("[click](https://evil.example) <@1> @everyone <t:1> </x:1>"), @r"\[click\](https:·//evil.example) \<@·1> @·everyone \<t:1> \</x:1>");
    insta::assert_snapshot!(escaped("# heading"), @r"\# heading");
    insta::assert_snapshot!(escaped("-# small"), @r"\-# small");
    insta::assert_snapshot!(escaped("> quote"), @r"\> quote");
    insta::assert_snapshot!(escaped("12. item 3.5"), @r"12\. item 3.5");
    insta::assert_snapshot!(escaped("a - b # c > d 1. 2"), @"a - b # c > d 1. 2");
    insta::assert_snapshot!(seen("Discord.GG/abc dsc.gg/a a.b"), @"Discord.·GG/abc dsc.·gg/a a.b");
    let posts = texts(&[Block::Lines(vec![words(&["```\n@everyone", "x"])]), Block::Next("a`b".into())]);
    insta::assert_snapshot!(posts[0].replace('\u{200b}', "·"), @"
    ```
    `·`·` @everyone  x
    ```
    Next: `a'b`
    ");
}

#[test]
fn what_does_not_fit_goes_on_in_the_next_message_and_a_title_goes_with_what_it_names() {
    let rows =
        |n: usize| (0..n).map(|row| words(&[&format!("row {row}"), "x".repeat(20).as_str()])).collect::<Vec<_>>();
    let posts = texts(&[
        Block::Headline("H".into()),
        Block::Lines(rows(40)),
        Block::Title("Second".into()),
        Block::Lines(rows(40)),
        Block::Lines(rows(80)),
    ]);
    assert_eq!(posts.len(), 3);
    assert!(posts[1].starts_with("**Second:**\n```\nrow 0"), "{}", posts[1]);
    assert!(posts.iter().all(|post| post.ends_with("\n```")));
}

#[test]
fn a_title_stays_with_the_start_of_what_is_cut() {
    let rows: Vec<_> = (0..200).map(|row| words(&[&format!("row {row}"), "x".repeat(20).as_str()])).collect();
    let posts = texts(&[Block::Headline("H".into()), Block::Title("Long".into()), Block::Lines(rows)]);
    assert!(posts[0].starts_with("**H**\n\n**Long:**\n```\nrow 0"), "{}", posts[0]);
    assert!(posts[1].starts_with("```\nrow "), "{}", posts[1]);
    assert!(posts[..posts.len() - 1].iter().all(|post| units(post) > 1_900));
}

#[test]
fn what_just_fits_is_not_cut() {
    for (line, lines) in [(9, 195), (389, 5)] {
        let text = vec!["x".repeat(line); lines].join("\n");
        assert_eq!(texts(&[Block::Text(text)]).len(), 1);
    }
    // 1,942 units, and 8 for the marks.
    let rows = [vec![vec!["x".repeat(9)]; 194], vec![vec!["xx".into()]]].concat();
    assert_eq!(texts(&[Block::Lines(rows)]).iter().map(|post| units(post)).collect::<Vec<_>>(), [1_950]);
}

#[test]
fn each_line_of_a_note_is_small() {
    assert_eq!(texts(&[Block::Note("one\r\n# two".into())]), ["-# one\n-# \\# two"]);
}

#[test]
fn runs_of_backticks_end_no_block() {
    for run in 1..10 {
        let post = &texts(&[Block::Lines(vec![vec!["`".repeat(run)]])])[0];
        assert_eq!(post.matches("```").count(), 2, "{post}");
        assert_eq!(post.matches('`').count(), 6 + run, "{post}");
    }
}

#[test]
fn a_long_line_is_cut_between_what_belongs_together() {
    let joined = |text: String| texts(&[Block::Text(text)]).join("").replace(['\n', '\u{200b}'], "");
    assert_eq!(joined("*".repeat(3_000)), r"\*".repeat(3_000));
    assert_eq!(joined("👩‍👩‍👧‍👦".repeat(400)), "👩‍👩‍👧‍👦".repeat(400));
    let posts = texts(&[Block::Text("*".repeat(3_000)), Block::Text("# ".repeat(2_000))]);
    assert!(posts.iter().all(|post| !post.starts_with(['*', '#'])));
    assert_eq!(texts(&[Block::Text(format!("Z{}", "\u{301}".repeat(4_000)))]).len(), 3);
}

#[test]
fn nothing_is_nothing() {
    assert!(render(&[]).is_empty());
    assert!(render(&[Block::Figures(vec![]), Block::List(vec![])]).is_empty());
    let file = File::new("a", [1]);
    assert_eq!(render(&[Block::File(file.clone())]), [Post { text: String::new(), files: vec![file] }]);
}

proptest! {
    #[test]
    fn every_message_fits_and_every_block_of_code_is_closed(
        lines in prop::collection::vec("(?s).{0,300}", 0..40), long in "[a-z🎉`]{0,6000}", is_code: bool,
    ) {
        let all: Vec<String> = lines.into_iter().chain([long]).collect();
        let block = if is_code { Block::Lines(all.iter().map(|line| vec![line.clone()]).collect()) } else { Block::Text(all.join("\n")) };
        for post in texts(&[Block::Headline("H".into()), block, Block::Next("!x".into())]) {
            prop_assert!(units(&post) <= 2_000, "{}", units(&post));
            prop_assert!(post.matches("```").count() % 2 == 0, "{post}");
        }
    }
}
