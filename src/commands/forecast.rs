//! `!perf forecast`: what the next days bring, and when the daily cap would be crossed.

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::forecast::{self, ForecastInput};
use crate::analysis::history::{self, Period};
use crate::model::{Filter, Group, Scope, Timestamp, Window, calendar};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Forecast;

/// Its arguments.
#[derive(Debug, Args)]
pub struct ForecastArgs {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: ForecastInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The forecast.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    forecast: forecast::Forecast,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
}

/// How many days are looked back at.
const DAYS: i64 = 180;

impl Command for Forecast {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "forecast",
        summary: "Calls, tokens and spend of the next days.",
        details: "Foresees 7 days from 21 whole days on, and 30 days from 90 on, by the simple method that would have erred \
                  least so far. The interval holds what comes in four of five cases, if things go on as they did.",
        examples: &["perf forecast", "perf forecast --model haiku"],
        slash: "perf forecast",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = ForecastArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: ForecastArgs, cx: &Context) -> Result<Facts, Failure> {
        let filter = args.filter.resolve(cx).await?;
        let zone = cx.services.zone;
        let to = calendar::day_of(cx.now, zone).from;
        let from = calendar::day_of(to.plus(-DAYS * Timestamp::DAY), zone).from;
        let windows: Vec<Window> =
            history::periods(Window { from, to }, Period::Day, zone).into_iter().map(|cut| cut.window).collect();
        let date = |at: Timestamp| at.to_utc().with_timezone(&zone).date_naive();
        let dates: Vec<NaiveDate> = windows.iter().map(|window| date(window.from)).collect();
        // The cap counts what everyone spends on every model.
        let everything = cx.scope() == Scope::All && filter == Filter::default();
        let title = WindowTitle::Last(format!("{DAYS}d")).narrowed(&filter::words(&filter, cx));
        let days = cx.services.store.ask(question::Stretches { windows, scope: cx.scope(), filter }).await?;
        let days = dates.into_iter().zip(days).map(|(date, groups)| (date, Group::total(&*groups))).collect();
        let cap = everything.then(|| cx.services.assistant.daily_cap());
        let input = ForecastInput { days, today: date(cx.now), cap };
        Ok(Facts { input, title, attachment: args.attachment.named("forecast.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, title, attachment } = facts;
        Analyzed::report(Report { forecast: forecast::forecast(&input), title, attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::forecast::blocks(&report.forecast, frame));
        report.attachment.beside(blocks, report)
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::Role;
    use crate::testing::{CallBuilder, call};

    /// So many days up to yesterday, more calls on some days of the week than on others.
    fn days(n: u64) -> Vec<CallBuilder> {
        let of_day = |back: u64| {
            let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap() - chrono::Days::new(back);
            (0..4 + back % 7 + back * 5 % 3).map(move |n| {
                let call = call("sim-swift").at(&format!("{date}T{:02}:00:00Z", 8 + n)).guild("town").user("ann");
                let call = call.ms(900).tokens(1_000, 200).cost_usd(0.2);
                call.with(|call| call.context.messages = Some(0))
            })
        };
        (1..=n).flat_map(of_day).collect()
    }

    #[tokio::test]
    async fn of_a_month() {
        let owner = owner_of(days(30)).await;
        insta::assert_snapshot!(owner.says("!perf forecast").await, @"
        🔮 Forecast from 2026-11-21 on (n=231)
        Rests on 29 whole days (UTC), from 2026-10-23 on.

        Next 7 Days:
                Expected     80% interval   Off
        Calls         57          55 – 59  2.3%
        Tokens     68.4K    65.7K – 71.1K  2.3%
        Spend     $11.40  $10.95 – $11.85  2.3%
        Method: mean of the last 7 days. Off: by how much such sums missed in the past.

        Next 30 days: – (not enough data: 29 of 90 days)
        Daily cap ($5.00): not within the horizon (7 days, at the most $2.32 a day)

        Next: !perf cost
        ");
        let ann = owner.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!perf forecast --user me").await, @"
        🔮 Forecast from 2026-11-21 on, your calls (n=231)
        Rests on 29 whole days (UTC), from 2026-10-23 on.

        Next 7 Days:
                Expected     80% interval   Off
        Calls         57          55 – 59  2.3%
        Tokens     68.4K    65.7K – 71.1K  2.3%
        Spend     $11.40  $10.95 – $11.85  2.3%
        Method: mean of the last 7 days. Off: by how much such sums missed in the past.

        Next 30 days: – (not enough data: 29 of 90 days)

        Next: !perf cost
        ");
    }

    #[tokio::test]
    async fn of_few_days_and_none() {
        insta::assert_snapshot!(owner_of(a_day()).await.says("!perf forecast").await, @"
        🔮 Forecast from 2026-11-21 on (n=0)
        Rests on 0 whole days (UTC). Today and the first day with calls do not count.

        Next 7 days: – (not enough data: 0 of 21 days)
        Next 30 days: – (not enough data: 0 of 90 days)
        Daily cap: – (not enough data)

        Next: !perf cost
        ");
        insta::assert_snapshot!(owner().await.says("!perf forecast").await, @"
        🔮 Forecast from 2026-11-21 on (n=0)
        Rests on 0 whole days (UTC). Today and the first day with calls do not count.

        Next 7 days: – (not enough data: 0 of 21 days)
        Next 30 days: – (not enough data: 0 of 90 days)
        Daily cap: – (not enough data)

        Next: !perf cost
        ");
    }
}
