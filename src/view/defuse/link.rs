//! Links whose text is not their address, as Discord's client finds them: `[text](address "title")`. It is looser about
//! brackets than markdown elsewhere, and knows no links by reference.

/// Schemes that need no slashes to lead somewhere.
const SCHEMES: [&str; 6] = ["http", "https", "discord", "mailto", "tel", "sms"];

/// A link that hides its address.
pub(super) struct Link<'a> {
    label: &'a str,
    target: Target<'a>,
    /// How long all of it is.
    pub length: usize,
}

struct Target<'a> {
    address: &'a str,
    /// Whether it stands in angle brackets, which keep Discord from making a card of the page.
    is_quiet: bool,
    length: usize,
}

impl Link<'_> {
    /// The link with its address to be seen. As text it shows the same in angle brackets and without.
    pub fn unmasked(&self) -> String {
        let address = unescaped(self.target.address);
        let shown = if self.target.is_quiet { format!("<{address}>") } else { address.clone() };
        let label = self.label.trim();
        // Without its bracket, a label of backticks might open a block of code at the start of a line.
        let apart = if label.starts_with("```") { "\u{200b}" } else { "" };
        if label.is_empty() || label == address { shown } else { format!("{apart}{} ({shown})", self.label) }
    }
}

/// The link that a text starts with. A pair of brackets in its label holds what stands up to the first that closes;
/// brackets that close nothing may follow, but none that opens after them.
pub(super) fn masked_link(text: &str) -> Option<Link<'_>> {
    let mut at = text.strip_prefix('[').map(|_| 1)?;
    let mut closes_nothing = false;
    loop {
        let bracket = at + text[at..].find(['[', ']'])?;
        at = bracket + 1;
        if text[bracket..].starts_with('[') {
            at += if closes_nothing { return None } else { text[at..].find(']')? + 1 };
        } else if let Some(target) = target(&text[at..]) {
            let length = at + target.length;
            return Some(Link { label: &text[1..bracket], target, length });
        } else {
            closes_nothing = true;
        }
    }
}

/// The address in the parentheses that a text starts with, if it leads anywhere.
fn target(text: &str) -> Option<Target<'_>> {
    let inside = text.strip_prefix('(')?.trim_start();
    let start = inside.strip_prefix('<').unwrap_or(inside);
    let (end, length) = address_end(start, true).or_else(|| address_end(start, false))?;
    let is_quiet = start.len() < inside.len() && start[end..].starts_with('>');
    let address = &start[..end];
    leads_out(address).then_some(Target { address, is_quiet, length: text.len() - start.len() + length })
}

/// Where an address ends, and where all that stands in the parentheses does. Pairs of parentheses may belong to the
/// address.
fn address_end(text: &str, with_pairs: bool) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if let Some(closing) = closing(rest) {
            return Some((at, at + closing));
        }
        let c = rest.chars().next().filter(|c| !c.is_whitespace())?;
        let pair = rest.find(')').filter(|_| c == '(' && with_pairs);
        let escaped = rest[c.len_utf8()..].chars().next().filter(|_| c == '\\');
        at += pair.map_or(c.len_utf8(), |end| end + 1) + escaped.map_or(0, char::len_utf8);
    }
}

/// How long the end of a link is that a text starts with: `>`, a title, `)`, of which only the last must be there.
fn closing(text: &str) -> Option<usize> {
    let behind = text.strip_prefix('>').unwrap_or(text);
    let rest = behind.trim_start();
    if rest.starts_with(')') {
        return Some(text.len() - rest.len() + 1);
    }
    let title = rest.strip_prefix(['"', '\'']).filter(|_| rest.len() < behind.len())?;
    title.match_indices(['"', '\'']).find_map(|(quote, _)| {
        let rest = title[quote + 1..].trim_start().strip_prefix(')')?;
        Some(text.len() - rest.len())
    })
}

/// Whether an address has a scheme. Discord shows other links as they are written, like `[1](above)`.
fn leads_out(address: &str) -> bool {
    let plain = address.replace('\\', "");
    let Some((scheme, rest)) = plain.trim_start_matches(char::is_control).split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    is_scheme && (rest.starts_with("//") || SCHEMES.contains(&&*scheme.to_ascii_lowercase()))
}

/// An address without the backslashes that protect its signs. Text of a message keeps them in an address.
fn unescaped(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut rest = address.chars().peekable();
    while let Some(c) = rest.next() {
        let protected = rest.next_if(|next| c == '\\' && !next.is_ascii_alphanumeric());
        plain.push(protected.unwrap_or(c));
    }
    plain
}
