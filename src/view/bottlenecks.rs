//! The reply to `bottlenecks`.

use super::format::{NONE, count, dollars, duration, fit, moment, share};
use super::{Block, Frame, words};
use crate::advisor::bottleneck::{
    Bottlenecks, CALLS_FROM, Example, Finding, Hours, Issue, Quality, RuleName, Severity, Slowdown, TooFew,
};
use crate::advisor::{Basis, Estimate, Saved, Saving};
use crate::analysis::statistics::Interval;
use crate::model::ModelName;

/// Columns for the name of a model, and for the first words of a prompt.
const NAME_COLUMNS: usize = 34;
const PREVIEW_COLUMNS: usize = 80;

/// How many issues are named where there is a line for each.
const NAMED: usize = 3;

/// The blocks of the reply.
pub fn blocks(report: &Bottlenecks, frame: &Frame) -> Vec<Block> {
    let found = if report.findings.is_empty() { "" } else { " Detected" };
    let mut blocks = frame.headline(&format!("🔍 Performance Bottlenecks{found}"), report.n, report.window);
    if let Some(text) = nothing_to_say(report) {
        blocks.push(Block::Text(text));
        blocks.extend(frame.kept_since(report.rows_since));
        blocks.push(frame.next_longer(report.window));
        return blocks;
    }
    blocks.extend(issues(report, frame));
    blocks.extend(together(report));
    blocks.extend(frame.kept_since(report.rows_since));
    blocks.extend(notes(report));
    blocks.push(frame.next(&next(report)));
    blocks
}

/// The issues and what they rest on, without a headline.
pub fn body(report: &Bottlenecks, frame: &Frame) -> Vec<Block> {
    match nothing_to_say(report) {
        Some(text) => vec![Block::Text(text)],
        None => {
            let kept = frame.kept_since(report.rows_since);
            issues(report, frame).into_iter().chain(kept).chain(notes(report)).collect()
        }
    }
}

/// The worst issues, a line each.
pub fn findings(report: &Bottlenecks, frame: &Frame) -> Vec<String> {
    let name = |model: &ModelName| fit(&(frame.label)(model), NAME_COLUMNS);
    let line = |finding: &Finding| {
        let (title, severity) = (title(&finding.issue, &name), severity(finding.severity));
        format!("{title} ({severity}): {}{}", often(finding), to_save(&finding.saving, finding.basis))
    };
    report.findings.iter().take(NAMED).map(line).collect()
}

/// `15% of queries`
fn often(finding: &Finding) -> String {
    match &finding.issue {
        Issue::DearModel { share_of_all, .. } => format!("{} of queries", share(*share_of_all)),
        Issue::RepeatsNotCached { .. }
        | Issue::LargeContext { .. }
        | Issue::LongOutputs { .. }
        | Issue::OwnOverhead { .. } => format!("{} of queries", share(finding.frequency.share)),
        _ => format!("{} of its queries", share(finding.frequency.share)),
    }
}

/// `; would save 4m 18s and $0.32 a day`, as far as it surely saves anything.
fn to_save(saving: &Saving, basis: Basis) -> String {
    let about = match basis {
        Basis::Replay => "",
        Basis::AtMost => "at most ",
    };
    let surely = |saved: &Saved, show: fn(f64) -> String| {
        let Estimate { mean, low, .. } = saved.per_day;
        (low.unwrap_or(mean) > 0.0).then(|| show(mean))
    };
    let time = saving.ms.as_ref().and_then(|ms| surely(ms, duration));
    let money = saving.usd.as_ref().and_then(|usd| surely(usd, dollars));
    let parts: Vec<String> = time.into_iter().chain(money).collect();
    if parts.is_empty() { String::new() } else { format!("; would save {about}{} a day", parts.join(" and ")) }
}

/// What should be done, most savings first, each with what it would save.
pub fn recommendations(report: &Bottlenecks, frame: &Frame) -> Vec<Vec<String>> {
    let name = |model: &ModelName| fit(&(frame.label)(model), NAME_COLUMNS);
    let item = |finding: &Finding| {
        vec![
            recommendation(&finding.issue, &name),
            format!("Against: {}, {}", title(&finding.issue, &name), severity(finding.severity)),
            format!("Savings: {}", savings(&finding.saving, finding.basis)),
        ]
    };
    report.findings.iter().map(item).collect()
}

fn issues(report: &Bottlenecks, frame: &Frame) -> Vec<Block> {
    if report.findings.is_empty() {
        return vec![Block::Text("No issue found: nothing that takes time or money without need stands out.".into())];
    }
    (1..).zip(&report.findings).flat_map(|(number, finding)| issue(number, finding, frame)).collect()
}

/// Why nothing can be said.
fn nothing_to_say(report: &Bottlenecks) -> Option<String> {
    let n = report.n.min(report.sample_n);
    match (report.n, n, report.ok_n) {
        (0, _, _) => Some("No calls in this window.".to_owned()),
        (_, 0, _) => {
            Some("The single calls of this window are no longer kept, and issues are found in them.".to_owned())
        }
        (_, n, _) if n < CALLS_FROM => Some(format!("Not enough data: {n} of {CALLS_FROM} calls.")),
        (n, _, 0) => Some(format!("None of the {} calls ended ok: look at the errors first.", count(n))),
        _ => None,
    }
}

fn issue(number: usize, finding: &Finding, frame: &Frame) -> [Block; 2] {
    let name = |model: &ModelName| fit(&(frame.label)(model), NAME_COLUMNS);
    let severity = severity(finding.severity);
    let title =
        format!("Issue #{number}: {} ({severity}, {} of 100)", title(&finding.issue, &name), finding.impact_score);
    let lines = [
        impact(finding),
        Some(format!("Frequency: {}", frequency(finding, &name))),
        Some(format!("Current: {}", current(&finding.issue, frame, &name))),
        finding.example.as_ref().map(example),
        Some(format!("Recommendation: {}", recommendation(&finding.issue, &name))),
        Some(format!("Savings: {}", savings(&finding.saving, finding.basis))),
        finding.seen.map(|seen| {
            format!("Seen before: first {}, last {}", moment(seen.first, frame.zone), moment(seen.last, frame.zone))
        }),
    ];
    [Block::Title(title), Block::Text(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))]
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// A name for a model.
type Name<'a> = &'a dyn Fn(&ModelName) -> String;

fn title(issue: &Issue, name: Name<'_>) -> String {
    match issue {
        Issue::RepeatsNotCached { .. } => "No Caching".to_owned(),
        Issue::DearModel { model, .. } => format!("Using {} for Simple Queries", name(model)),
        Issue::LargeContext { .. } => "Context Window Too Large".to_owned(),
        Issue::LongOutputs { .. } => "Long Outputs".to_owned(),
        Issue::ProviderRetries { provider, .. } => {
            format!("Retries and Back-off at {}", fit(provider.as_str(), NAME_COLUMNS))
        }
        Issue::QueueBound { model, .. } => format!("{} Is Queue-bound", name(model)),
        Issue::SlowFirstToken { provider, .. } => {
            format!("Slow First Token at {}", fit(provider.as_str(), NAME_COLUMNS))
        }
        Issue::UnusedPromptCache { model, .. } => format!("Prompt Cache of {} Not Used", name(model)),
        Issue::RemoteCode { model, .. } => format!("Using {} for Code", name(model)),
        Issue::OwnOverhead { .. } => "perfbot's Own Overhead".to_owned(),
    }
}

/// What is being done now.
fn current(issue: &Issue, frame: &Frame, name: Name<'_>) -> String {
    match issue {
        Issue::RepeatsNotCached { wanted_anew_share } => {
            format!("each is answered anew ({} of them because another answer was wanted)", share(*wanted_anew_share))
        }
        Issue::DearModel { model, cheaper, quality, .. } => rated(quality, &name(model), &name(cheaper)),
        Issue::LargeContext { messages, messages_interval: Interval { low, high }, growth, .. } => {
            let grew = growth.map(|growth| format!("; grew from {:.1} to {:.1}", growth.from, growth.to));
            format!("{messages:.1} messages avg (95%: {low:.1}–{high:.1}){}", grew.unwrap_or_default())
        }
        Issue::LongOutputs { output_tokens, usual_tokens, .. } => {
            format!("{} tokens avg, where {} are usual", whole(*output_tokens), whole(*usual_tokens))
        }
        Issue::ProviderRetries { back_off_share, failures, .. } => {
            let waiting = format!("{} of the lost time is waiting between attempts", share(*back_off_share));
            match failures.0.is_empty() {
                true => format!("{waiting}; why attempts failed is not known"),
                false => format!("{waiting}; attempts failed by {}", words::by_class(failures)),
            }
        }
        Issue::QueueBound { explained, .. } => format!(
            "token counts explain {} of the variation: fewer tokens would not help, less load would",
            share(explained.max(0.0))
        ),
        Issue::SlowFirstToken { since, first_token, writing, .. } => {
            let writes = writing.map(|writing| format!("; it writes {} as long", times(&writing)));
            let since = moment(*since, frame.zone);
            format!(
                "{} the time of before {since}, beside other providers{}",
                times(first_token),
                writes.unwrap_or_default()
            )
        }
        Issue::UnusedPromptCache { hit_share, .. } => {
            format!("{} of the calls that could be are read from the prompt cache", share(*hit_share))
        }
        Issue::RemoteCode { model, local, quality } => rated(quality, &name(model), &name(local)),
        Issue::OwnOverhead { mean_ms, share: of } => {
            format!("{} avg, {} of response times", duration(*mean_ms), share(*of))
        }
    }
}

/// `1.30 times (95%: 1.27–1.33)`.
fn times(slowdown: &Slowdown) -> String {
    let Interval { low, high } = slowdown.interval;
    format!("{:.2} times (95%: {low:.2}–{high:.2})", slowdown.factor)
}

fn whole(tokens: f64) -> String {
    count(tokens.round() as u64)
}

/// What people think of two models for such questions.
fn rated(quality: &Quality, now: &str, then: &str) -> String {
    match quality {
        Quality::NotEnoughData { have, needed } => {
            format!("{now} answers them; no quality estimate ({have} of {needed} rated calls)")
        }
        Quality::Rated { now: mean, then: other, .. } => {
            format!("{now} answers them, rated {mean:.1}/5; {then} is rated {other:.1}/5 for such")
        }
    }
}

/// What should be done about it.
pub fn recommendation(issue: &Issue, name: Name<'_>) -> String {
    match issue {
        Issue::RepeatsNotCached { .. } => "Cache common queries: keep answers for an hour".to_owned(),
        Issue::DearModel { cheaper, .. } => format!("Use {} for simple questions", name(cheaper)),
        Issue::LargeContext { keep, .. } => format!("Reduce to {keep} messages"),
        Issue::LongOutputs { times_usual, .. } => {
            format!("Ask for shorter answers: at most {times_usual:.0} times the usual length")
        }
        Issue::ProviderRetries { .. } => "Ask this provider less at a time, or another one".to_owned(),
        Issue::QueueBound { hours: Some(Hours { from, to }), .. } => {
            format!("Use another model from {from:02} to {to:02} h, or fewer calls at once")
        }
        Issue::QueueBound { hours: None, .. } => "Use another model, or fewer calls at once".to_owned(),
        Issue::SlowFirstToken { .. } => "Use models of another provider until it is as before".to_owned(),
        Issue::UnusedPromptCache { .. } => "Turn prompt caching on for conversations".to_owned(),
        Issue::RemoteCode { local, .. } => format!("Use {} for code", name(local)),
        Issue::OwnOverhead { .. } => "Give perfbot a faster host, or more of this one".to_owned(),
    }
}

fn impact(finding: &Finding) -> Option<String> {
    let impact = &finding.impact;
    let each = [impact.ms_per_query.map(duration), impact.usd_per_query.map(dollars)];
    let day = [impact.ms_per_day.map(duration), impact.usd_per_day.map(dollars)];
    let list = |parts: [Option<String>; 2], sign: &str| {
        let parts: Vec<String> = parts.into_iter().flatten().map(|part| format!("{sign}{part}")).collect();
        parts.join(", ")
    };
    let each = Some(list(each, "+")).filter(|each| !each.is_empty())?;
    Some(format!("Impact: {each} per query; {} a day", list(day, "")))
}

fn frequency(finding: &Finding, name: Name<'_>) -> String {
    let of = &finding.frequency;
    let what = match &finding.issue {
        Issue::RepeatsNotCached { .. } => "of queries are repeats within an hour".to_owned(),
        Issue::DearModel { model, share_of_all, .. } => {
            format!("of the queries of {}, {} of all", name(model), share(*share_of_all))
        }
        Issue::LargeContext { keep, .. } => format!("of queries have more than {keep} messages"),
        Issue::LongOutputs { times_usual, .. } => {
            format!("of answers have more than {times_usual:.0} times the usual length of their type")
        }
        Issue::ProviderRetries { .. } => "of its queries take more than one attempt".to_owned(),
        Issue::QueueBound { hours: Some(Hours { from, to }), .. } => {
            format!("of its queries, those from {from:02} to {to:02} h")
        }
        Issue::QueueBound { hours: None, .. } => "of its queries wait".to_owned(),
        Issue::SlowFirstToken { .. } => "of its queries, those since then".to_owned(),
        Issue::UnusedPromptCache { model, .. } => format!("of the queries of {}", name(model)),
        Issue::RemoteCode { model, .. } => format!("of the queries of {}", name(model)),
        Issue::OwnOverhead { .. } => "of queries have 100ms of it or more".to_owned(),
    };
    let Interval { low, high } = of.interval;
    format!("{} {what} (95%: {}–{}, {} of {})", share(of.share), share(low), share(high), count(of.count), count(of.of))
}

fn example(example: &Example) -> String {
    let what = match &example.prompt_preview {
        Some(preview) => format!("\"{}\"", fit(preview, PREVIEW_COLUMNS)),
        None => words::query_type(example.query_type).to_owned(),
    };
    let tokens = |tokens: Option<u64>| tokens.map_or_else(|| "unknown".to_owned(), count);
    let size = format!("{} tokens in, {} out", tokens(example.input_tokens), tokens(example.output_tokens));
    let today = example.asked_again_today.map(|times| format!("; asked {} times today", count(times + 1)));
    format!("Example: {what} ({size}{})", today.unwrap_or_default())
}

fn savings(saving: &Saving, basis: Basis) -> String {
    let about = match basis {
        Basis::Replay => "~",
        Basis::AtMost => "at most ",
    };
    let parts = [
        saving.ms.as_ref().map(|ms| saved(ms, about, duration, "faster", "slower")),
        saving.usd.as_ref().map(|usd| saved(usd, about, dollars, "cheaper", "dearer")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { format!("{NONE} (neither times nor prices tell)") } else { parts.join("; ") }
}

/// `~1.5s per query (60% faster), 12m a day (8m–15m)`.
fn saved(saved: &Saved, about: &str, show: fn(f64) -> String, less: &str, more: &str) -> String {
    let each = saved.per_affected_call;
    let word = if each < 0.0 { more } else { less };
    let by = share(saved.share_of_affected.abs());
    format!("{about}{} per query ({by} {word}), {}", show(each.abs()), a_day(&saved.per_day, show))
}

fn a_day(day: &Estimate, show: fn(f64) -> String) -> String {
    match (day.low, day.high) {
        (Some(low), Some(high)) if low > 0.0 => format!("{} a day ({}–{})", show(day.mean), show(low), show(high)),
        (Some(low), Some(_)) if low <= 0.0 => "no clear saving".to_owned(),
        _ => format!("{} a day (too few people and days for an interval)", show(day.mean.abs())),
    }
}

fn together(report: &Bottlenecks) -> Vec<Block> {
    let Some(together) = &report.together else { return Vec::new() };
    let line = |saved: &Saved, show: fn(f64) -> String, word: &str| {
        format!(
            "{} on all queries, {}",
            format_args!("{} {word}", share(saved.share_of_all.mean)),
            a_day(&saved.per_day, show)
        )
    };
    let lines = [
        together
            .ms
            .as_ref()
            .filter(|ms| ms.per_day.mean > 0.0)
            .map(|ms| format!("Speed: {}", line(ms, duration, "faster"))),
        together
            .usd
            .as_ref()
            .filter(|usd| usd.per_day.mean > 0.0)
            .map(|usd| format!("Cost: {}", line(usd, dollars, "cheaper"))),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() {
        return Vec::new();
    }
    vec![Block::Title("Combined savings".into()), Block::Text(lines.join("\n"))]
}

/// On what it rests, and what is too rare to say.
fn notes(report: &Bottlenecks) -> Vec<Block> {
    let looked = (report.sample_n < report.n)
        .then(|| format!("Looked at {} of the {} calls one by one.", count(report.sample_n), count(report.n)));
    let rare = |few: &TooFew| format!("{} ({} of {} calls)", rule(few.rule), count(few.count), count(few.of));
    let rare: Vec<String> = report.too_few.iter().map(rare).collect();
    let rare = (!rare.is_empty()).then(|| format!("Too few to rank: {}.", rare.join(", ")));
    let range =
        (!report.findings.is_empty()).then(|| "Ranges of savings hold with 80%; they replay logged calls.".to_owned());
    let notes: Vec<String> = [looked, range, rare].into_iter().flatten().collect();
    if notes.is_empty() { Vec::new() } else { vec![Block::Note(notes.join(" "))] }
}

fn rule(rule: RuleName) -> &'static str {
    match rule {
        RuleName::RepeatsNotCached => "repeats",
        RuleName::DearModel => "simple questions to a dear model",
        RuleName::LargeContext => "large contexts",
        RuleName::LongOutputs => "long outputs",
        RuleName::ProviderRetries => "retries",
        RuleName::QueueBound => "waiting in queues",
        RuleName::SlowFirstToken => "slow first tokens",
        RuleName::UnusedPromptCache => "unused prompt caches",
        RuleName::RemoteCode => "code on paid models",
        RuleName::OwnOverhead => "overhead of perfbot",
    }
}

fn next(report: &Bottlenecks) -> String {
    match report.findings.first().map(|finding| &finding.issue) {
        Some(Issue::DearModel { model, cheaper, .. }) => format!("perf compare {model} {cheaper}"),
        Some(Issue::LargeContext { .. }) => "perf history".to_owned(),
        Some(Issue::SlowFirstToken { .. } | Issue::QueueBound { .. }) => "perf heatmap".to_owned(),
        _ => "perf slowest".to_owned(),
    }
}
