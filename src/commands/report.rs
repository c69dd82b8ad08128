//! `!perf report`: all of a window in a file that people keep.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::sample::sampled;
use super::span::{LAST_MONTH, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::advisor::bottleneck::{self, Basis, Bottlenecks, Finding, RuleName};
use crate::advisor::{Outlook, Saving};
use crate::analysis::heatmap::{self, HeatmapInput};
use crate::analysis::history::{self, Day, HistoryInput};
use crate::analysis::report::{self, ReportInput, period_for};
use crate::model::{Filter, Scope, Timestamp, Window};
use crate::store::question;
use crate::view::report::Whole;
use crate::view::{self, Block, File, Frame, WindowTitle};

/// The command.
pub struct PerformanceReport;

/// Its arguments.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    span: SpanArgs,
    /// What kind of file: pdf, csv or json; pdf, if left out.
    #[arg(long, value_name = "pdf", ignore_case = true, default_value = "pdf", hide_default_value = true)]
    format: Format,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Pages to read and print.
    Pdf,
    /// Every figure, for spreadsheets.
    Csv,
    /// Every figure, for programs.
    Json,
}

/// What the store said.
pub struct Facts {
    input: ReportInput,
    calls: bottleneck::Input,
    title: WindowTitle,
    scope: Scope,
    format: Format,
}

/// The figures, and what to put them in.
#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    report: report::Report,
    /// What takes time or money without need.
    bottlenecks: Bottlenecks,
    /// What should be done about it, most savings first.
    recommendations: Vec<Recommendation>,
    /// What all of that which can be replayed would save together.
    estimated_savings: Option<Outlook>,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    scope: Scope,
    #[serde(skip)]
    format: Format,
}

/// What should be done about an issue.
#[derive(Debug, Serialize)]
struct Recommendation {
    issue: RuleName,
    /// Which model or provider it is about; empty if all.
    subject: String,
    recommendation: String,
    saving: Saving,
    basis: Basis,
}

impl Recommendation {
    fn against(finding: &Finding) -> Self {
        Self {
            issue: finding.issue.rule(),
            subject: finding.issue.subject().to_owned(),
            recommendation: view::bottlenecks::recommendation(&finding.issue, &ToString::to_string),
            saving: finding.saving.clone(),
            basis: finding.basis,
        }
    }
}

impl Report {
    fn whole(&self) -> Whole<'_> {
        Whole { report: &self.report, found: &self.bottlenecks }
    }
}

/// The most days that are looked at, one by one.
const DAYS: u64 = 1_100;

impl Command for PerformanceReport {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "report",
        summary: "All of it in a file to keep: PDF, CSV or JSON.",
        details: "Looks at the last 30 days: times, models, cost, bottlenecks, trends and hours, with what the figures rest on. The \
                  same window gives the same figures.",
        examples: &["perf report", "perf report --last 7d", "perf report --format csv"],
        slash: "perf report",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = ReportArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: ReportArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve_or(LAST_MONTH, cx)?;
        let (window, scope) = (span.window, cx.scope());
        let days = window.length().0 / Timestamp::DAY as u64;
        if days > DAYS {
            return Err(Failure::user(format!("a report looks at {DAYS} days at the most, and these are {days}")));
        }
        let (input, calls) = (asked(window, cx).await?, sampled(window, cx).await?);
        Ok(Facts { input, calls, title: span.title, scope, format: args.format })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, calls, title, scope, format } = facts;
        let (report, bottlenecks) = (report::report(input), bottleneck::bottlenecks(calls));
        let recommendations = bottlenecks.findings.iter().map(Recommendation::against).collect();
        let estimated_savings = Outlook::of(&bottlenecks, report.cost.per_30_days_usd);
        Analyzed::report(Report { report, bottlenecks, recommendations, estimated_savings, title, scope, format })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let date = cx.now.to_utc().with_timezone(&cx.services.zone).format("%Y-%m-%d");
        cx.framed(&report.title, |frame| {
            view::report::blocks(report.whole(), file(report, &format!("performance_report_{date}"), frame), frame)
        })
    }
}

/// The file, under a name without its ending.
fn file(report: &Report, name: &str, frame: &Frame) -> Block {
    match report.format {
        Format::Pdf => Block::Document {
            name: format!("{name}.pdf"),
            document: Box::new(view::report::document(report.whole(), &report.scope, frame)),
        },
        Format::Csv => Block::File(File::new(format!("{name}.csv"), view::csv(report))),
        Format::Json => {
            // A report that cannot be serialised has no figures to show.
            let json = serde_json::to_vec_pretty(report).unwrap_or_default();
            Block::File(File::new(format!("{name}.json"), json))
        }
    }
}

/// All that the store knows of a window, from one and the same view of it.
async fn asked(window: Window, cx: &Context) -> Result<ReportInput, Failure> {
    let (store, scope, zone, filter) = (&cx.services.store, cx.scope(), cx.services.zone, Filter::default());
    let by = period_for(window);
    let (cuts, days) = (history::periods(window, by, zone), window.split(Timestamp::DAY));
    let stretches = |windows| question::Stretches { windows, scope: scope.clone(), filter: filter.clone() };
    let of_cuts = cuts.iter().map(|cut| cut.window).collect();
    let history = (stretches(of_cuts), stretches(days.clone()), question::Events { window, scope: scope.clone() });
    let heatmap = (
        question::DatedHours { window, scope: scope.clone(), filter: filter.clone(), zone },
        question::TimesByHour { window, scope: scope.clone(), filter: filter.clone(), zone },
    );
    let cells = question::Cells { window, scope: scope.clone(), filter: filter.clone() };
    let (groups, (of_cuts, of_days, events), (hours, times)) = store.ask((cells, history, heatmap)).await?;
    let slow = match heatmap::stands_out(&hours) {
        true => store.ask(question::HoursOfGroups { window, scope, filter, zone }).await?,
        false => Vec::new(),
    };
    let periods = cuts.into_iter().zip(of_cuts).collect();
    let days = days.into_iter().zip(of_days).map(|(window, groups)| Day { window, groups }).collect();
    Ok(ReportInput {
        window,
        zone,
        groups,
        history: HistoryInput { window, by, zone, periods, days, events },
        heatmap: HeatmapInput { window, zone, hours, groups: slow, times },
    })
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome, QueryType, Role};
    use crate::testing::{CallBuilder, call};

    /// Four weeks of two models, six calls a day each; from the third week on responses take half as long again.
    fn four_weeks() -> Vec<CallBuilder> {
        let of_day = |day: usize| {
            (0..12).map(move |n| {
                let at = chrono::NaiveDate::from_ymd_opt(2026, 10, 24).unwrap() + chrono::Days::new(day as u64);
                let (model, ms, usd) = if n % 2 == 0 { ("sim-swift", 1_000, 0.002) } else { ("sim-deep", 3_000, 0.02) };
                let ms = ms + ms * ((day * 12 + n) as u64 * 7 % 13) / 40;
                let ms = if day < 14 { ms } else { ms * 3 / 2 };
                let of_type = if n % 3 == 0 { QueryType::Code } else { QueryType::Question };
                let call = call(model).at(&format!("{at}T{:02}:30:00Z", 2 * n)).guild("town").channel("general");
                let call = call.user("ann").query_type(of_type).ms(ms).tokens(1_000, 200).cost_usd(usd).ttft_ms(400);
                match (day * 12 + n) % 40 {
                    7 => call.outcome(Outcome::Error(ErrorClass::Server)),
                    3 => call.rating(4),
                    _ => call,
                }
            })
        };
        (0..28).flat_map(of_day).collect()
    }

    #[tokio::test]
    async fn of_four_weeks() {
        let owner = owner_of(four_weeks()).await;
        insta::assert_snapshot!(owner.says("!perf report").await, @"
        📄 Performance Report (last 30d, n=336)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Contents:
        1. Executive Summary
        2. Response Time Analysis
        3. Model Performance Breakdown
        4. Cost Analysis
        5. Bottleneck Identification
        6. Historical Trends
        7. By Hour and Weekday
        8. Method and Coverage

        Key Findings:
        - Average response time: 2.8s (median 2.0s, P95 5.6s, n=327)
        - Cost: $3.70 (n=336)
        - 91% of the cost goes to Deep (simulated), for 50% of the calls
        - 2.7% of calls failed (9 of 336: server)
        - Failed, cut and stopped answers took 37.7s and $0.18
        - Responses are 51% slower since 2026-11-07

        [file performance_report_2026-11-21.pdf]

        Next: !perf history
        ");
        let town = owner.other("eve", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(town.says("!perf report --last 7d --format CSV").await, @"
        📄 Performance Report (last 7d, n=78)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Key Findings:
        - Average response time: 3.4s (median 2.0s, P95 5.8s, n=76)
        - Cost: $0.86, $3.68 for 30 days (n=78)
        - 91% of the cost goes to Deep (simulated), for 50% of the calls
        - 2.6% of calls failed (2 of 78: server)
        - Failed, cut and stopped answers took 9.9s and $0.04

        [file performance_report_2026-11-21.csv]

        Next: !perf history
        ");
    }

    #[tokio::test]
    async fn the_same_window_gives_the_same_pages() {
        let owner = owner_of(four_weeks()).await;
        let pages = || owner.documents("!perf report --from 2026-10-25 --to 2026-11-20");
        let first = pages().await;
        owner.waits(3_000);
        assert_eq!(first.len(), 1);
        assert_eq!(first, pages().await);
    }

    #[tokio::test]
    async fn of_few_calls_of_failures_and_of_nothing() {
        insta::assert_snapshot!(owner_of([call("gpt").ms(900)]).await.says("!perf report").await, @"
        📄 Performance Report (last 30d, n=1)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Contents:
        1. Executive Summary
        2. Response Time Analysis
        3. Model Performance Breakdown
        4. Cost Analysis
        5. Bottleneck Identification
        6. Historical Trends
        7. By Hour and Weekday
        8. Method and Coverage

        Key Findings:
        - Average response time: 900ms (median 900ms, n=1)

        [file performance_report_2026-11-21.pdf]

        Next: !perf history
        ");
        let failed = || call("gpt").outcome(Outcome::Error(ErrorClass::Server)).ms(900);
        insta::assert_snapshot!(owner_of([failed(), failed()]).await.says("!perf report").await, @"
        📄 Performance Report (last 30d, n=2)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Contents:
        1. Executive Summary
        2. Response Time Analysis
        3. Model Performance Breakdown
        4. Cost Analysis
        5. Bottleneck Identification
        6. Historical Trends
        7. By Hour and Weekday
        8. Method and Coverage

        Key Findings:
        - No call with a known time ended ok
        - 100% of calls failed (2 of 2: server)
        - Failed, cut and stopped answers took 1.8s

        [file performance_report_2026-11-21.pdf]

        Next: !perf history
        ");
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf report").await, @"
        📄 Performance Report (last 30d, n=0)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        No calls in this window, so there is no file.

        Next: !perf help
        ");
        insta::assert_snapshot!(owner.says("!perf report --from 2027-01-01").await, @"--from (2027-01-01T00:00:00Z) is still to come, since it is 2026-11-21T12:00:02Z now: name an earlier time.");
        insta::assert_snapshot!(owner.says("!perf report --format doc").await, @r#""doc" is no value for --format: use pdf, csv or json (!perf help report shows how)"#);
        insta::assert_snapshot!(owner.says("!perf report --last 4000d").await, @"A report looks at 1100 days at the most, and these are 4000.");
    }

    #[tokio::test]
    async fn of_other_people_nothing_is_said_in_private() {
        let eve = owner_of(a_day()).await.other("eve", Role::Member);
        assert!(eve.says("!perf report").await.contains("No calls in this window"));
    }
}
