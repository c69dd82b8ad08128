//! The reply to `why`.

use super::chart::{Bar, Phase, Waterfall};
use super::format::{NONE, cost, count, duration, fit, moment, share};
use super::stats::or_none;
use super::{Block, Chart, Figure, Frame, words};
use crate::analysis::why::{Cause, Excess, Part, Stage, Verdict, Why};
use crate::model::{Outcome, QueryType};

/// Columns for the name of a model in a line.
const NAME_COLUMNS: usize = 40;
/// Columns for the first words of a prompt.
const PREVIEW_COLUMNS: usize = 80;
/// How many stages are named in the sentence that says where the time went.
const NAMED: usize = 3;
/// Stages of less than this share of the time are not named there.
const NAMED_FROM: f64 = 0.05;

/// The blocks of the reply.
pub fn blocks(why: &Why, frame: &Frame) -> Vec<Block> {
    let took = why.response_time_ms.map_or_else(|| "the time".to_owned(), duration);
    let mut blocks = vec![Block::Headline(format!("🔎 Where {took} went: call {}", why.id)), about(why, frame)];
    if why.parts.is_empty() {
        blocks.push(Block::Text(format!("Nothing is known of its time; it ended: {}.", words::ended(why.outcome))));
        blocks.push(frame.next("perf slowest"));
        return blocks;
    }
    blocks.push(Block::Text(format!("{}\n{}", sentence(why), verdict(why, frame))));
    blocks.extend(stages(why));
    blocks.extend(causes(why));
    blocks.push(chart(why));
    blocks.extend([Block::Title("This Call".into()), Block::Figures(figures(why))]);
    blocks.push(Block::Note(
        "Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece."
            .into(),
    ));
    blocks.push(frame.next(next(why)));
    blocks
}

/// What was asked of whom, and when.
fn about(why: &Why, frame: &Frame) -> Block {
    let what = why.prompt_preview.as_deref().map(|preview| format!("\"{}\"", fit(preview, PREVIEW_COLUMNS)));
    let what = what.unwrap_or_else(|| match why.query_type {
        QueryType::Other => "Type unknown".to_owned(),
        known => words::query_type(known).to_owned(),
    });
    let model = fit(&(frame.label)(&why.model), NAME_COLUMNS);
    Block::Note(format!("{what}, {model}, {}", moment(why.timestamp, frame.zone)))
}

/// `12.3s: 9.1s writing 9,200 tokens (typical 2,100), 2.0s back-off after a failed attempt`
fn sentence(why: &Why) -> String {
    let whole: f64 = why.parts.iter().map(|part| part.ms).sum();
    let named: Vec<String> = longest(why).into_iter().map(|part| named(part, why)).collect();
    let how = match why.outcome {
        Outcome::Ok | Outcome::Cached => String::new(),
        other => format!(" It ended: {}.", words::ended(other)),
    };
    format!("{}: {}.{how}", duration(why.response_time_ms.unwrap_or(whole)), named.join(", "))
}

/// The stages that are named, longest first.
fn longest(why: &Why) -> Vec<&Part> {
    let whole: f64 = why.parts.iter().map(|part| part.ms).sum();
    let mut parts: Vec<&Part> = why.parts.iter().filter(|part| part.ms >= NAMED_FROM * whole).collect();
    parts.sort_by(|one, other| other.ms.total_cmp(&one.ms));
    parts.truncate(NAMED);
    parts
}

fn named(part: &Part, why: &Why) -> String {
    let took = duration(part.ms);
    let usually = |usually: Option<String>| usually.map_or_else(String::new, |usually| format!(" (typical {usually})"));
    let typical = usually(part.typical_ms.map(duration));
    match part.stage {
        Stage::Own => format!("{took} perfbot itself{typical}"),
        Stage::Queue => format!("{took} waiting for a free slot{typical}"),
        Stage::FailedAttempts => format!("{took} in {}", failed_attempts(why)),
        // What failed is said once.
        Stage::BackOff if longest(why).iter().any(|part| part.stage == Stage::FailedAttempts) => {
            format!("{took} back-off between attempts")
        }
        Stage::BackOff => format!("{took} back-off after {}", failed_attempts(why)),
        Stage::FirstToken => format!("{took} to the first token{typical}"),
        Stage::Writing | Stage::Answering => {
            let verb = if part.stage == Stage::Writing { "writing" } else { "answering with" };
            let tokens = why.output_tokens.map(|tokens| (count(tokens), why.usual.output_tokens_p50.map(count)));
            match tokens {
                Some((tokens, typical)) => format!("{took} {verb} {tokens} tokens{}", usually(typical)),
                None => format!("{took} {}{typical}", verb.trim_end_matches(" with")),
            }
        }
        Stage::ChatLimits => format!("{took} waiting for the limits of the chat{typical}"),
    }
}

/// How many attempts failed, and why, where that is known: `a failed attempt (rate limit)`.
fn failed_attempts(why: &Why) -> String {
    let reasons = reasons(why).map_or_else(String::new, |reasons| format!(" ({reasons})"));
    match why.failed_attempts {
        0 | 1 => format!("a failed attempt{reasons}"),
        more => format!("{} failed attempts{reasons}", count(more)),
    }
}

/// Why the last attempt failed, if that was the end of the call.
fn last_reason(why: &Why) -> Option<String> {
    matches!(why.outcome, Outcome::Error(_)).then(|| words::ended(why.outcome))
}

/// Why attempts failed, if some did and it is known.
fn reasons(why: &Why) -> Option<String> {
    why.failures.as_ref().filter(|classes| !classes.0.is_empty()).map(words::by_class)
}

fn verdict(why: &Why, frame: &Frame) -> String {
    let typical = or_none(why.usual.response_time_p50_ms, duration);
    let such = format!("{} of {}", kind(why.query_type), fit(&(frame.label)(&why.model), NAME_COLUMNS));
    let among =
        |share_of: f64| format!("{} of {} {such} in the 30 days before it were", share(share_of), count(why.usual.n));
    match why.verdict {
        Verdict::NotEnoughData { have, needed } => {
            format!("Typical: {NONE} (not enough data: {have} of {needed} {such} in the 30 days before it)")
        }
        Verdict::Untimed => "What the person waited is not known.".to_owned(),
        Verdict::AsUsual { slower_than_share } => {
            format!("As usual: {} faster (typical {typical}).", among(slower_than_share))
        }
        Verdict::Slower { slower_than_share } => {
            format!("Slow: {} faster (typical {typical}).", among(slower_than_share))
        }
        Verdict::Faster { faster_than_share } => {
            format!("Fast: {} slower (typical {typical}).", among(faster_than_share))
        }
    }
}

fn kind(query_type: QueryType) -> &'static str {
    match query_type {
        QueryType::Code => "code answers",
        QueryType::Question => "answers to questions",
        QueryType::Chat => "chat answers",
        QueryType::Reasoning => "reasoning answers",
        QueryType::Creative => "creative answers",
        QueryType::Other => "answers of unknown type",
    }
}

fn stages(why: &Why) -> [Block; 2] {
    let whole: f64 = why.parts.iter().map(|part| part.ms).sum();
    let row = |part: &Part| {
        vec![
            label(part.stage, why),
            duration(part.ms),
            or_none(part.typical_ms, duration),
            share(if whole > 0.0 { part.ms / whole } else { 0.0 }),
        ]
    };
    let all = vec!["All".to_owned(), duration(whole), or_none(why.usual.response_time_p50_ms, duration), String::new()];
    let head = ["", "Time", "Typical", "Share"].map(str::to_owned).to_vec();
    let rows = why.parts.iter().map(row).chain([all]).collect();
    [Block::Title("Stages".into()), Block::Table { head, rows }]
}

fn label(stage: Stage, why: &Why) -> String {
    match stage {
        Stage::Own => "perfbot",
        Stage::Queue => "Queue",
        Stage::FailedAttempts if why.failed_attempts <= 1 => "Failed attempt",
        Stage::FailedAttempts => "Failed attempts",
        Stage::BackOff => "Back-off",
        Stage::FirstToken => "First token",
        Stage::Writing => "Writing",
        Stage::Answering => "Answer",
        Stage::ChatLimits => "Chat limits",
    }
    .to_owned()
}

fn causes(why: &Why) -> Vec<Block> {
    let item = |Excess { cause, ms }: &Excess| format!("about {}: {}", duration(*ms), cause_of(*cause, why));
    match why.causes.is_empty() {
        true => Vec::new(),
        false => vec![Block::Title("Longer Than Typical".into()), Block::List(why.causes.iter().map(item).collect())],
    }
}

fn cause_of(cause: Cause, why: &Why) -> String {
    match cause {
        Cause::LongerAnswer => "a longer answer".to_owned(),
        Cause::SlowerWriting => "slower writing".to_owned(),
        Cause::LaterFirstToken => match (why.input_tokens, why.usual.input_tokens_p50) {
            (Some(input), Some(typical)) => {
                format!("a later first token (input {} tokens, typical {})", count(input), count(typical))
            }
            _ => "a later first token".to_owned(),
        },
        Cause::SlowerModel => "the model took longer".to_owned(),
        Cause::FailedAttempts => failed_attempts(why),
        Cause::BackOff => "back-off between attempts".to_owned(),
        Cause::Queue => "waiting for a free slot".to_owned(),
        Cause::ChatLimits => "waiting for the limits of the chat".to_owned(),
        Cause::Own => "perfbot itself".to_owned(),
    }
}

fn chart(why: &Why) -> Block {
    let whole: f64 = why.parts.iter().map(|part| part.ms).sum();
    let bar = |part: &Part| Bar {
        label: label(part.stage, why),
        phase: phase(part.stage),
        depth: 0,
        start_ms: part.start_ms,
        length_ms: part.ms,
        typical_ms: part.typical_ms.filter(|ms| *ms > 0.0),
        note: note(part.stage, why),
    };
    Block::Chart(Box::new(Chart::Waterfall(Waterfall {
        title: format!("Where the {} of call {} went", duration(whole), why.id),
        bars: why.parts.iter().map(bar).collect(),
        total_ms: whole,
    })))
}

fn phase(stage: Stage) -> Phase {
    match stage {
        Stage::Own => Phase::Own,
        Stage::Queue | Stage::BackOff | Stage::ChatLimits => Phase::Waiting,
        Stage::FailedAttempts => Phase::Failed,
        Stage::FirstToken => Phase::Reading,
        Stage::Writing | Stage::Answering => Phase::Writing,
    }
}

fn note(stage: Stage, why: &Why) -> Option<String> {
    match stage {
        Stage::Writing | Stage::Answering => why.output_tokens.map(|tokens| format!("{} tokens", count(tokens))),
        Stage::FailedAttempts => reasons(why).or_else(|| last_reason(why)),
        _ => None,
    }
}

fn figures(why: &Why) -> Vec<Figure> {
    let known = |tokens: Option<u64>, typical: Option<u64>| {
        let typical = typical.map_or_else(String::new, |typical| format!(" (typical {})", count(typical)));
        tokens.map_or_else(|| "unknown".to_owned(), |tokens| format!("{}{typical}", count(tokens)))
    };
    let mut figures = vec![
        Figure::new("Input tokens", known(why.input_tokens, why.usual.input_tokens_p50)),
        Figure::new("Output tokens", known(why.output_tokens, why.usual.output_tokens_p50)),
        Figure::new("Attempts", attempts(why)),
        Figure::new("Cost", cost(why.cost_usd)),
    ];
    figures.extend(why.context_messages.map(|messages| Figure::new("Earlier messages", count(messages.into()))));
    figures
}

/// `3 (2 failed: rate limit)`
fn attempts(why: &Why) -> String {
    let (all, failed) = (count(why.attempts.into()), count(why.failed_attempts));
    match (reasons(why), last_reason(why)) {
        _ if why.failed_attempts == 0 => all,
        (Some(reasons), _) => format!("{all} ({failed} failed: {reasons})"),
        (None, Some(last)) => format!("{all} ({failed} failed; the last: {last}, why the others is not known)"),
        (None, None) => format!("{all} ({failed} failed; why is not known)"),
    }
}

fn next(why: &Why) -> &'static str {
    match why.causes.first().map(|excess| excess.cause) {
        Some(Cause::LongerAnswer) => "help persona",
        Some(Cause::LaterFirstToken) if why.input_tokens > why.usual.input_tokens_p50 => "help ctx",
        Some(Cause::FailedAttempts | Cause::BackOff) => "perf stats",
        _ => "perf slowest",
    }
}
