//! `!perf cost`: who and what the money goes to.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::span::{LAST_MONTH, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::cost::{self, Apart, CostInput, CostReport};
use crate::model::{Brief, Filter, Group, ModelName, Rates, Role, Scope, UserId, Window, calendar};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Cost;

/// Its arguments.
#[derive(Debug, Args)]
pub struct CostArgs {
    /// By model, type, user, channel or day; by model, if left out.
    #[arg(long, value_name = "model", ignore_case = true)]
    by: Option<By>,
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// By what the money is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Model.
    Model,
    /// Type of question.
    Type,
    /// Person.
    User,
    /// Channel.
    Channel,
    /// Day.
    Day,
}

/// What the store said.
pub struct Facts {
    input: CostInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The costs, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    cost: CostReport,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
}

impl Command for Cost {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "cost",
        summary: "Who and what the money goes to.",
        details: "Looks at the last 30 days. By user, members see only themselves.",
        examples: &["perf cost", "perf cost --by day --last 7d", "perf cost --by user"],
        slash: "perf cost",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = CostArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: CostArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve_or(LAST_MONTH, cx)?;
        let filter = args.filter.resolve(cx).await?;
        let by = args.by.unwrap_or(By::Model);
        let filter = if by == By::User { of_people(filter, cx)? } else { filter };
        let title = span.title.narrowed(&filter::words(&filter, cx));
        let (window, zone) = (span.window, cx.services.zone);
        let spend = |window| question::Spend { window, scope: cx.scope(), filter: filter.clone() };
        let (groups, today, this_week, this_month) = cx
            .services
            .store
            .ask((
                question::Cells { window, scope: cx.scope(), filter: filter.clone() },
                spend(calendar::day_of(cx.now, zone)),
                spend(calendar::week_of(cx.now, zone)),
                spend(calendar::month_of(cx.now, zone)),
            ))
            .await?;
        let prices = prices(&groups, window, cx);
        let by = apart(by, window, &filter, &groups, cx).await?;
        let input = CostInput { window, groups, calendar: [today, this_week, this_month], prices, by };
        Ok(Facts { input, title, attachment: args.attachment.named("cost.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, title, attachment } = facts;
        Analyzed::report(Report { cost: cost::cost(input), title, attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::cost::blocks(&report.cost, frame));
        report.attachment.beside(blocks, report)
    }
}

/// Whose calls are told apart by person: members see only themselves.
fn of_people(filter: Filter, cx: &Context) -> Result<Filter, Failure> {
    if cx.person.role == Role::Member {
        return Ok(Filter { user: Some(cx.person.id.clone()), ..filter });
    }
    match filter.user.is_none() && (filter.model.is_some() || filter.query_type.is_some()) {
        true => Err(Failure::user("people are told apart over all models and types: leave --model and --type out")),
        false => Ok(filter),
    }
}

async fn apart(by: By, window: Window, filter: &Filter, groups: &[Group], cx: &Context) -> Result<Apart, Failure> {
    let (store, scope, filter) = (&cx.services.store, cx.scope(), filter.clone());
    Ok(match by {
        By::Model => Apart::Model,
        By::Type => Apart::QueryType,
        By::User => match person(&filter, &scope) {
            Some(user) => Apart::User(alone(user, groups)),
            None => Apart::User(store.ask(question::ByPerson { window, scope }).await?),
        },
        By::Channel => {
            let readable = cx.readable.clone();
            let found = store.ask(question::ByChannel { window, scope, filter, readable }).await?;
            Apart::Channel(found.channels, found.since)
        }
        By::Day => {
            let zone = cx.services.zone;
            Apart::Day(store.ask(question::ByDay { window, scope, filter, zone }).await?)
        }
    })
}

/// The only person whose calls are looked at, if it is one.
fn person(filter: &Filter, scope: &Scope) -> Option<UserId> {
    match scope {
        Scope::User(user) => Some(user.clone()),
        _ => filter.user.clone(),
    }
}

/// All calls as those of one person.
fn alone(user: UserId, groups: &[Group]) -> Vec<(UserId, Brief)> {
    let total = Group::total(groups);
    if total.calls() == 0 {
        return Vec::new();
    }
    vec![(user, Brief { calls: total.calls(), cost: total.cost, ..Brief::default() })]
}

/// What the models cost at the end of the window, as far as it is known.
fn prices(groups: &[Group], window: Window, cx: &Context) -> Vec<(ModelName, Rates)> {
    let mut models: Vec<&ModelName> = groups.iter().map(|group| &group.key.model).collect();
    models.dedup();
    let priced = |model: &ModelName| Some((model.clone(), cx.services.assistant.rates_of(model, window.to.plus(-1))?));
    models.into_iter().filter_map(priced).collect()
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome, Role};
    use crate::testing::call;

    #[tokio::test]
    async fn of_a_day_by_model_type_and_day() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf cost").await, @"
        💰 Cost (last 30d, n=39)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Spent:
        Window:      $0.094 (n=31)
        Per day:     $0.0031 on average
        Today:       none known
        This week:   $0.094 (n=31)
        This month:  $0.094 (n=31)
        Average:     $0.003/query (n=31)

        By Model:
                             Cost  Share  Calls
        Deep (simulated)    $0.07    74%     15
        Swift (simulated)  $0.024    26%     24

        Waste and Savings:
        Wasted:                 $0.01 and 13.0s
        Saved by cached input:  $0.011 (4,200 tokens)
        Wasted: failed attempts, cut and stopped answers. Cost is known for 82% of answers.

        Next: !perf history
        ");
        insta::assert_snapshot!(owner.says("!perf cost --by type --last 2d --user bob").await, @"
        💰 Cost (last 2d, one person's calls, n=15)
        Since 2026-11-19 12:00 UTC (full UTC hour).

        Spent:
        Window:      $0.07 (n=7)
        Per day:     $0.035 on average
        Today:       none known
        This week:   $0.07 (n=7)
        This month:  $0.07 (n=7)
        Average:     $0.01/query (n=7)

        By Type of Question:
                    Cost  Share  Calls
        code       $0.07   100%      8
        reasoning      –      –      7

        Waste and Savings:
        Wasted:                 $0.01 and 13.0s
        Saved by cached input:  $0.011 (4,200 tokens)
        Wasted: failed attempts, cut and stopped answers. Cost is known for 50% of answers.

        Next: !perf history
        ");
        insta::assert_snapshot!(owner.says("!perf cost --by day --last 7d").await, @"
        💰 Cost (last 7d, n=39)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Spent:
        Window:      $0.094 (n=31)
        Per day:     $0.013 on average
        Today:       none known
        This week:   $0.094 (n=31)
        This month:  $0.094 (n=31)
        Average:     $0.003/query (n=31)

        By Day:
                      Cost  Share  Calls
        2026-11-20  $0.094   100%     39

        Waste and Savings:
        Wasted:                 $0.01 and 13.0s
        Saved by cached input:  $0.011 (4,200 tokens)
        Wasted: failed attempts, cut and stopped answers. Cost is known for 82% of answers.

        Next: !perf history
        ");
    }

    #[tokio::test]
    async fn by_person_as_far_as_the_scope_allows() {
        let owner = owner_of(a_day()).await;
        let ann = owner.other("ann", Role::Member).in_guild("town", "general");
        let mo = owner.other("mo", Role::Admin).in_guild("town", "general");
        let table = |reply: String| {
            let lines = reply.lines().skip_while(|line| !line.starts_with("By ")).take_while(|line| !line.is_empty());
            lines.map(str::to_owned).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(table(owner.says("!perf cost --by user").await), @"
        By Person:
               Cost  Share  Calls
        bob   $0.07    74%     15
        ann  $0.024    26%     24
        ");
        insta::assert_snapshot!(table(mo.says("!perf cost --by user").await), @"
        By Person:
               Cost  Share  Calls
        bob   $0.07    74%      8
        ann  $0.024    26%     24
        ");
        insta::assert_snapshot!(table(ann.says("!perf cost --by user").await), @"
        By Person:
               Cost  Share  Calls
        ann  $0.024   100%     24
        ");
        insta::assert_snapshot!(table(mo.says("!perf cost --by user --user bob --type code").await), @"
        By Person:
              Cost  Share  Calls
        bob  $0.07   100%      8
        ");
        insta::assert_snapshot!(table(ann.other("bob", Role::Member).says("!perf cost --by user").await), @"
        By Person:
              Cost  Share  Calls
        bob  $0.07   100%     15
        ");
        insta::assert_snapshot!(ann.says("!perf cost --by user --user bob").await, @"Only admins may look at other people's calls: use --user me.");
        insta::assert_snapshot!(mo.says("!perf cost --by user --type code").await, @"People are told apart over all models and types: leave --model and --type out.");
    }

    #[tokio::test]
    async fn channels_are_named_only_where_they_may_be_read() {
        let owner = owner_of(a_day()).await;
        let table = |reply: String| {
            let lines = reply.lines().skip_while(|line| !line.starts_with("By ")).take_while(|line| !line.is_empty());
            lines.map(str::to_owned).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(table(owner.says("!perf cost --by channel").await), @"
        By Channel:
                   Cost  Share  Calls
        ops       $0.07    74%      8
        general  $0.024    26%     24
        bob           –      –      7
        ");
        let ann = owner.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(table(ann.says("!perf cost --by channel").await), @"
        By Channel:
                     Cost  Share  Calls
        elsewhere   $0.07    74%      8
        general    $0.024    26%     24
        ");
    }

    #[tokio::test]
    async fn of_nothing_one_and_failures() {
        insta::assert_snapshot!(owner().await.says("!perf cost").await, @"
        💰 Cost (last 30d, n=0)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf help
        ");
        let unpriced = owner_of([call("some-model").ms(900).tokens(100, 10).cache_read(50)]).await;
        insta::assert_snapshot!(unpriced.says("!perf cost").await, @"
        💰 Cost (last 30d, n=1)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Spent:
        Window:      unknown
        Today:       none known
        This week:   none known
        This month:  none known
        Average:     unknown

        By Model:
                    Cost  Share  Calls
        some-model     –      –      1

        Waste and Savings:
        Wasted:                 none
        Saved by cached input:  unknown (50 cached tokens without a price)
        Wasted: failed attempts, cut and stopped answers. Cost is known for 0% of answers.

        Next: !perf history
        ");
        let failed = owner_of([call("sim-deep").outcome(Outcome::Error(ErrorClass::Server))]).await;
        insta::assert_snapshot!(failed.says("!perf cost --by channel").await, @"
        💰 Cost (last 30d, n=1)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Spent:
        Window:      unknown
        Today:       none known
        This week:   none known
        This month:  none known
        Average:     unknown

        By Channel:
                   Cost  Share  Calls
        elsewhere     –      –      1

        Waste and Savings:
        Wasted:                 unknown
        Saved by cached input:  nothing (no cached input)
        Wasted: failed attempts, cut and stopped answers.

        Next: !perf history
        ");
        insta::assert_snapshot!(failed.says("!perf cost --from 2027-01-01 --to 2027-02-01").await, @"--from (2027-01-01T00:00:00Z) is still to come, since it is 2026-11-21T12:00:02Z now: name an earlier time.");
        insta::assert_snapshot!(failed.says("!perf cost --by hour").await, @r#""hour" is no value for --by: use model, type, user, channel or day (!perf help cost shows how)"#);
    }

    #[tokio::test]
    async fn a_simulated_model_has_its_price_where_it_is_not_set_up() {
        let owner = owner_of([call("sim-elk").ms(900).tokens(100, 10).cache_read(50)]).await;
        let reply = owner.says("!perf cost").await;
        let saved = reply.lines().find(|line| line.starts_with("Saved by")).unwrap();
        assert_eq!(saved, "Saved by cached input:  $0.00022 (50 tokens)");
    }
}
