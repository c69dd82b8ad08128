//! The lines that open and close a block of code in markdown, wherever models put them: at the margin, indented, behind
//! a bullet, in a quote. It reads single lines; what lies between them is not its business.

/// Marks longer than this are a rule or a joke. They could not be closed again within a short message.
const LONGEST_MARK: usize = 12;
/// A language with a longer name than this is none, and would cost every piece of a long block its room.
const LONGEST_LANGUAGE: usize = 16;
/// As far as an indentation is kept, for the same reason.
const DEEPEST: usize = 6;

/// A block of code that stands open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fence<'a> {
    /// What stands before the mark: indentation, bullets, the signs of a quote.
    pub prefix: &'a str,
    mark: &'a str,
    info: &'a str,
}

/// What ends a block of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A line of its own, with the mark.
    Mark,
    /// The end of the quote that it stands in. The line belongs to what follows.
    Quote,
}

impl<'a> Fence<'a> {
    /// The block that a line opens, if it stands in none.
    pub fn opened_by(line: &'a str) -> Option<Self> {
        let (prefix, rest) = line.split_at(prefix_length(line));
        let mark = mark(rest)?;
        let info = rest[mark.len()..].trim();
        let is_code_in_a_line = mark.starts_with('`') && info.contains('`');
        (!is_code_in_a_line).then_some(Self { prefix, mark, info })
    }

    /// Whether, and how, a line ends this block.
    pub fn ended_by(&self, line: &str) -> Option<End> {
        if self.is_quoted() && !line.trim_start().starts_with('>') {
            return Some(End::Quote);
        }
        let rest = line.trim_start_matches([' ', '\t', '>']);
        let closes = mark(rest).is_some_and(|mark| {
            mark.len() >= self.mark.len() && mark.starts_with(self.mark) && rest[mark.len()..].trim().is_empty()
        });
        closes.then_some(End::Mark)
    }

    /// The block that stands open behind a line.
    pub fn after(open: Option<Self>, line: &'a str) -> Option<Self> {
        let Some(fence) = open else { return Self::opened_by(line) };
        match fence.ended_by(line) {
            None => Some(fence),
            Some(End::Mark) => None,
            Some(End::Quote) => Self::opened_by(line),
        }
    }

    /// The line that opens it anew, without a line end.
    pub fn opening(&self) -> String {
        format!("{}{}{}", self.lead(), self.mark, self.language())
    }

    /// The line that closes it, without a line end.
    pub fn closing(&self) -> String {
        self.lead() + self.mark
    }

    /// The first word behind the mark. Discord takes a line of several words for code.
    fn language(&self) -> &'a str {
        self.info.split_whitespace().next().filter(|word| word.len() <= LONGEST_LANGUAGE).unwrap_or_default()
    }

    fn is_quoted(&self) -> bool {
        self.prefix.contains('>')
    }

    /// What stands before the mark of a further line: the quote goes on, a bullet is not repeated.
    fn lead(&self) -> String {
        if self.is_quoted() { "> ".to_owned() } else { " ".repeat(self.prefix.chars().count().min(DEEPEST)) }
    }
}

/// How much of a line is indentation, bullets and signs of quotes.
fn prefix_length(line: &str) -> usize {
    let mut rest = line;
    while let Some(further) = rest.strip_prefix([' ', '\t', '>']).or_else(|| behind_bullet(rest)) {
        rest = further;
    }
    line.len() - rest.len()
}

fn behind_bullet(text: &str) -> Option<&str> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let sign: &[char] = if digits > 0 { &['.', ')'] } else { &['-', '*', '+'] };
    text[digits..].strip_prefix(sign)?.strip_prefix(' ')
}

/// The three or more backticks or tildes that a text starts with.
fn mark(text: &str) -> Option<&str> {
    let sign = text.chars().next().filter(|sign| ['`', '~'].contains(sign))?;
    let length = text.len() - text.trim_start_matches(sign).len();
    (3..=LONGEST_MARK).contains(&length).then(|| &text[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(line: &str) -> Option<String> {
        Fence::opened_by(line).map(|fence| fence.opening())
    }

    #[test]
    fn fences_are_known_wherever_they_stand() {
        assert_eq!(opening("```rust").as_deref(), Some("```rust"));
        assert_eq!(opening("  ~~~ py  linenos\r").as_deref(), Some("  ~~~py"));
        assert_eq!(opening("- ````md").as_deref(), Some("  ````md"));
        assert_eq!(opening("10. ```").as_deref(), Some("    ```"));
        assert_eq!(opening("> > ```js").as_deref(), Some("> ```js"));
        assert_eq!(opening("            ```js").as_deref(), Some("      ```js"));
        assert_eq!(opening(&format!("```{}", "x".repeat(17))).as_deref(), Some("```"));
        for line in ["``", "text ```", "```inline``` code", "`````````````", "2.5 ```", "~~struck~~"] {
            assert_eq!(opening(line), None, "{line}");
        }
    }

    #[test]
    fn a_fence_ends_at_its_own_mark_or_with_its_quote() {
        let end = |opened: &str, line: &str| Fence::opened_by(opened).unwrap().ended_by(line);
        assert_eq!(end("```js", "``` \r"), Some(End::Mark));
        assert_eq!(end("```js", "    `````"), Some(End::Mark));
        assert_eq!(end("````md", "```"), None);
        assert_eq!(end("~~~", "```"), None);
        assert_eq!(end("```", "```js"), None);
        assert_eq!(end("> ```", "> ```"), Some(End::Mark));
        assert_eq!(end("> ```", "> code"), None);
        assert_eq!(end("> ```", "text"), Some(End::Quote));
    }
}
