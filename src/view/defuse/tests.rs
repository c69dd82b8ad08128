//! What a chat could be harmed by, and what must stay as it is.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn check(cases: &[(&str, &str)]) {
    for (text, harmless) in cases {
        assert_eq!(defuse(text), *harmless, "{text}");
    }
}

fn stays(cases: &[&str]) {
    for text in cases {
        assert!(matches!(defuse(text), Cow::Borrowed(same) if same == *text), "{text}");
    }
}

#[test]
fn links_show_where_they_lead() {
    check(&[
        ("See [the docs](https://a.b/c).", "See the docs (https://a.b/c)."),
        ("[a](https://a.b/c \"A title\") [b]( http://b.c )", "a (https://a.b/c) b (http://b.c)"),
        ("[a](<https://a.b/c>)", "a (<https://a.b/c>)"),
        ("![alt](https://a.b/c.png)", "alt (https://a.b/c.png)"),
        ("Wow![alt](https://a.b)", "Wow!alt (https://a.b)"),
        ("[**a**](https://a.b)", "**a** (https://a.b)"),
        ("[https://a.b](https://a.b)", "https://a.b"),
        ("[](https://a.b)", "https://a.b"),
        ("[Foo](https://en.wikipedia.org/wiki/Foo_(bar))", "Foo (https://en.wikipedia.org/wiki/Foo_(bar))"),
        (r"[a](https://a.b/c\_d)", "a (https://a.b/c_d)"),
        ("[a](https://b(c)", "a (https://b(c)"),
        ("[a](mailto:a@b.c) [b](HTTPS:b.c)", "a (mailto:a@b.c) b (HTTPS:b.c)"),
        ("[你好](https://a.b) [مرحبا](https://a.b)", "你好 (https://a.b) مرحبا (https://a.b)"),
        ("[a\nb](\nhttps://a.b\n)", "a\nb (https://a.b)"),
    ]);
}

#[test]
fn links_hide_in_no_other_link() {
    check(&[
        ("[[a]](https://a.b)", "[a] (https://a.b)"),
        ("[a] b](https://a.b)", "a] b (https://a.b)"),
        ("[![alt](https://a.b)](https://c.d)", "alt (https://a.b) (https://c.d)"),
        ("[a](https://a.b)(https://c.d)", "a (https://a.b)(https://c.d)"),
        ("[a[b](https://a.b)](https://c.d)", "ab (https://a.b) (https://c.d)"),
        ("[a\\](https://a.b)", "a\\ (https://a.b)"),
        ("[a`b](https://a.b) c`", "a`b (https://a.b) c`"),
        ("[```b](https://a.b) [c](https://c.d)", "\u{200b}```b (https://a.b) c (https://c.d)"),
        ("discord[.gg/a](https://a.b)", "discord.\u{200b}gg/a (https://a.b)"),
    ]);
}

#[test]
fn brackets_that_hide_nothing_stay() {
    stays(&[
        "",
        "a[0] [1](above) [x](std::string)",
        "[a][1]\n\n[1]: https://a.b",
        r"\[a](https://a.b)",
        "[a] (https://a.b)",
        "<https://a.b> https://a.b @everyone <@1> <#2> <@&3> <t:1> <:a:4>",
        "[a](https://a.b",
    ]);
}

#[test]
fn invites_make_no_cards() {
    check(&[
        ("https://discord.gg/abc", "https://discord.\u{200b}gg/abc"),
        ("Discord.GG/abc dsc.gg/a", "Discord.\u{200b}GG/abc dsc.\u{200b}gg/a"),
        ("https://www.discordapp.com/invite/a", "https://www.discordapp.\u{200b}com/invite/a"),
        ("<https://ptb.discord.com/invite/a>", "<https://ptb.discord.\u{200b}com/invite/a>"),
        ("[a](https://discord.gg/a)", "a (https://discord.\u{200b}gg/a)"),
    ]);
    stays(&["discord.gg", "mydiscord.gg/a", "discord.com/channels/1/2", "`discord.gg/a`"]);
}

#[test]
fn nothing_looks_like_our_footer_or_can_be_clicked() {
    check(&[
        ("-# haiku · $0.03", "\\-# haiku · $0.03"),
        ("a\n  -# b\n- -# c\n> -# d\n1. -# e\n**-# f**", "a\n  \\-# b\n- \\-# c\n> \\-# d\n1. \\-# e\n**\\-# f**"),
        ("a\r\n-# b", "a\r\n\\-# b"),
        ("</perf stats:12> <id:browse> <ID:guide>", "\\</perf stats:12> \\<id:browse> \\<ID:guide>"),
    ]);
    stays(&["a -# b", "-#b", "\\-# a", "</div> <a:b> <id", "\\</a:1>"]);
}

#[test]
fn code_stays_as_it_is() {
    stays(&[
        "`[a](https://a.b)` ``-# ` [a](https://a.b)``",
        "```md\n[a](https://a.b)\n-# b\ndiscord.gg/c </a:1>\n```",
        "Still being written:\n```md\n[a](https://a.b)\n-# b",
        "- In a list:\n  ```md\n  [a](https://a.b)\n  ```",
        "> ```md\n> [a](https://a.b)\n> ```",
    ]);
}

#[test]
fn what_only_looks_like_code_does_not() {
    check(&[
        ("~~~\n[a](https://a.b)\n~~~", "~~~\na (https://a.b)\n~~~"),
        ("    [a](https://a.b)", "    a (https://a.b)"),
        ("> ```\n[a](https://a.b)\n```", "> ```\na (https://a.b)\n```"),
        ("- ```\n[a](https://a.b)\n```", "- ```\na (https://a.b)\n```"),
        ("*`* [a](https://a.b)`", "*`* a (https://a.b)`"),
        ("http://a.b` [a](https://a.b)`", "http://a.b` a (https://a.b)`"),
        ("````\n```\n[a](https://a.b)\n````", "````\n```\na (https://a.b)\n````"),
    ]);
}

#[test]
fn long_and_strange_texts_are_taken() {
    for part in
        ["[", "[a", "](", "[a](http://x \"", "`", "` ``", "*a ", "_a", "<", "((", "> - ", "-# ", "discord[", "\\"]
    {
        let text = part.repeat(700);
        assert_eq!(defuse(&defuse(&text)), defuse(&text));
    }
    stays(&["👩‍👩‍👧‍👦", "שלום", &"x".repeat(10_000), &format!("Z{}", "\u{301}".repeat(1_000))]);
}

/// Texts of parts that could be harmful together.
fn markdown() -> impl Strategy<Value = String> {
    let parts = [
        "[",
        "]",
        "](https://a.bc)",
        "(",
        ")",
        "[a](https://a.bc/)",
        "!",
        "`",
        "``",
        "```",
        "\n",
        "\n\n",
        "\n- ",
        "\n> ",
        "\n  ",
        "*",
        "**",
        "_",
        "~~",
        "||",
        "\\",
        "<",
        ">",
        "</a:1>",
        "<id:a>",
        "-# ",
        "# ",
        "discord.gg/",
        "dis",
        "cord",
        ".gg/",
        "a",
        " ",
        "https://a.bc",
        "\"",
        "'",
        "1. ",
        ">>> ",
    ];
    let part = prop_oneof![30 => select(parts.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"];
    vec(part, 0..30).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_harmless_stays_so(text in markdown()) {
        let harmless = defuse(&text);
        prop_assert_eq!(defuse(&harmless), &*harmless);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let harmless = defuse(&text);
        prop_assert_eq!(defuse(&harmless), &*harmless);
    }
}
