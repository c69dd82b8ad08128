//! The reply to `history`.

mod chart;

pub use chart::{chart, spending};

use super::format::{NONE, count, dollars, duration, moment, share, tokens};
use super::stats::or_none;
use super::{Block, Frame, words};
use crate::analysis::history::{
    Change, DAY_FROM, Effect, History, LevelChange, NotableEvent, Period, PeriodFigures, Recommendation, Shift,
    TokenGrowth, Trend, TrendCause,
};
use crate::analysis::statistics::Interval;
use crate::model::{Event, EventKind, Timestamp};

/// How many periods, and events, are listed: the last ones.
const LISTED: usize = 31;
const EVENTS_LISTED: usize = 10;

/// The blocks of the reply.
pub fn blocks(history: &History, frame: &Frame) -> Vec<Block> {
    let mut blocks = frame.headline("📈 Performance Trend", history.n, history.window);
    if history.n == 0 {
        blocks.push(Block::Text("No calls in this window.".into()));
        blocks.extend(events(history, frame));
        blocks.push(frame.next("perf stats"));
        return blocks;
    }
    blocks.extend(body(history, frame));
    blocks.push(frame.next(&next(history)));
    blocks
}

/// What is said of a window with calls.
pub(super) fn body(history: &History, frame: &Frame) -> Vec<Block> {
    let labelled = labelled(history, frame);
    let mut blocks = Vec::new();
    blocks.extend(response_times(&labelled));
    blocks.extend(legend(history, &labelled, frame));
    blocks.push(Block::Text(trend(&history.trend, frame) + &levels(&history.level_changes)));
    blocks.extend(events(history, frame));
    blocks.extend(chart(history, frame));
    blocks.extend(token_usage(&labelled, &history.token_growth));
    blocks.extend(costs(&labelled));
    blocks.extend(quality(&labelled));
    blocks.extend([Block::Title("Recommendation".into()), Block::Text(recommendation(history, frame))]);
    blocks
}

/// Periods, each with its name.
type Labelled<'h> = Vec<(String, &'h PeriodFigures)>;

/// Those that are listed: none before the first call, if days and months name themselves.
fn labelled<'h>(history: &'h History, frame: &Frame) -> Labelled<'h> {
    let all = named(history, frame);
    let silent = match history.by {
        Period::Week => 0,
        Period::Day | Period::Month => all.iter().take_while(|(_, period)| period.n == 0).count(),
    };
    let first = all.len().saturating_sub(LISTED).max(silent);
    all.into_iter().skip(first).collect()
}

/// All periods, each with its name.
fn named<'h>(history: &'h History, frame: &Frame) -> Labelled<'h> {
    let name = |(number, period): (usize, &PeriodFigures)| {
        let from = period.window.from.to_utc().with_timezone(&frame.zone);
        let cut = if period.whole { "" } else { "*" };
        match history.by {
            Period::Week if period.whole => format!("Week {number}"),
            Period::Week => "All".to_owned(),
            Period::Day => format!("{}{cut}", from.format("%m-%d")),
            Period::Month => format!("{}{cut}", from.format("%Y-%m")),
        }
    };
    (1..).zip(&history.periods).map(|numbered| (name(numbered), numbered.1)).collect()
}

fn table<const N: usize>(title: &str, head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> [Block; 2] {
    let head = head.map(str::to_owned).to_vec();
    [Block::Title(title.to_owned()), Block::Table { head, rows: rows.map(Vec::from).collect() }]
}

fn response_times(periods: &Labelled) -> [Block; 2] {
    let row = |(name, period): &(String, &PeriodFigures)| {
        let mean = or_none(period.response_time_ms.mean, duration);
        [
            name.clone(),
            mean,
            or_none(period.firm_p95_ms(), duration),
            changed(period.changes.response_time),
            count(period.n),
        ]
    };
    table("Response Time", ["", "Average", "P95", "Change", "Calls"], periods.iter().map(row))
}

/// What stands for what, as far as it stands there.
fn legend(history: &History, periods: &Labelled, frame: &Frame) -> Vec<Block> {
    let mut notes = Vec::new();
    if let (Period::Week, Some(first)) = (history.by, history.periods.first().filter(|first| first.whole)) {
        notes.push(format!("Week 1 began {}; each has 7 days.", moment(first.window.from, frame.zone)));
    }
    if periods.iter().any(|(_, period)| !period.whole) && history.by != Period::Week {
        notes.push("* cut by the end of the window: not compared.".to_owned());
    }
    let other_calls = |(_, period): &(String, &PeriodFigures)| {
        period.changes.response_time.is_some_and(|change| change.shift == Shift::OtherCalls)
    };
    if periods.iter().any(other_calls) {
        notes.push("≈ other models or types than before, not slower ones.".to_owned());
    }
    notes.push("⚠️ and ✅ mark changes beyond chance.".to_owned());
    vec![Block::Note(notes.join(" "))]
}

/// A change with its mark: `⚠️ +19%`.
fn changed(change: Option<Change>) -> String {
    let Some(change) = change else { return String::new() };
    let mark = mark(change.shift);
    let by = change.share.map_or_else(|| "new".to_owned(), signed);
    if mark.is_empty() { by } else { format!("{mark} {by}") }
}

fn mark(shift: Shift) -> &'static str {
    match shift {
        Shift::NotJudged | Shift::Noise => "",
        Shift::Better => "✅",
        Shift::Worse => "⚠️",
        Shift::More => "↑",
        Shift::Less => "↓",
        Shift::OtherCalls => "≈",
    }
}

/// A share with its sign: `+19%`, `-3%`.
fn signed(by: f64) -> String {
    let size = share(by.abs());
    match by {
        _ if by.abs() < 0.000_5 => "0%".to_owned(),
        more if more > 0.0 => format!("+{size}"),
        _ => format!("-{size}"),
    }
}

fn between(interval: &Interval) -> String {
    format!("{} to {}", signed(interval.low), signed(interval.high))
}

/// Where things are going, as far as that is more than chance: a sentence each.
pub(super) fn findings(history: &History, frame: &Frame) -> Vec<String> {
    let trend = match &history.trend {
        Trend::Improving { .. } | Trend::Worsening { .. } => Some(trend(&history.trend, frame).replace('\n', ". ")),
        Trend::NotEnoughData { .. } | Trend::NoClearTrend { .. } => None,
    };
    let level = history.level_changes.iter().map(|change| {
        let word = if change.share > 0.0 { "slower" } else { "faster" };
        format!("Responses are {} {word} since {}", share(change.share.abs()), date(change.day))
    });
    let growth = Some(grown(&history.token_growth)).filter(|_| history.token_growth.clear);
    trend.into_iter().chain(level).chain(growth.map(|growth| format!("Tokens: {}", growth.to_lowercase()))).collect()
}

fn trend(trend: &Trend, frame: &Frame) -> String {
    let claimed = |word: &str, by: f64, interval: &Interval, days: u64, cause: &TrendCause| {
        let (by, between) = (signed(by), between(interval));
        let cause = likely_cause(cause, frame);
        format!("Trend: {word}, {by} a week (95% interval {between}, {days} days)\nLikely cause: {cause}")
    };
    match trend {
        Trend::NotEnoughData { days, needed } => {
            format!("Trend: {NONE} (not enough data: {days} of {needed} days with {DAY_FROM} timed answers)")
        }
        Trend::NoClearTrend { interval, days, .. } => {
            format!("Trend: no clear trend ({} a week, {days} days)", between(interval))
        }
        Trend::Improving { per_week_share, interval, days, cause } => {
            claimed("improving", *per_week_share, interval, *days, cause)
        }
        Trend::Worsening { per_week_share, interval, days, cause } => {
            claimed("worsening", *per_week_share, interval, *days, cause)
        }
    }
}

/// When response times changed their level.
fn levels(changes: &[LevelChange]) -> String {
    let change = |change: &LevelChange| format!("{} since {}", signed(change.share), date(change.day));
    let changes: Vec<String> = changes.iter().map(change).collect();
    if changes.is_empty() { String::new() } else { format!("\nLevel changed: {}", changes.join(", ")) }
}

/// A UTC day.
fn date(day: Timestamp) -> String {
    day.to_utc().format("%Y-%m-%d").to_string()
}

fn likely_cause(cause: &TrendCause, frame: &Frame) -> String {
    match cause {
        TrendCause::MoreOfModel { model } => format!("more of the calls go to {}", (frame.label)(model)),
        TrendCause::MoreOfType { query_type } => {
            format!("more of the questions are of the type {:?}", words::query_type(*query_type).to_lowercase())
        }
        TrendCause::AnswerLength { share } => format!("answers have {} output tokens", signed(*share)),
        TrendCause::InputLength { share } => format!("questions come with {} input tokens", signed(*share)),
        TrendCause::OneModel { model } => format!("{} itself; the others are as they were", (frame.label)(model)),
        TrendCause::Unknown => "the same calls take another time; what was logged does not say why".to_owned(),
    }
}

fn token_usage(periods: &Labelled, growth: &TokenGrowth) -> Vec<Block> {
    let row = |(name, period): &(String, &PeriodFigures)| {
        let sum = period.tokens.map_or_else(|| NONE.to_owned(), |sum| tokens(u64::try_from(sum).unwrap_or(0)));
        [name.clone(), sum, changed(period.changes.tokens)]
    };
    let mut blocks = table("Token Usage", ["", "Tokens", "Change"], periods.iter().map(row)).to_vec();
    let now = growth.per_day_now.map(|now| format!("\nCurrent: {} tokens/day", tokens(now.round() as u64)));
    blocks.push(Block::Text(grown(growth) + &now.unwrap_or_default()));
    blocks
}

fn grown(growth: &TokenGrowth) -> String {
    match (growth.per_week_share, &growth.interval) {
        (Some(by), Some(interval)) if growth.clear => {
            let word = if by > 0.0 { "Growing" } else { "Shrinking" };
            format!("{word} {}/week (95% interval {})", share(by.abs()), between(interval))
        }
        (Some(_), Some(interval)) if interval.low > 0.0 || interval.high < 0.0 => {
            format!("Hardly growing or shrinking ({} a week)", between(interval))
        }
        (Some(_), Some(interval)) => format!("No clear growth ({} a week)", between(interval)),
        _ => format!("Growth: {NONE} (not enough data: {} of 14 days)", growth.days),
    }
}

fn costs(periods: &Labelled) -> Vec<Block> {
    if periods.iter().all(|(_, period)| period.cost_usd.is_none()) {
        return vec![Block::Title("Cost".into()), Block::Text("No cost is known.".into())];
    }
    let row = |(name, period): &(String, &PeriodFigures)| {
        [name.clone(), or_none(period.cost_usd, dollars), changed(period.changes.cost), count(period.cost_n)]
    };
    table("Cost", ["", "Cost", "Change", "n"], periods.iter().map(row)).to_vec()
}

fn quality(periods: &Labelled) -> [Block; 2] {
    let marked = |figure: Option<String>, change: Option<Change>| {
        let Some(figure) = figure else { return NONE.to_owned() };
        let mark = change.map_or("", |change| mark(change.shift));
        if mark.is_empty() { figure } else { format!("{mark} {figure}") }
    };
    let row = |(name, period): &(String, &PeriodFigures)| {
        let rating = period.rating.mean.map(|mean| format!("{mean:.1} (n={})", count(period.rating.n)));
        [
            name.clone(),
            marked(period.error_rate.map(share), period.changes.error_rate),
            marked(period.cache_read_share.map(share), period.changes.cache_read_share),
            marked(rating, period.changes.rating),
        ]
    };
    table("Errors, Prompt Cache, Rating", ["", "Errors", "Cached", "Rating"], periods.iter().map(row))
}

fn events(history: &History, frame: &Frame) -> Vec<Block> {
    if history.events.is_empty() {
        return Vec::new();
    }
    let first = history.events.len().saturating_sub(EVENTS_LISTED);
    let item = |event: &NotableEvent| {
        let at = moment(event.event.at, frame.zone);
        format!("{at}: {} ({})", happened(&event.event), effect(&event.effect))
    };
    let mut blocks =
        vec![Block::Title("Notable Events".into()), Block::List(history.events[first..].iter().map(item).collect())];
    let more = if first > 0 { format!(" Left out: the earliest {first}.") } else { String::new() };
    blocks.push(Block::Note(format!("Effects: responses of up to 7 days after beside 7 days before; no proof.{more}")));
    blocks
}

fn happened(event: &Event) -> String {
    let (before, after) = (event.before.as_deref(), event.after.as_deref());
    let turned = match (before, after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (Some(before), None) => format!("{before} → default"),
        (None, after) => after.unwrap_or("default").to_owned(),
    };
    match event.kind {
        EventKind::ModelSwitched => format!("Model switched: {turned}"),
        EventKind::ContextChanged => format!("Context changed (messages): {turned}"),
        EventKind::PolicyApplied => format!("Policy applied: {}", event.subject),
        EventKind::PolicyUndone => format!("Policy undone: {}", event.subject),
        EventKind::PriceChanged => format!("Price of {} changed: {turned}", event.subject),
        EventKind::ModelAdded => format!("Model added: {}", event.subject),
        EventKind::ModelRemoved => format!("Model removed: {}", event.subject),
        EventKind::VersionStarted => format!("Version started: {turned}"),
        EventKind::Note => format!("Note: {}", after.unwrap_or_default()),
    }
}

fn effect(effect: &Effect) -> String {
    let calls = |n: u64, before_n: u64| format!("n={} before, {} after", count(before_n), count(n));
    match effect {
        Effect::NotEnoughData { have, needed } => format!("effect not measured: {have} of {needed} calls"),
        Effect::NoClear { n, before_n } => format!("no clear effect, {}", calls(*n, *before_n)),
        Effect::Slower { share: by, n, before_n, .. } => {
            format!("{} slower after it, {}", share(*by), calls(*n, *before_n))
        }
        Effect::Faster { share: by, n, before_n, .. } => {
            format!("{} faster after it, {}", share(*by), calls(*n, *before_n))
        }
    }
}

fn recommendation(history: &History, frame: &Frame) -> String {
    match &history.recommendation {
        Recommendation::WaitForData => format!("Nothing yet: a trend needs 14 days with {DAY_FROM} timed answers."),
        Recommendation::NothingWorks => "Look at the errors first: every call failed.".to_owned(),
        Recommendation::Continue => "Continue as it is: responses get faster.".to_owned(),
        Recommendation::NothingToDo => "Nothing to change: no figure moves by more than chance.".to_owned(),
        Recommendation::LookAtEvent { event } => history.events.get(*event).map_or_else(String::new, |event| {
            format!("Look at what happened {}: {}", moment(event.event.at, frame.zone), happened(&event.event))
        }),
        Recommendation::LookAtDay { day } => {
            format!("Look at what changed about {}: responses take longer since.", date(*day))
        }
        Recommendation::Mend { cause } => match cause {
            TrendCause::MoreOfModel { .. } | TrendCause::OneModel { .. } => {
                "See whether another model does as well.".to_owned()
            }
            TrendCause::AnswerLength { .. } => "Ask for shorter answers in the persona of the channel.".to_owned(),
            TrendCause::InputLength { .. } => "Send fewer earlier messages along.".to_owned(),
            TrendCause::MoreOfType { .. } | TrendCause::Unknown => {
                "See at which hours it is slow, and which calls are.".to_owned()
            }
        },
        Recommendation::LookAtErrors => "Look at the errors: they have become more frequent.".to_owned(),
        Recommendation::LookAtCost => "Look at the cost: it has risen.".to_owned(),
    }
}

fn next(history: &History) -> String {
    let command = match &history.recommendation {
        Recommendation::LookAtDay { day } => return around(*day, history.window.to),
        Recommendation::Mend { cause: TrendCause::InputLength { .. } } => "ctx 10",
        Recommendation::Mend { cause: TrendCause::AnswerLength { .. } } => "help persona",
        Recommendation::NothingWorks | Recommendation::LookAtErrors | Recommendation::LookAtCost => {
            "perf stats --last 7d"
        }
        _ => "perf heatmap",
    };
    command.to_owned()
}

/// The week from a day on, as far as it is over, against the week before it: what changed, and why.
fn around(day: Timestamp, end: Timestamp) -> String {
    let days = |days: i64| date(day.plus(days * Timestamp::DAY));
    let last = date(day.plus(6 * Timestamp::DAY).min(end.plus(-1)));
    format!("perf diff {}..{} {}..{last}", days(-7), days(-1), days(0))
}

#[cfg(test)]
mod tests;
