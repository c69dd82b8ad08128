//! `!perf diff`: what changed between two times, and why, as parts that add up.

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use super::windows::{Named, last_two, named};
use crate::analysis::diff::{self, DiffInput, Side};
use crate::analysis::history::Day;
use crate::model::{Group, ModelName, Rates, Timestamp, Window};
use crate::store::question;
use crate::view::diff::Times;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Diff;

/// Its arguments.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The time before: yesterday, last-week, 2026-11-01, 2026-11-01..07, or a baseline; yesterday, if left out.
    #[arg(value_name = "BEFORE")]
    before: Option<String>,
    /// The time that is held against it; today, if left out.
    #[arg(value_name = "AFTER")]
    after: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: DiffInput,
    times: Times,
    only: Vec<String>,
    attachment: Attachment,
}

/// The difference, and what its times are called.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    diff: diff::Diff,
    #[serde(skip)]
    times: Times,
    #[serde(skip)]
    only: Vec<String>,
    #[serde(skip)]
    attachment: Attachment,
}

/// In about how many stretches each time is cut, to see how far they lie apart.
const STRETCHES: u32 = 50;
/// How many days are looked at to say since when, at the least and at the most.
const DAYS: i64 = 60;
const MOST_DAYS: i64 = 400;

impl Command for Diff {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "diff",
        summary: "What changed between two times, and why.",
        details: "Takes any two times that do not overlap; yesterday and today, if none is named; 7d alone holds the last \
                  7 days against the 7 before. The change is split into \
                  other models, other questions, input and output tokens, prompt cache, retries, prices and the provider \
                  itself, and these parts add up to it.",
        examples: &["perf diff yesterday today", "perf diff 2026-11-01..07 2026-11-08..14", "perf diff baseline today"],
        slash: "perf diff",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = DiffArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: DiffArgs, cx: &Context) -> Result<Facts, Failure> {
        let [before, after] = times(&args, cx).await?;
        apart(&before, &after, cx)?;
        let filter = args.filter.resolve(cx).await?;
        let days = around(before.window, after.window).split(Timestamp::DAY);
        let cells = |of: &Named| question::Cells { window: of.window, scope: cx.scope(), filter: filter.clone() };
        let stretches = |windows| question::Stretches { windows, scope: cx.scope(), filter: filter.clone() };
        let parts = |of: &Named| stretches(of.window.parts(STRETCHES));
        let asked = (cells(&before), cells(&after), parts(&before), parts(&after), stretches(days.clone()));
        let (was, is, parts_were, parts_are, of_days) = cx.services.store.ask(asked).await?;
        let prices = prices([&was, &is], [before.window, after.window], cx);
        let days = days.into_iter().zip(of_days).map(|(window, groups)| Day { window, groups }).collect();
        let input = DiffInput {
            before: Side { window: before.window, groups: was, stretches: parts_were },
            after: Side { window: after.window, groups: is, stretches: parts_are },
            prices,
            days,
        };
        let only = filter::words(&filter, cx);
        Ok(Facts { input, times: [before, after].map(title), only, attachment: args.attachment.named("diff.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, times, only, attachment } = facts;
        Analyzed::report(Report { diff: diff::diff(&input), times, only, attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let title = WindowTitle::Between { window: report.diff.after.window, zone: cx.services.zone };
        let title = title.narrowed(&report.only);
        let blocks = cx.framed(&title, |frame| view::diff::blocks(&report.diff, &report.times, frame));
        report.attachment.beside(blocks, report)
    }
}

fn title(named: Named) -> view::diff::Time {
    view::diff::Time { name: named.name, goes_on: named.goes_on }
}

/// The two times; of a length alone, the last such time and the one before it.
async fn times(args: &DiffArgs, cx: &Context) -> Result<[Named; 2], Failure> {
    if let (Some(word), None) = (&args.before, &args.after)
        && let Some(two) = last_two(word, cx)
    {
        return Ok(two);
    }
    let before = time(args.before.as_deref().unwrap_or("yesterday"), cx).await?;
    Ok([before, time(args.after.as_deref().unwrap_or("today"), cx).await?])
}

/// The time of a word, or of the baseline of that name.
async fn time(word: &str, cx: &Context) -> Result<Named, Failure> {
    if let Some(named) = named(word, cx)? {
        return Ok(named);
    }
    let baselines = cx.services.store.ask(question::Baselines { of: cx.reach() }).await?;
    let name = word.trim().to_lowercase();
    let known: Vec<String> = baselines.iter().map(|baseline| baseline.name.clone()).collect();
    let found = baselines.into_iter().find(|baseline| baseline.name == name);
    let named = found.map(|baseline| Named { name: baseline.name, window: baseline.window, goes_on: false });
    named.ok_or_else(|| {
        let baselines = match known.is_empty() {
            true => "a baseline (there is none here yet)".to_owned(),
            false => format!("a baseline ({})", known.join(", ")),
        };
        Failure::user(format!(
            "{word:?} is no time: use yesterday, last-week, 2026-11-01, 2026-11-01..07, 7d or {baselines}"
        ))
    })
}

/// Two times that share something cannot be held against each other.
fn apart(before: &Named, after: &Named, cx: &Context) -> Result<(), Failure> {
    let shared = Window { from: before.window.from.max(after.window.from), to: before.window.to.min(after.window.to) };
    if shared.from >= shared.to {
        return Ok(());
    }
    Err(Failure::user(match before.window == after.window {
        true => format!("{} and {} are the same time: name two that differ", before.name, after.name),
        false => format!(
            "{} and {} overlap ({}): name two times apart, since calls in both would be held against themselves",
            before.name,
            after.name,
            WindowTitle::Between { window: shared, zone: cx.services.zone }
        ),
    }))
}

/// The days among which it is looked for when something changed.
fn around(before: Window, after: Window) -> Window {
    let to = before.to.max(after.to);
    let from = before.from.min(after.from).min(to.plus(-DAYS * Timestamp::DAY)).floor_to(Timestamp::DAY);
    Window { from: from.max(to.plus(-MOST_DAYS * Timestamp::DAY)), to }
}

/// What the models cost at the end of either time.
fn prices(groups: [&Vec<Group>; 2], windows: [Window; 2], cx: &Context) -> Vec<(ModelName, [Option<Rates>; 2])> {
    let mut models: Vec<&ModelName> = groups.into_iter().flatten().map(|group| &group.key.model).collect();
    models.sort_unstable();
    models.dedup();
    let rates = |model: &ModelName| windows.map(|window| cx.services.assistant.rates_of(model, window.to.plus(-1)));
    models.into_iter().map(|model| (model.clone(), rates(model))).collect()
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{QueryType, Role};
    use crate::testing::{CallBuilder, call};

    /// Thirty days of two models; from the fifteenth on more calls go to the slow one, and its answers are longer.
    fn a_month() -> Vec<CallBuilder> {
        let of_day = |day: usize| {
            (0..24).map(move |n| {
                let at = chrono::NaiveDate::from_ymd_opt(2026, 10, 22).unwrap() + chrono::Days::new(day as u64);
                let deep = n % 4 == 0 || day >= 14 && n % 4 == 1;
                let (model, ms) = if deep { ("sim-deep", 3_000) } else { ("sim-swift", 1_000) };
                let output = if deep && day >= 14 { 300 } else { 200 } + (day * 24 + n) as u64 * 7 % 13;
                let of_type = if n % 3 == 0 { QueryType::Code } else { QueryType::Question };
                let call = call(model).at(&format!("{at}T{n:02}:30:00Z")).guild("town").channel("general").user("ann");
                let call = call.query_type(of_type).model_ms(ms + 5 * output).ms(ms + 5 * output + 40).ttft_ms(ms);
                call.tokens(1_000, output).cost_usd(0.00001 * output as f64)
            })
        };
        (0..30).flat_map(of_day).collect()
    }

    #[tokio::test]
    async fn of_two_weeks() {
        let owner = owner_of(a_month()).await;
        insta::assert_snapshot!(owner.says("!perf diff 2026-10-25..31 2026-11-08..14").await, @"
        🔍 Performance Diff: 2026-10-25..31 → 2026-11-08..14 (n=168 → 168)
        2026-10-25..31: 2026-10-25 00:00 – 2026-11-01 00:00 UTC. 2026-11-08..14: 2026-11-08 00:00 – 2026-11-15 00:00 UTC.

                      Before     After        Change
        Response       2.57s     3.32s     ⚠️ +0.75s
        P95            4.09s     4.60s        +0.51s
        Cost/query  $0.00206  $0.00256  ⚠️ +$0.00050
        Errors            0%        0%           0pp
        Spent          $0.35     $0.43
        Calls            168       168
        ⚠️ and ✅ mark changes beyond chance; P95 is not judged. pp: percentage points.

        Why Response:
                         Part  Share
        Model mix      +0.56s    75%
        Output length  +0.19s    25%
        Together       +0.75s   100%
        Model mix: more of the calls go to Deep (simulated).

        Why P95: all of it provider, rest.

        Why Cost/query:
                             Part  Share
        Model mix       +$0.00013    26%
        Output length   +$0.00056   112%
        Failures, rest  -$0.00019   -38%
        Together        +$0.00050   100%
        Model mix: more of the calls go to Deep (simulated). Rest: mostly Deep (simulated).

        Since when: no day on which the median response time changed its level (24 days)

        Next: !perf history
        ");
        insta::assert_snapshot!(owner.says("!perf diff last-week this-week --type code --model swift").await, @"
        🔍 Performance Diff: last-week → this-week, Swift (simulated), code (n=28 → 20)
        last-week: 2026-11-09 00:00 – 2026-11-16 00:00 UTC. this-week: 2026-11-16 00:00 – 2026-11-21 12:00 UTC (so far).

                    last-week  this-week    Change
        Response        2.07s      2.07s     0.00s
        P95             2.10s      2.10s     0.00s
        Cost/query   $0.00206   $0.00206  $0.00000
        Errors             0%         0%       0pp
        Spent          $0.058     $0.041
        Calls              28         20
        ⚠️ and ✅ mark changes beyond chance; P95 is not judged. pp: percentage points. this-week is not over: its later hours are missing.

        Since when: – (not enough data: 14 of 20 days with 5 timed answers)

        Next: !perf history
        ");
    }

    #[tokio::test]
    async fn of_a_baseline() {
        let owner = owner_of(a_month()).await;
        owner.says("!perf baseline set quiet --from 2026-10-25 --to 2026-11-01").await;
        let first = |reply: String| reply.lines().next().unwrap_or_default().to_owned();
        insta::assert_snapshot!(first(owner.says("!perf diff quiet 7d").await), @"🔍 Performance Diff: quiet → 7d (n=168 → 156)");
        insta::assert_snapshot!(owner.says("!perf diff quiets 7d").await, @r#""quiets" is no time: use yesterday, last-week, 2026-11-01, 2026-11-01..07, 7d or a baseline (quiet)"#);
    }

    #[tokio::test]
    async fn of_few_calls_and_none() {
        let day = owner_of(a_day()).await;
        insta::assert_snapshot!(day.says("!perf diff").await, @"
        🔍 Performance Diff: yesterday → today (n=39 → 0)
        yesterday: 2026-11-20 00:00 – 2026-11-21 00:00 UTC. today: 2026-11-21 00:00 – 12:00 UTC (so far).

        No calls in today: nothing to hold against each other.

        Next: !perf history
        ");
        let few = owner_of([call("sim-swift").at("2026-11-21T08:00:00Z").ms(900), call("sim-swift").ms(800)]).await;
        insta::assert_snapshot!(few.says("!perf diff").await, @"
        🔍 Performance Diff: yesterday → today (n=1 → 1)
        yesterday: 2026-11-20 00:00 – 2026-11-21 00:00 UTC. today: 2026-11-21 00:00 – 12:00 UTC (so far).

                    yesterday    today  Change
        Response        800ms    900ms
        P95                 –        –
        Cost/query          –        –
        Errors             0%       0%
        Spent         unknown  unknown
        Calls               1        1
        Not enough data to explain: Response (1 of 20), P95 (1 of 20), Cost/query (0 of 20), Errors (1 of 20). today is not over: its later hours are missing.

        Since when: – (not enough data: 0 of 20 days with 5 timed answers)

        Next: !perf history
        ");
        insta::assert_snapshot!(owner().await.says("!perf diff").await, @"
        🔍 Performance Diff: yesterday → today (n=0 → 0)
        yesterday: 2026-11-20 00:00 – 2026-11-21 00:00 UTC. today: 2026-11-21 00:00 – 12:00 UTC (so far).

        No calls in yesterday and today: nothing to hold against each other.

        Next: !perf history
        ");
    }

    #[tokio::test]
    async fn a_length_alone_is_held_against_the_same_length_before_it() {
        let owner = owner_of(a_day()).await;
        let reply = owner.says("!perf diff 7d").await;
        insta::assert_snapshot!(reply.lines().take(3).collect::<Vec<_>>().join("\n"), @"
        🔍 Performance Diff: 7d before → last 7d (n=0 → 39)
        7d before: 2026-11-07 12:00 – 2026-11-14 12:00 UTC. last 7d: 2026-11-14 12:00 – 2026-11-21 12:00 UTC.
        ");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf diff 2026-11-01..07 2026-11-05..14").await, @"2026-11-01..07 and 2026-11-05..14 overlap (2026-11-05 00:00 – 2026-11-08 00:00 UTC): name two times apart, since calls in both would be held against themselves.");
        insta::assert_snapshot!(owner.says("!perf diff today today").await, @"Today and today are the same time: name two that differ.");
        insta::assert_snapshot!(owner.says("!perf diff yesterday 2027-01-01..07").await, @"2027-01-01..07 is still to come: it is 2026-11-21T12:00:03Z now.");
        insta::assert_snapshot!(owner.says("!perf diff 2026-11-07..01 today").await, @"2026-11-07..01 ends before it begins: write the earlier time first.");
        insta::assert_snapshot!(owner.says("!perf diff soon today").await, @r#""soon" is no time: use yesterday, last-week, 2026-11-01, 2026-11-01..07, 7d or a baseline (there is none here yet)"#);
        insta::assert_snapshot!(owner.says("!perf diff 2026-11-01..x today").await, @r#""x" is no time: write 2026-11-01..07 or 2026-11-01..2026-11-07."#);
        insta::assert_snapshot!(owner.says("!perf diff 0026-11-01 today").await, @r#""0026-11-01" is no time: it lies in the year 26, and years from 1970 to 2199 can be asked for."#);
        insta::assert_snapshot!(owner.says("!perf diff yesterday today tomorrow").await, @r#""tomorrow" is one word too many (!perf help diff shows how)"#);
    }

    #[tokio::test]
    async fn members_see_where_they_are() {
        let ann = owner_of(a_month()).await.other("ann", Role::Member);
        let first = |reply: String| reply.lines().next().unwrap_or_default().to_owned();
        let diff = "!perf diff 2026-10-25..31 2026-11-08T00:00..2026-11-15";
        insta::assert_snapshot!(first(ann.in_guild("town", "ops").says(diff).await), @"🔍 Performance Diff: 2026-10-25..31 → 2026-11-08T00:00..2026-11-15 (n=168 → 192)");
        insta::assert_snapshot!(first(ann.in_guild("village", "ops").says(diff).await), @"🔍 Performance Diff: 2026-10-25..31 → 2026-11-08T00:00..2026-11-15 (n=0 → 0)");
        insta::assert_snapshot!(ann.says("!perf diff --user bob").await, @"Only admins may look at other people's calls: use --user me.");
    }
}
