//! `!perf model`: one model's speed, tokens, use, cost and quality.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{FilterArgs, seen_model};
use super::span::SpanArgs;
use super::spec::{Root, Spec, Takes, Who};
use crate::analysis::model_report::{self, ModelInput, ModelReport};
use crate::model::{Filter, ModelName};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Model;

/// Its arguments.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// The model; part of its name is enough. Without it, the one that answers here.
    #[arg(value_name = "NAME")]
    name: Vec<String>,
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

/// What the store said.
pub struct Facts {
    input: ModelInput,
    title: WindowTitle,
}

/// The figures, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    model: ModelReport,
    #[serde(skip)]
    title: WindowTitle,
}

impl Command for Model {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "model",
        summary: "One model: speed, tokens, use, cost, quality.",
        details: "Spread is the coefficient of quartile variation of its response times, (Q3−Q1)/(Q3+Q1): low below \
                  0.10, medium below 0.25, else high.",
        examples: &["perf model sonnet", "perf model sonnet --last 7d", "perf model haiku --type code"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = ModelArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: ModelArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve(cx)?;
        let filter = args.filter.resolve(cx).await?;
        let model = chosen(&args.name.join(" "), filter.model.as_ref(), cx).await?;
        let (store, scope, window, zone) = (&cx.services.store, cx.scope(), span.window, cx.services.zone);
        let filter = Filter { model: Some(model.clone()), ..filter };
        let hours = question::ByHour { window, scope: scope.clone(), filter: filter.clone(), zone };
        let hours = store.ask(hours).await?;
        let groups = store.ask(question::Cells { window, scope, filter }).await?;
        Ok(Facts { input: ModelInput { model, window, groups, hours, zone }, title: span.title })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        Analyzed::report(Report { model: model_report::model_report(facts.input), title: facts.title })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        cx.framed(&report.title, |frame| view::model_report::blocks(&report.model, frame))
    }
}

/// The model that was named, or else the one that answers here.
async fn chosen(wanted: &str, filtered: Option<&ModelName>, cx: &Context) -> Result<ModelName, Failure> {
    if !wanted.is_empty() {
        return seen_model(wanted, cx).await;
    }
    let here = || cx.services.assistant.model_in_force(&cx.place, &cx.person.id);
    filtered
        .cloned()
        .or_else(here)
        .ok_or_else(|| Failure::user(format!("name a model: {}", cx.typed("perf model haiku"))))
}
