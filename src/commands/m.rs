//! `!m`: list the models, or switch to one.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::{Failure, did_you_mean};
use super::spec::{Root, Spec, Takes, Who};
use crate::model::names::Named;
use crate::model::{ModelName, Preference, PreferencePlace, Rates};
use crate::store::Change;
use crate::view::{self, Block};

/// The command.
pub struct SwitchModel;

/// Its arguments.
#[derive(Debug, Args)]
pub struct SwitchModelArgs {
    /// The model to switch to; part of its name is enough.
    #[arg(value_name = "NAME")]
    name: Vec<String>,
    /// Only for yourself, everywhere.
    #[arg(long)]
    me: bool,
    /// Go back to the default.
    #[arg(long, conflicts_with = "name")]
    clear: bool,
}

/// What there is, or what was changed.
#[derive(Debug, Serialize)]
pub struct Choice {
    current: Option<ModelName>,
    models: Vec<Offer>,
    #[serde(skip)]
    switched: Option<Switched>,
}

/// One model that can be asked.
#[derive(Debug, Serialize)]
pub struct Offer {
    name: ModelName,
    label: String,
    provider: String,
    current: bool,
    input_usd_per_million: Option<f64>,
    output_usd_per_million: Option<f64>,
    #[serde(skip)]
    rates: Option<Rates>,
}

/// A change, for whom it holds.
#[derive(Debug)]
struct Switched {
    place: PreferencePlace,
    to: Option<ModelName>,
}

impl Command for SwitchModel {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "m",
        summary: "List the models, or switch to one.",
        details: "It holds for the channel, with --me for you everywhere. Prices are dollars per million tokens in / out.",
        examples: &["m", "m haiku", "m haiku --me", "m --clear"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = SwitchModelArgs;
    type Facts = Choice;
    type Report = Choice;

    async fn load(args: SwitchModelArgs, cx: &Context) -> Result<Choice, Failure> {
        let place = if args.me { cx.own() } else { cx.channel() };
        let wanted = args.name.join(" ");
        let changes = args.clear || !wanted.is_empty();
        if changes && !args.me && !cx.may_set_channel() {
            return Err(Failure::user("only admins may switch the channel's model; add --me to switch your own"));
        }
        let to = if wanted.is_empty() { None } else { Some(named(&wanted, cx)?) };
        let current = match (&to, args.clear) {
            (Some(name), _) => Some(name.clone()),
            (None, true) => cx.services.assistant.default_model(),
            (None, false) => cx.services.assistant.model_in_force(&cx.place, &cx.person.id),
        };
        let switched = changes.then_some(Switched { place, to });
        Ok(Choice { models: offers(current.as_ref(), cx), current, switched })
    }

    fn analyze(report: Choice) -> Analyzed<Choice> {
        let change = report.switched.as_ref().map(|switched| Change::Set {
            place: switched.place.clone(),
            preference: Preference::Model,
            value: switched.to.as_ref().map(ToString::to_string),
        });
        Analyzed { report, change, then: Then::Reply }
    }

    fn render(report: &Choice, cx: &Context) -> Vec<Block> {
        match &report.switched {
            Some(switched) => vec![Block::Text(confirmation(report, switched))],
            None => list(report, cx),
        }
    }
}

/// The model a person meant.
fn named(wanted: &str, cx: &Context) -> Result<ModelName, Failure> {
    let catalogue = cx.services.assistant.catalogue();
    let all = || catalogue.models().iter().map(|model| model.name.as_str()).collect::<Vec<_>>();
    match catalogue.find(wanted) {
        Named::One(name) => Ok(name.into()),
        Named::Several(several) => {
            Err(Failure::user(format!("{wanted:?} could be {}: say more of the name", several.join(", "))))
        }
        Named::None(_) => match did_you_mean(wanted, all()) {
            near if near.is_empty() => {
                Err(Failure::user(format!("there is no model {wanted:?}; there are {}", all().join(", "))))
            }
            near => Err(Failure::user(format!("there is no model {wanted:?}{near}"))),
        },
    }
}

fn offers(current: Option<&ModelName>, cx: &Context) -> Vec<Offer> {
    let assistant = &cx.services.assistant;
    let offer = |model: &crate::model::ModelSpec| {
        let rates = assistant.rates(model, cx.now);
        Offer {
            name: model.name.clone(),
            label: model.label.clone(),
            provider: model.provider.to_string(),
            current: Some(&model.name) == current,
            input_usd_per_million: rates.as_ref().and_then(view::input_usd_per_million),
            output_usd_per_million: rates.as_ref().and_then(view::output_usd_per_million),
            rates,
        }
    };
    assistant.catalogue().models().iter().map(|model| offer(model)).collect()
}

fn list(report: &Choice, cx: &Context) -> Vec<Block> {
    let row = |offer: &Offer| {
        let mark = if offer.current { "▸" } else { " " };
        let price = offer.rates.as_ref().map_or("price unknown".to_owned(), view::price);
        vec![format!("{mark} {}", offer.name), offer.label.clone(), price]
    };
    if report.models.is_empty() {
        return vec![Block::Text("No model is set up: config.toml and the README say how.".into())];
    }
    let other = report.models.iter().find(|offer| !offer.current).unwrap_or(&report.models[0]);
    vec![
        Block::Headline("Models (dollars per million tokens, in / out)".into()),
        Block::Lines(report.models.iter().map(row).collect()),
        Block::Next(cx.typed(&format!("m {}", other.name))),
    ]
}

fn confirmation(report: &Choice, switched: &Switched) -> String {
    let current = report.models.iter().find(|offer| offer.current);
    let label = current.map_or("nobody", |offer| offer.label.as_str());
    let price = current.and_then(|offer| offer.rates.as_ref()).map_or("price unknown".to_owned(), view::price);
    match (&switched.place, &switched.to) {
        (PreferencePlace::Channel(_), Some(_)) => format!("{label} answers here from now on ({price})."),
        (PreferencePlace::User(_), Some(_)) => format!("{label} answers you from now on ({price})."),
        (PreferencePlace::Channel(_), None) => format!("Back to the default here: {label} ({price})."),
        (PreferencePlace::User(_), None) => "Your own choice is cleared; the channel's model answers you.".to_owned(),
    }
}
