//! The one small line below each answer.

use super::format::{clean, count, dollars, seconds};
use crate::model::{Call, Usage, UsageSource};

/// `⚡ haiku · 1.1s (first 0.4s) · 1,200 in, 1,100 out · $0.03`. Tokens we counted ourselves carry a `~`.
pub fn line(call: &Call, model: &str) -> String {
    let first = call.times.ttft.map(|ttft| format!(" (first {})", seconds(ttft.as_ms()))).unwrap_or_default();
    let time = call.times.response.map_or_else(|| "time unknown".to_owned(), |time| seconds(time.as_ms()));
    let cost = call.cost.map_or_else(|| "cost unknown".to_owned(), |cost| dollars(cost.as_usd()));
    format!("⚡ {} · {time}{first} · {} · {cost}", clean(model), tokens(&call.usage))
}

/// The same below an answer where it stands by itself: `haiku · 1.1s (first 0.4s) · 1,200→1,100 tok · $0.03`.
pub fn footer(call: &Call, model: &str) -> String {
    let whole = line(call, model);
    let whole = whole.trim_start_matches("⚡ ");
    match (call.usage.input, call.usage.output) {
        (None, None) => whole.to_owned(),
        _ => whole.replacen(" in, ", "→", 1).replacen(" out ·", " tok ·", 1),
    }
}

fn tokens(usage: &Usage) -> String {
    let counted = matches!(usage.source, UsageSource::Estimated | UsageSource::Partial);
    let mark = if counted { "~" } else { "" };
    let part = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), |n| format!("{mark}{}", count(n)));
    match (usage.input, usage.output) {
        (None, None) => "tokens unknown".to_owned(),
        (input, output) => format!("{} in, {} out", part(input), part(output)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Micros, NanoUsd, Timestamp};

    fn call() -> Call {
        let mut call = Call::new(Timestamp(0), "haiku".into());
        call.times.response = Some(Micros(1_100_000));
        call.times.ttft = Some(Micros(400_000));
        call.usage = Usage { input: Some(1200), output: Some(1100), source: UsageSource::Reported, ..Usage::default() };
        call.cost = Some(NanoUsd(30_000_000));
        call
    }

    #[test]
    fn all_is_known() {
        assert_eq!(line(&call(), "haiku"), "⚡ haiku · 1.1s (first 0.4s) · 1,200 in, 1,100 out · $0.03");
    }

    #[test]
    fn little_is_known() {
        let bare = Call::new(Timestamp(0), "m".into());
        assert_eq!(line(&bare, "m\u{1b}"), "⚡ m · time unknown · tokens unknown · cost unknown");
        let mut guessed = call();
        guessed.usage.source = UsageSource::Partial;
        guessed.usage.input = None;
        guessed.cost = Some(NanoUsd::ZERO);
        assert_eq!(
            line(&guessed, "sim (simulated)"),
            "⚡ sim (simulated) · 1.1s (first 0.4s) · ? in, ~1,100 out · $0.00"
        );
    }
}
