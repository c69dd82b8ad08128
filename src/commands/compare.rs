//! `!perf compare`: models against each other, on the same types of question.

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, KindArgs, seen_model};
use super::span::{LAST_WEEK, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::compare::{self, CompareInput, Comparison, ModelStretches};
use crate::model::{Filter, ModelName};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Compare;

/// Its arguments.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A model; part of its name is enough.
    #[arg(value_name = "MODEL")]
    first: String,
    /// Another model.
    #[arg(value_name = "OTHER")]
    second: String,
    /// More models.
    #[arg(value_name = "MORE")]
    more: Vec<String>,
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    kind: KindArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: CompareInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The comparison, and what to call its window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    comparison: Comparison,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
}

/// How many models can be compared at once.
const MOST: usize = 6;

/// In about how many stretches a window is cut: what happens within one hangs together.
const STRETCHES: u32 = 50;

impl Command for Compare {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "compare",
        summary: "Models against each other: speed, quality, cost.",
        details: "Looks at the last 7 days. A winner is named only where the difference is more than chance, on types of \
                  question that the models share: who answers hard questions is not blamed for them.",
        examples: &["perf compare sonnet haiku", "perf compare sonnet haiku --type code --last 30d"],
        slash: "perf compare",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = CompareArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: CompareArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve_or(LAST_WEEK, cx)?;
        let filter = args.kind.resolve(cx).await?;
        let title = span.title.narrowed(&filter::words(&Filter { query_type: None, ..filter.clone() }, cx));
        let models = models(std::iter::once(&args.first).chain([&args.second]).chain(&args.more), cx).await?;
        let windows = span.window.parts(STRETCHES);
        let ask = |model: &ModelName| question::Stretches {
            windows: windows.clone(),
            scope: cx.scope(),
            filter: Filter { model: Some(model.clone()), ..filter.clone() },
        };
        let stretches = cx.services.store.ask(models.iter().map(ask).collect::<Vec<_>>()).await?;
        let of = |(model, stretches)| ModelStretches { model, stretches };
        let models = models.into_iter().zip(stretches).map(of).collect();
        let input = CompareInput { window: span.window, query_type: filter.query_type, models };
        Ok(Facts { input, title, attachment: args.attachment.named("compare.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, title, attachment } = facts;
        Analyzed::report(Report { comparison: compare::compare(input), title, attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::compare::blocks(&report.comparison, frame));
        report.attachment.beside(blocks, report)
    }
}

/// The models that were named, each once.
async fn models(wanted: impl Iterator<Item = &String>, cx: &Context) -> Result<Vec<ModelName>, Failure> {
    let mut models: Vec<ModelName> = Vec::new();
    for word in wanted.map(|word| word.trim()).filter(|word| !word.is_empty() && *word != "vs") {
        for model in named(word, cx).await? {
            if models.contains(&model) {
                return Err(Failure::user(format!("{model} is named twice: a model is compared with another one")));
            }
            models.push(model);
        }
    }
    match models.len() {
        0 | 1 => Err(Failure::user(format!("name two models: {}", cx.typed("perf compare sonnet haiku")))),
        2..=MOST => Ok(models),
        many => Err(Failure::user(format!("{many} models are too many at once: name up to {MOST}"))),
    }
}

/// The model of that name; or several, where a slash command takes them in one.
async fn named(word: &str, cx: &Context) -> Result<Vec<ModelName>, Failure> {
    let whole = seen_model(word, cx).await;
    if whole.is_ok() || !word.contains(SEPARATORS) {
        return whole.map(|model| vec![model]);
    }
    let mut models = Vec::new();
    for part in word.split(SEPARATORS).filter(|part| !part.is_empty()) {
        models.push(seen_model(part, cx).await?);
    }
    Ok(models)
}

/// What stands between names.
const SEPARATORS: [char; 2] = [' ', ','];

#[cfg(test)]
mod tests {
    use crate::commands::testing::{Typist, a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome, QueryType, Role};
    use crate::testing::{CallBuilder, call};

    /// A week in which a fast and a slow model were asked the same; the slow one is rated higher.
    fn a_week() -> Vec<CallBuilder> {
        let hour = |n: usize| format!("2026-11-{:02}T{:02}:00:00Z", 15 + n / 24, n % 24);
        let of = |model: &'static str, ms: u64, usd: f64, score: u8| {
            (0..140).map(move |n| {
                let of_type = if n % 3 == 0 { QueryType::Code } else { QueryType::Question };
                let call = call(model).at(&hour(n)).guild("town").channel("general").user("ann").query_type(of_type);
                let call = call.ms(ms + ms * (n as u64 * 7 % 11) / 20).tokens(1_000, ms / 10 + n as u64 % 7);
                let call = call.cost_usd(usd + usd * (n % 5) as f64 / 10.0);
                if n % 4 == 0 { call.rating(score - u8::from(n % 8 == 0)) } else { call }
            })
        };
        of("sim-swift", 1_000, 0.001, 4).chain(of("sim-deep", 2_500, 0.01, 5)).collect()
    }

    #[tokio::test]
    async fn of_a_week() {
        let owner = owner_of(a_week()).await;
        insta::assert_snapshot!(owner.says("!perf compare deep swift").await, @"
        ⚡ Model Comparison: Deep (simulated) vs Swift (simulated) (last 7d, n=280)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Speed:
        Deep (simulated):   3.1s avg (n=140)
        Swift (simulated):  1.3s avg (n=140)

        Winner: Swift (simulated) (60% faster) ⚡

        Quality (user ratings):
        Deep (simulated):   4.5/5 (n=35)
        Swift (simulated):  3.5/5 (n=35)

        Winner: Deep (simulated) (+29% quality) ⭐

        Cost:
        Deep (simulated):   $0.012/query (n=140)
        Swift (simulated):  $0.0012/query (n=140)

        Winner: Swift (simulated) (90% cheaper) 💰

        Token Efficiency:
                           In/out  Output    n
        Deep (simulated)    4.0:1     253  140
        Swift (simulated)   9.7:1     103  140

        Winner: Swift (simulated) (59% fewer output tokens: more concise)

        Recommendation:
        Use Deep (simulated) for: code (better rated), question (better rated)
        Use Swift (simulated) for: whatever should be quick or cheap (faster and cheaper on the same questions)
        Winners are judged on the same types of question (code, question), not on the averages.

        Next: !perf model sim-deep
        ");
        insta::assert_snapshot!(owner.says("!perf compare swift vs deep --type code --last 3d").await, @"
        ⚡ Model Comparison: Swift (simulated) vs Deep (simulated), code only (last 3d, n=38)
        Since 2026-11-18 12:00 UTC (full UTC hour).

        Speed:
        Swift (simulated):  1.2s avg (n=19)
        Deep (simulated):   3.1s avg (n=19)

        Winner: – (not enough data: 19 of 20 timed calls of the same types)

        Quality (user ratings):
        Swift (simulated):  3.6/5 (n=5)
        Deep (simulated):   4.6/5 (n=5)

        Winner: – (not enough data: 5 of 10 ratings of the same types)

        Cost:
        Swift (simulated):  $0.0012/query (n=19)
        Deep (simulated):   $0.012/query (n=19)

        Winner: – (not enough data: 19 of 20 priced calls of the same types)

        Token Efficiency:
                           In/out  Output   n
        Swift (simulated)   9.7:1     103  19
        Deep (simulated)    4.0:1     253  19

        Winner: – (not enough data: 19 of 20 answers of the same types)

        Recommendation:
        No type of question for which one is clearly the better choice.
        Winners are judged on the same types of question (code), not on the averages.

        Next: !perf model sim-swift
        ");
    }

    #[tokio::test]
    async fn of_models_that_were_asked_different_things() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf compare swift deep").await, @"
        ⚡ Model Comparison: Swift (simulated) vs Deep (simulated) (last 7d, n=39)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Speed:
        Swift (simulated):  1.0s avg (n=24)
        Deep (simulated):   7.0s avg (n=13)

        Winner: – (no type of question that both were asked)

        Quality (user ratings):
        Swift (simulated):  4.7/5 (n=24)
        Deep (simulated):   – (not rated)

        Winner: – (not every model is rated)

        Cost:
        Swift (simulated):  $0.001/query (n=24)
        Deep (simulated):   $0.01/query (n=7)

        Winner: – (no type of question that both were asked)

        Token Efficiency:
                           In/out  Output   n
        Swift (simulated)   3.0:1     100  24
        Deep (simulated)    3.0:1     400  14

        Winner: – (no type of question that both were asked)

        Recommendation:
        No type of question for which one is clearly the better choice.
        Winners are judged on types of question that the models share; there are none. Not asked of all: code, question, reasoning.

        Next: !perf model sim-swift
        ");
    }

    #[tokio::test]
    async fn of_few_calls_failures_and_nothing() {
        let one = || call("sim-swift").ms(900).tokens(10, 20);
        let owner = owner_of([one(), call("sim-deep").outcome(Outcome::Error(ErrorClass::Server))]).await;
        insta::assert_snapshot!(owner.says("!perf compare swift deep").await, @"
        ⚡ Model Comparison: Swift (simulated) vs Deep (simulated) (last 7d, n=2)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Speed:
        Swift (simulated):  900ms avg (n=1)
        Deep (simulated):   – (1 of 1 failed)

        Winner: – (not every model has a timed call that ended ok)

        Quality (user ratings):
        Swift (simulated):  – (not rated)
        Deep (simulated):   – (not rated)

        Winner: – (not every model is rated)

        Cost:
        Swift (simulated):  unknown
        Deep (simulated):   unknown

        Winner: – (the cost of some model is not known)

        Token Efficiency:
                           In/out  Output  n
        Swift (simulated)   0.5:1      20  1
        Deep (simulated)        –       –  0

        Winner: – (the output of some model is not known)

        Recommendation:
        No type of question for which one is clearly the better choice.
        Winners are judged on the same types of question (other), not on the averages.

        Next: !perf model sim-swift
        ");
        insta::assert_snapshot!(owner.says("!perf compare swift deep --from 2027-01-01 --to 2027-02-01").await, @"--from (2027-01-01T00:00:00Z) is still to come, since it is 2026-11-21T12:00:02Z now: name an earlier time.");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf compare").await, @"MODEL and OTHER are missing (!perf help compare shows how)");
        insta::assert_snapshot!(owner.says("!perf compare swift").await, @"An argument is missing: OTHER (!perf help compare shows how)");
        insta::assert_snapshot!(owner.says("!perf compare swift swift").await, @"sim-swift is named twice: a model is compared with another one.");
        insta::assert_snapshot!(owner.says("!perf compare swift vs").await, @"Name two models: !perf compare sonnet haiku.");
        insta::assert_snapshot!(owner.says("!perf compare swift \"deep, swift\"").await, @"sim-swift is named twice: a model is compared with another one.");
        insta::assert_snapshot!(owner.says("!perf compare swift gpt").await, @r#"No calls of a model "gpt"; there are sim-swift, sim-deep."#);
        insta::assert_snapshot!(owner.says("!perf compare swift deep --model swift").await, @"Unknown option --model (!perf help compare shows how)");
        assert!(!owner.says("!perf help compare").await.contains("--model"));
    }

    #[tokio::test]
    async fn of_an_empty_store() {
        let owner: Typist = owner().await;
        insta::assert_snapshot!(owner.says("!perf compare swift deep").await, @"
        ⚡ Model Comparison: Swift (simulated) vs Deep (simulated) (last 7d, n=0)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No calls of these models in this window.

        Next: !perf stats --last 30d
        ");
    }

    #[tokio::test]
    async fn members_compare_what_they_may_see() {
        let ann = owner_of(a_week()).await.other("ann", Role::Member);
        let first = |reply: String| reply.lines().next().unwrap_or_default().to_owned();
        insta::assert_snapshot!(first(ann.in_guild("town", "ops").says("!perf compare deep swift").await), @"⚡ Model Comparison: Deep (simulated) vs Swift (simulated) (last 7d, n=280)");
        insta::assert_snapshot!(first(ann.in_guild("village", "ops").says("!perf compare deep swift").await), @"⚡ Model Comparison: Deep (simulated) vs Swift (simulated) (last 7d, n=0)");
    }
}
