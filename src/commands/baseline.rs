//! `!perf baseline`: fix the figures of a window as what is usual, and hold others against them.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::span::{LAST_WEEK, Span, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::baseline::{self, BASELINE_FROM, Held};
use crate::analysis::history::Day;
use crate::model::{Baseline, Filter, Reach};
use crate::store::{Change, question};
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Baselines;

/// Its arguments.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What to do; show, if left out.
    #[arg(value_name = "set|show|clear", ignore_case = true)]
    action: Option<Action>,
    /// The name of the baseline; "baseline", if left out.
    #[arg(value_name = "NAME")]
    called: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
}

/// What is done with a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Fix it.
    Set,
    /// Hold the present against it.
    Show,
    /// Let it go.
    Clear,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(tag = "baseline", rename_all = "snake_case")]
pub enum Report {
    /// It was fixed.
    Set {
        /// The figures.
        fixed: Box<Baseline>,
        /// For whom.
        #[serde(skip)]
        of: Reach,
    },
    /// The present beside it.
    Shown {
        /// How it stands.
        #[serde(flatten)]
        held: Box<Held>,
        /// What to call its window.
        #[serde(skip)]
        title: WindowTitle,
    },
    /// It was let go.
    Cleared {
        /// Its name.
        name: String,
        /// Whose it was.
        #[serde(skip)]
        of: Reach,
    },
}

/// What a baseline is called unless people say otherwise.
const USUAL_NAME: &str = "baseline";
/// In about how many stretches a window is cut to see how far they lie apart.
const STRETCHES: u32 = 50;
/// The longest name, in characters.
const LONGEST: usize = 32;

impl Command for Baselines {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "baseline",
        summary: "Fix figures as usual, and hold others against them.",
        details: "set takes the last 7 days, show holds the last 24 hours against it. Accepted is up to three usual \
                  deviations of days from what is usual, at least a tenth. In a server admins may set and clear.",
        examples: &[
            "perf baseline set",
            "perf baseline set before-move --last 14d",
            "perf baseline show --last 2h",
            "perf baseline clear",
        ],
        slash: "perf baseline",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = BaselineArgs;
    type Facts = Report;
    type Report = Report;

    async fn load(args: BaselineArgs, cx: &Context) -> Result<Report, Failure> {
        let name = name(args.called.as_deref().unwrap_or(USUAL_NAME))?;
        let action = args.action.unwrap_or(Action::Show);
        if action != Action::Show && !cx.may_set_channel() {
            return Err(Failure::user("only admins may set or clear the baseline of a server"));
        }
        match action {
            Action::Set => set(name, args.span.resolve_or(LAST_WEEK, cx)?, cx).await,
            Action::Show => show(known(&name, cx).await?, args.span.resolve(cx)?, cx).await,
            Action::Clear => Ok(Report::Cleared { name: known(&name, cx).await?.name, of: cx.reach() }),
        }
    }

    fn analyze(report: Report) -> Analyzed<Report> {
        let change = match &report {
            Report::Set { fixed, of } => Some(Change::FixBaseline { of: of.clone(), baseline: fixed.clone() }),
            Report::Cleared { name, of } => Some(Change::ClearBaseline { of: of.clone(), name: name.clone() }),
            Report::Shown { .. } => None,
        };
        Analyzed { report, change, then: Then::Reply }
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        match report {
            Report::Set { fixed, .. } => vec![
                Block::Text(format!("Baseline {:?} is fixed from {} calls.", fixed.name, view::format::count(fixed.n))),
                Block::Next(cx.typed(&shown(&fixed.name))),
            ],
            Report::Cleared { name, .. } => {
                vec![Block::Text(format!("Baseline {name:?} is gone.")), Block::Next(cx.typed("perf baseline set"))]
            }
            Report::Shown { held, title } => cx.framed(title, |frame| view::baseline::blocks(held, frame)),
        }
    }
}

fn shown(name: &str) -> String {
    if name == USUAL_NAME { "perf baseline show".to_owned() } else { format!("perf baseline show {name}") }
}

fn name(text: &str) -> Result<String, Failure> {
    let fits = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    match text.trim().to_lowercase() {
        name if !name.is_empty() && name.chars().count() <= LONGEST && name.chars().all(fits) => Ok(name),
        _ => Err(Failure::user(format!(
            "{text:?} is no name for a baseline: use up to {LONGEST} letters, digits, - and _"
        ))),
    }
}

async fn set(name: String, span: Span, cx: &Context) -> Result<Report, Failure> {
    let windows = span.window.parts(STRETCHES);
    let stretches = question::Stretches { windows: windows.clone(), scope: cx.scope(), filter: Filter::default() };
    let groups = cx.services.store.ask(stretches).await?;
    let days: Vec<Day> = windows.into_iter().zip(groups).map(|(window, groups)| Day { window, groups }).collect();
    let fixed = baseline::fix(name, cx.now, span.window, &days).map_err(|too_few| {
        let (have, title) = (too_few.have, span.title);
        Failure::user(format!("not enough data for a baseline: {have} of {BASELINE_FROM} calls ({title})"))
    })?;
    Ok(Report::Set { fixed: Box::new(fixed), of: cx.reach() })
}

async fn show(baseline: Baseline, span: Span, cx: &Context) -> Result<Report, Failure> {
    let cells = question::Cells { window: span.window, scope: cx.scope(), filter: Filter::default() };
    let groups = cx.services.store.ask(cells).await?;
    Ok(Report::Shown { held: Box::new(baseline::held(baseline, span.window, &groups)), title: span.title })
}

/// The baseline of that name here.
async fn known(name: &str, cx: &Context) -> Result<Baseline, Failure> {
    let baselines = cx.services.store.ask(question::Baselines { of: cx.reach() }).await?;
    let names: Vec<String> = baselines.iter().map(|baseline| baseline.name.clone()).collect();
    let hint = || match names.is_empty() {
        true => format!("fix one with {}", cx.typed("perf baseline set")),
        false => format!("fixed are: {}", names.join(", ")),
    };
    let found = baselines.into_iter().find(|baseline| baseline.name == name);
    found.ok_or_else(|| Failure::user(format!("there is no baseline {name:?} here; {}", hint())))
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::Role;

    #[tokio::test]
    async fn is_set_shown_and_cleared() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf baseline").await, @r#"There is no baseline "baseline" here; fix one with !perf baseline set."#);
        insta::assert_snapshot!(owner.says("!perf baseline set").await, @r#"
        Baseline "baseline" is fixed from 39 calls.

        Next: !perf baseline show
        "#);
        insta::assert_snapshot!(owner.says("!perf baseline set Before-Move --last 2d").await, @r#"
        Baseline "before-move" is fixed from 39 calls.

        Next: !perf baseline show before-move
        "#);
        insta::assert_snapshot!(owner.says("!perf baseline show").await, @r#"
        📏 Baseline "baseline" (last 24h, n=39)
        Since 2026-11-20 12:00 UTC (full UTC hour).
        Fixed from 39 calls, 2026-11-14 12:00 UTC to 2026-11-21 12:00 UTC.

                      Usual   Accepted     Now
        Response       3.1s     ≤ 3.9s    3.1s  ✅
        Swift (sim…    1.0s     ≤ 1.3s    1.0s  ✅
        Cost/query   $0.003  ≤ $0.0038  $0.003  ✅
        Cache hits      18%      ≥ 13%     18%   ?
        Errors         2.6%      ≤ 13%    2.6%  ✅
        Means; ✅ within what is accepted, ⚠️ outside. ?: judged from 20 calls on.

        Next: !perf history
        "#);
        insta::assert_snapshot!(owner.says("!perf baseline show before-move --from 2026-11-20T14:00 --to 2026-11-20T15:00").await, @r#"
        📏 Baseline "before-move" (2026-11-20 14:00 – 15:00 UTC, n=12)
        Fixed from 39 calls, 2026-11-19 12:00 UTC to 2026-11-21 12:00 UTC.

                      Usual   Accepted      Now
        Response       3.1s     ≤ 3.9s     3.1s  ?
        Swift (sim…    1.0s     ≤ 1.3s     1.2s  ?
        Cost/query   $0.003  ≤ $0.0038  $0.0067  ?
        Cache hits      18%      ≥ 13%      44%  ?
        Errors         2.6%      ≤ 13%     8.3%  ?
        Means; ✅ within what is accepted, ⚠️ outside. ?: judged from 20 calls on.

        Next: !perf history
        "#);
        insta::assert_snapshot!(owner.says("!perf baseline show other").await, @r#"There is no baseline "other" here; fixed are: baseline, before-move."#);
        insta::assert_snapshot!(owner.says("!perf baseline clear").await, @r#"
        Baseline "baseline" is gone.

        Next: !perf baseline set
        "#);
        insta::assert_snapshot!(owner.says("!perf baseline clear").await, @r#"There is no baseline "baseline" here; fixed are: before-move."#);
    }

    #[tokio::test]
    async fn is_the_servers_own() {
        let owner = owner_of(a_day()).await;
        let [ann, mo] =
            [owner.other("ann", Role::Member), owner.other("mo", Role::Admin)].map(|who| who.in_guild("town", "ops"));
        insta::assert_snapshot!(ann.says("!perf baseline set").await, @"Only admins may set or clear the baseline of a server.");
        insta::assert_snapshot!(mo.says("!perf baseline set").await, @r#"
        Baseline "baseline" is fixed from 32 calls.

        Next: !perf baseline show
        "#);
        insta::assert_snapshot!(mo.in_guild("village", "ops").says("!perf baseline").await, @r#"There is no baseline "baseline" here; fix one with !perf baseline set."#);
        assert!(ann.says("!perf baseline").await.contains("Usual"));
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf baseline set").await, @"Not enough data for a baseline: 0 of 20 calls (last 7d)");
        insta::assert_snapshot!(owner.says("!perf baseline set \"a b\"").await, @r#""a b" is no name for a baseline: use up to 32 letters, digits, - and _."#);
        insta::assert_snapshot!(owner.says("!perf baseline fix").await, @r#""fix" is no value here: use set, show or clear (!perf help baseline shows how)"#);
    }
}
