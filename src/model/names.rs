//! Finding the thing a person meant by a name: exact, then the one that contains it, else the nearest.

use std::fmt::Display;

/// What a typed name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<'a> {
    /// Exactly one known name.
    One(&'a str),
    /// Several known names contain it.
    Several(Vec<&'a str>),
    /// No known name contains it; these are the nearest, best first (none if nothing is near).
    None(Vec<&'a str>),
}

/// How alike (Jaro–Winkler, 0–1) a name must be to be offered.
const NEAR: f64 = 0.7;
/// How many names are offered.
const OFFERED: usize = 3;

/// Finds `wanted` among `known`, without regard to case: `haiku` finds `claude-haiku-4-5` if nothing else contains it.
pub fn find<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Named<'a> {
    let wanted = wanted.trim().to_lowercase();
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(exact) = known.iter().find(|name| name.to_lowercase() == wanted) {
        return Named::One(exact);
    }
    let holding: Vec<&str> =
        known.iter().copied().filter(|name| !wanted.is_empty() && name.to_lowercase().contains(&wanted)).collect();
    match holding[..] {
        [one] => Named::One(one),
        [] => Named::None(nearest(&wanted, known)),
        _ => Named::Several(holding),
    }
}

/// The known names most like `wanted`, best first.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .collect();
    scored.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    scored.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// `did you mean a, b or c?` of what is near; `None` if nothing is.
pub fn did_you_mean<T: Display>(near: impl IntoIterator<Item = T>) -> Option<String> {
    let near: Vec<String> = near.into_iter().map(|name| name.to_string()).collect();
    match &near[..] {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        [most @ .., last] => Some(format!("did you mean {} or {last}?", most.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["claude-haiku-4-5", "claude-sonnet-4-5", "anyscale/llama2-13b", "lepton/llama2-13b"];

    #[test]
    fn finds_by_part_and_offers_what_is_near() {
        assert_eq!(find("Haiku", KNOWN), Named::One("claude-haiku-4-5"));
        assert_eq!(find("13b", KNOWN), Named::Several(vec!["anyscale/llama2-13b", "lepton/llama2-13b"]));
        assert_eq!(find("claude-hakiu-4-5", KNOWN), Named::None(vec!["claude-haiku-4-5", "claude-sonnet-4-5"]));
        assert_eq!(find("zzz", KNOWN), Named::None(vec![]));
        assert_eq!(find("", KNOWN), Named::None(vec![]));
    }

    #[test]
    fn asks_what_was_meant() {
        assert_eq!(did_you_mean::<&str>([]), None);
        assert_eq!(did_you_mean(["a"]).as_deref(), Some("did you mean a?"));
        assert_eq!(did_you_mean(["a", "b", "c"]).as_deref(), Some("did you mean a, b or c?"));
    }

    #[test]
    fn an_exact_name_wins_over_longer_ones() {
        assert_eq!(find("o3", ["o3-mini", "o3"]), Named::One("o3"));
    }
}
