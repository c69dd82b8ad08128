//! Which stretches of a message Discord shows as code, and so literally. This reads a message as Discord's client does,
//! as far as that matters: from left to right, and code ends no later than the quote, the item, the heading or the bold
//! text that it stands in. Tildes and indentation make code elsewhere, but not there.

use std::ops::Range;

use super::super::fence::Fence;

/// How much further than its bullet the lines of an item are indented, at least.
const DENT: usize = 2;
/// Items in items, beyond which Discord sees none.
const DEEPEST_ITEM: usize = 11;

/// The stretches that are code, with their marks. A block that nothing closes yet is one if it starts a line: whoever
/// shows it closes it.
pub(super) fn spans(text: &str) -> Vec<Range<usize>> {
    let open = open_mark(text);
    let mut walk = Walk { text, open, at: 0, line: 0, at_start: true, around: Vec::new(), spans: Vec::new() };
    while walk.at < text.len() {
        walk.leave();
        walk.enter();
        walk.step();
    }
    walk.spans
}

/// Where the mark of the block stands that is still open at the end of a text.
fn open_mark(text: &str) -> Option<usize> {
    let (mut at, mut open, mut mark) = (0, None, None);
    for line in text.split('\n') {
        let changes = open.is_none_or(|fence: Fence| fence.ended_by(line).is_some());
        open = Fence::after(open, line);
        if changes {
            mark = open.map(|fence| at + fence.prefix.len());
        }
        at += line.len() + 1;
    }
    mark
}

struct Walk<'a> {
    text: &'a str,
    /// Where a block starts that is still being written.
    open: Option<usize>,
    at: usize,
    /// Where the line starts, behind the sign of a quote.
    line: usize,
    /// Whether a quote, an item or a heading may start here.
    at_start: bool,
    around: Vec<Around>,
    spans: Vec<Range<usize>>,
}

/// Something that stands around a place.
struct Around {
    kind: Kind,
    end: usize,
    /// The length of the mark at its end.
    mark: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quote,
    Item,
    Line,
    Style,
}

impl<'a> Walk<'a> {
    /// Where the innermost thing around ends.
    fn end(&self) -> usize {
        self.around.last().map_or(self.text.len(), |around| around.end)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..self.end()]
    }

    fn depth(&self, kind: Kind) -> usize {
        self.around.iter().filter(|around| around.kind == kind).count()
    }

    fn leave(&mut self) {
        while let Some(around) = self.around.pop_if(|around| around.end <= self.at) {
            self.at += around.mark;
        }
    }

    /// Goes into whatever starts at the start of a line, one in another.
    fn enter(&mut self) {
        while self.at_start && self.starts() {}
    }

    fn starts(&mut self) -> bool {
        let rest = self.rest();
        let is_first = self.at == self.line;
        let is_quoted = self.depth(Kind::Quote) > 0;
        if is_quoted && is_first && rest.starts_with("> ") {
            self.quoted(2);
        } else if !is_quoted && rest.starts_with(">>> ") {
            self.push(Kind::Quote, self.end(), 0);
            self.quoted(4);
        } else if !is_quoted && rest.starts_with("> ") {
            self.push(Kind::Quote, self.end_of_lines(|line| line.starts_with("> ")), 0);
            self.quoted(2);
        } else if let Some(bullet) = bullet(rest).filter(|_| self.depth(Kind::Item) < DEEPEST_ITEM) {
            let column = self.at - self.line;
            self.at += bullet;
            self.push(Kind::Item, self.end_of_item(column, is_quoted), 0);
        } else if let Some(sign) = heading(rest).filter(|_| is_first || self.depth(Kind::Item) > 0) {
            self.at += sign;
            self.push(Kind::Line, self.end_of_lines(|_| false), 0);
        } else {
            return false;
        }
        true
    }

    fn push(&mut self, kind: Kind, end: usize, mark: usize) {
        self.around.push(Around { kind, end, mark });
    }

    fn quoted(&mut self, sign: usize) {
        self.at += sign;
        self.line = self.at;
    }

    /// The end of this line and of those below it that belong to it.
    fn end_of_lines(&self, mut belongs: impl FnMut(&str) -> bool) -> usize {
        let mut lines = self.rest().split_inclusive('\n');
        let first = lines.next().map_or(0, str::len);
        self.at + first + lines.take_while(|line| belongs(line)).map(str::len).sum::<usize>()
    }

    /// The end of an item whose bullet stands in a column. If nothing stands behind the bullet, the next line is its own.
    fn end_of_item(&self, column: usize, is_quoted: bool) -> usize {
        let mut is_empty = self.rest().starts_with('\n');
        self.end_of_lines(|line| {
            let takes = std::mem::take(&mut is_empty) && bullet(line.strip_prefix(' ').unwrap_or(line)).is_none();
            takes || indentation(line, is_quoted) >= column + DENT
        })
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        let was_start = std::mem::take(&mut self.at_start);
        self.at += match c {
            '\n' => {
                self.at_start = true;
                self.line = self.at + 1;
                1
            }
            ' ' => {
                self.at_start = was_start;
                1
            }
            '`' => self.code(rest),
            '*' | '_' | '~' | '|' => self.style(rest, was_start),
            '\\' => escaped(rest),
            '<' => address_in_brackets(rest).unwrap_or(1),
            'h' | 's' => address(rest).unwrap_or(1),
            other => other.len_utf8(),
        };
    }

    /// Notes down the code that starts here, and says how long it is.
    fn code(&mut self, rest: &str) -> usize {
        let run = length_of_run(rest, '`');
        let Some(length) = block(rest).or_else(|| self.open_block(rest)).or_else(|| inline(rest, run)) else {
            return run;
        };
        self.spans.push(self.at..self.at + length);
        length
    }

    /// A block at the end of a text that is still being written.
    fn open_block(&self, rest: &str) -> Option<usize> {
        (self.open == Some(self.at) && self.end() == self.text.len()).then_some(rest.len())
    }

    /// Goes into the style that starts here, if one does. What it marks starts a line if it does.
    fn style(&mut self, rest: &str, is_start: bool) -> usize {
        let Some((mark, end)) = style(rest) else { return 1 };
        self.push(Kind::Style, self.at + end, mark);
        if self.line == self.at {
            self.line += mark;
        }
        self.at_start = is_start;
        mark
    }
}

/// The length of the bullet or number of an item.
fn bullet(text: &str) -> Option<usize> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let sign: &[char] = if digits > 0 { &['.'] } else { &['*', '-'] };
    let behind = text[digits..].strip_prefix(sign)?;
    let rest = behind.trim_start_matches(' ');
    (rest.len() < behind.len()).then(|| text.len() - rest.len())
}

/// The length of the sign of a heading or of small text, which both take the rest of their line. A heading may stand
/// below its sign.
fn heading(text: &str) -> Option<usize> {
    let hashes = length_of_run(text, '#');
    let is_small = !(1..=3).contains(&hashes);
    let sign = if is_small { "-#" } else { &text[..hashes] };
    let behind = text.strip_prefix(sign)?;
    let rest = behind.trim_start_matches(|c: char| if is_small { c == ' ' } else { c.is_whitespace() });
    (rest.len() < behind.len() && !rest.starts_with(sign)).then(|| text.len() - rest.len())
}

fn indentation(line: &str, is_quoted: bool) -> usize {
    let line = if is_quoted { line.strip_prefix("> ").unwrap_or_default() } else { line };
    length_of_run(line, ' ')
}

fn length_of_run(text: &str, sign: char) -> usize {
    text.len() - text.trim_start_matches(sign).len()
}

/// A block of code: three backticks, perhaps a language, something, and the next three backticks wherever they stand.
fn block(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("```")?;
    let language = inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_+-.#".contains(c));
    let below = language.strip_prefix('\n').unwrap_or(inside);
    [below, inside].into_iter().find_map(|content| {
        let content = content.trim_start_matches('\n');
        let first = content.chars().next()?.len_utf8();
        let end = content[first..].find("```")?;
        Some(text.len() - content.len() + first + end + "```".len())
    })
}

/// Code within text. If no run of backticks is as long as the first, a shorter one closes it; what is too much at the
/// start is code.
fn inline(text: &str, run: usize) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for (at, length) in runs(text, '`', run) {
        if length == run {
            return Some(at + length);
        }
        if length < run && best.is_none_or(|(mark, _)| mark < length) {
            best = Some((length, at + length));
        }
    }
    best.map(|(_, end)| end)
}

/// The style whose mark a text starts with: how long the mark is, and where what it marks ends.
fn style(text: &str) -> Option<(usize, usize)> {
    let sign = text.chars().next()?;
    if "*_".contains(sign) {
        let either = [bold(text, sign), italic(text, sign)];
        return either.into_iter().flatten().max_by_key(|(mark, end)| mark + end);
    }
    let mark = text.get(..2).filter(|mark| mark.ends_with(sign))?;
    let from = 2 + text[2..].chars().next()?.len_utf8();
    text[from..].find(mark).map(|at| (2, from + at))
}

fn bold(text: &str, sign: char) -> Option<(usize, usize)> {
    let inside = text[1..].strip_prefix(sign)?;
    let from = 2 + inside.chars().next()?.len_utf8();
    runs(text, sign, from).find(|(_, length)| *length >= 2).map(|(at, length)| (2, at + length - 2))
}

fn italic(text: &str, sign: char) -> Option<(usize, usize)> {
    let (at, length) = runs(text, sign, 1).find(|(_, length)| length % 2 == 1)?;
    let (inside, behind) = (&text[1..at], &text[at + length..]);
    let is_italic = if sign == '*' {
        let tight = [inside, inside.strip_suffix(' ').unwrap_or(inside), inside.strip_suffix("  ").unwrap_or(inside)];
        let is_tight = tight.iter().any(|inside| !inside.ends_with(char::is_whitespace));
        !inside.starts_with(char::is_whitespace) && (length > 1 || is_tight)
    } else {
        !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    };
    let end = at + length - 1;
    (is_italic && end > 1).then_some((1, end))
}

/// The runs of a sign from some place on: where they start, and how long they are. A backslash protects a sign, but no
/// backtick, because it is code itself there.
fn runs(text: &str, sign: char, from: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = from;
    std::iter::from_fn(move || {
        loop {
            let rest = &text[at..];
            let found = at + rest.find([sign, if sign == '`' { '`' } else { '\\' }])?;
            let here = &text[found..];
            let run = length_of_run(here, sign);
            at = found + if run > 0 { run } else { here.chars().take(2).map(char::len_utf8).sum() };
            if run > 0 {
                return Some((found, run));
            }
        }
    })
}

/// A backslash, and what it protects: a sign, or the start of an address.
fn escaped(text: &str) -> usize {
    1 + text[1..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8)
}

/// An address, which takes backticks and stars for its own.
fn address(text: &str) -> Option<usize> {
    ["http://", "https://", "steam://"].iter().find(|scheme| text.starts_with(**scheme))?;
    let end = text.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(text.len());
    Some(text[..end].trim_end_matches(['.', ',', ':', ';', '"', '\'', ']']).len())
}

fn address_in_brackets(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let (scheme, rest) = text[1..end].split_once(":/")?;
    let is_address = !scheme.is_empty() && !scheme.contains([':', ' ']) && !rest.is_empty() && !rest.contains(' ');
    is_address.then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &[&str]) {
        let found: Vec<&str> = spans(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, code, "{text}");
    }

    #[test]
    fn code_in_a_line() {
        check("a `b` c ``d ` e`` f", &["`b`", "``d ` e``"]);
        check("`a\nb`", &["`a\nb`"]);
        check("a ` b", &[]);
        check("``", &[]);
        check("```` `", &["```` `"]);
        check("``` ``", &["``` ``"]);
        check(r"\`a` `\` b`", &["` `"]);
        check(r"`\`", &[r"`\`"]);
    }

    #[test]
    fn blocks_of_code() {
        check("```py\na\n``` `b`", &["```py\na\n```", "`b`"]);
        check("a ```b``` c", &["```b```"]);
        check("```\n```\nb\n```", &["```\n```\nb\n```"]);
        check("```\n```\nb", &["```\n```"]);
        check("```````", &["```````"]);
        check("``````", &["``````"]);
        check("````\n```\na\n````", &["````\n```"]);
        check("~~~\na\n~~~\n    b", &[]);
        check("```py\r\na\r\n```", &["```py\r\na\r\n```"]);
    }

    #[test]
    fn a_block_that_is_still_being_written() {
        check("a\n```py\nb", &["```py\nb"]);
        check("- ```py\n  b", &["```py\n  b"]);
        check("> ```py\n> b", &["```py\n> b"]);
        check("> ```py\nb", &[]);
        check("a ```py\nb", &[]);
    }

    #[test]
    fn code_ends_with_what_it_stands_in() {
        check("> ```\nb\n```", &["```"]);
        check("> `a\n> b` c", &["`a\n> b`"]);
        check(">>> `a\nb` c", &["`a\nb`"]);
        check("- ```\nb\n```", &[]);
        check("- ```\n  b\n  ```\n- `c\n- d`", &["```\n  b\n  ```"]);
        check("1. a\n   - `b\n   c`", &[]);
        check("1. a\n   - `b\n     c`", &["`b\n     c`"]);
        check("- \n`a\nb`", &[]);
        check("# `a\nb` `c`", &["` `"]);
        check("# \n`a\nb`", &[]);
        check("-# `a\nb`", &[]);
        check("> - `a\n>   b`", &["`a\n>   b`"]);
    }

    #[test]
    fn styles_that_start_earlier_take_code_apart() {
        check("*foo```bar*baz```", &[]);
        check("foo```bar*baz```biz*", &["```bar*baz```"]);
        check("2*3 and `a*b` and `c`", &["` and `"]);
        check("2 * 3 and `a * b`", &["`a * b`"]);
        check("**a `b** c`", &[]);
        check("**a** `b**`", &["`b**`"]);
        check("a_b and `c_d`", &["`c_d`"]);
        check("_a `b_` c", &[]);
        check("~~a `b~~ c` ||`d||`", &["` ||`"]);
        check("~~> `a\nb`", &["`a\nb`"]);
        check("**# `a\nb`**", &[]);
        check("*> ```\nfoo```*", &[]);
        check(r"\*a `b*`", &["`b*`"]);
    }

    #[test]
    fn addresses_keep_their_backticks() {
        check("http://a` `b`", &["`b`"]);
        check(r"\http://a` `b`", &["` `"]);
        check("<http://a`> `b`", &["`b`"]);
        check("https://a.b/`c` d", &[]);
    }
}
