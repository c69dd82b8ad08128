//! `!m`: list the models, or switch to one.

use clap::Args;
use serde::Serialize;

use super::choice::{ChoiceArgs, Chosen, Made};
use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::{Failure, did_you_mean};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::names::Named;
use crate::model::{ModelName, Preference, Rates};
use crate::view::{self, Block};

/// The command.
pub struct SwitchModel;

/// Its arguments.
#[derive(Debug, Args)]
pub struct SwitchModelArgs {
    /// The model to switch to; part of its name is enough.
    #[arg(value_name = "NAME", conflicts_with = "clear")]
    name: Vec<String>,
    #[command(flatten)]
    choice: ChoiceArgs,
}

/// What there is, or what was changed.
#[derive(Debug, Serialize)]
pub struct Choice {
    current: Option<ModelName>,
    models: Vec<Offer>,
    #[serde(skip)]
    chosen: Chosen,
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

impl Command for SwitchModel {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "m",
        summary: "List the models, or switch to one.",
        details: "It holds for the channel, with --me for you everywhere. Prices are dollars per million tokens in / out.",
        examples: &["m", "m haiku", "m haiku --me", "m --clear"],
        slash: "m",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = SwitchModelArgs;
    type Facts = Choice;
    type Report = Choice;

    async fn load(args: SwitchModelArgs, cx: &Context) -> Result<Choice, Failure> {
        let wanted = args.name.join(" ");
        let to = if wanted.is_empty() { None } else { Some(named(&wanted, cx)?.to_string()) };
        let chosen = args.choice.choose(Preference::Model, to, cx).await?;
        let current = in_force(chosen.in_force(), cx);
        Ok(Choice { models: offers(current.as_ref(), cx), current, chosen })
    }

    fn analyze(report: Choice) -> Analyzed<Choice> {
        Analyzed { change: report.chosen.change(), report, then: Then::Reply }
    }

    fn render(report: &Choice, cx: &Context) -> Vec<Block> {
        match &report.chosen.made {
            _ if report.models.is_empty() => {
                vec![Block::Text("No model is set up: config.toml and the README say how.".into())]
            }
            Some(made) => confirmation(report, made, cx),
            None => list(report, cx),
        }
    }
}

/// The model that answers where this was chosen.
fn in_force(chosen: Option<&str>, cx: &Context) -> Option<ModelName> {
    cx.services.assistant.catalogue().in_force(chosen).map(|model| model.name.clone())
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
        let price = offer.rates.as_ref().map_or("price unknown".to_owned(), view::in_and_out);
        vec![format!("{mark} {}", offer.name), offer.label.clone(), price]
    };
    let other = report.models.iter().find(|offer| !offer.current).unwrap_or(&report.models[0]);
    vec![
        Block::Headline("Models (dollars per million tokens, in / out)".into()),
        Block::Lines(report.models.iter().map(row).collect()),
        report.chosen.next(&format!("m {}", other.name), cx),
    ]
}

fn confirmation(report: &Choice, made: &Made, cx: &Context) -> Vec<Block> {
    let affected = in_force(report.chosen.affected(), cx);
    let offer = report.models.iter().find(|offer| Some(&offer.name) == affected.as_ref());
    let label = offer.map_or("nobody", |offer| offer.label.as_str());
    let price = offer.and_then(|offer| offer.rates.as_ref()).map_or("price unknown".to_owned(), view::price);
    let sentence = match (made.is_own(), made.is_cleared()) {
        (false, false) => format!("{label} answers here from now on ({price})."),
        (true, false) => format!("{label} answers you from now on ({price})."),
        (false, true) => format!("Back to the default here: {label} ({price})."),
        (true, true) => format!("Your own choice is cleared: {label} answers you here ({price})."),
    };
    let stays = report.current.as_ref().map_or(String::new(), |model| cx.label(model));
    let own_wins = report.chosen.own_wins(&stays, "m --clear --me", cx);
    std::iter::once(Block::Text(sentence)).chain(own_wins.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn lists_and_switches() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!m").await, @r"
        Models (dollars per million tokens, in / out)

        ▸ sim-swift   Swift (simulated)   $0.10 / $0.40
          sim-steady  Steady (simulated)  $1 / $5
          sim-deep    Deep (simulated)    $3 / $15

        Next: !m sim-steady
        ");
        insta::assert_snapshot!(owner.says("!m deep").await, @"Deep (simulated) answers here from now on ($3 / $15 per M).");
        insta::assert_snapshot!(owner.says("!m").await, @r"
        Models (dollars per million tokens, in / out)

          sim-swift   Swift (simulated)   $0.10 / $0.40
          sim-steady  Steady (simulated)  $1 / $5
        ▸ sim-deep    Deep (simulated)    $3 / $15

        Next: !m sim-swift
        ");
        insta::assert_snapshot!(owner.says("!m --clear").await, @"Back to the default here: Swift (simulated) ($0.10 / $0.40 per M).");
    }

    #[tokio::test]
    async fn offers_what_is_near() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!m sim-depp").await, @r#"There is no model "sim-depp"; did you mean sim-deep or sim-steady?"#);
        insta::assert_snapshot!(owner.says("!m xyzzy").await, @r#"There is no model "xyzzy"; there are sim-swift, sim-steady, sim-deep."#);
        insta::assert_snapshot!(owner.says("!m sim").await, @r#""sim" could be sim-swift, sim-steady, sim-deep: say more of the name."#);
        insta::assert_snapshot!(owner.says("!m deep --clear").await, @"NAME cannot go with --clear (!help m shows how)");
        insta::assert_snapshot!(owner.says("!m deep --mee").await, @"Unknown option --mee; did you mean --me? (!help m shows how)");
    }

    #[tokio::test]
    async fn the_channel_is_for_admins_and_ones_own_choice_for_everyone() {
        let admin = owner().await.other("mo", Role::Admin).in_guild("town", "general");
        let ann = admin.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!m deep").await, @"Only admins may choose for the channel; add --me to choose for yourself.");
        insta::assert_snapshot!(ann.says("!m --clear").await, @"Only admins may choose for the channel; add --me to choose for yourself.");
        insta::assert_snapshot!(ann.says("!m deep --me").await, @"Deep (simulated) answers you from now on ($3 / $15 per M).");
        insta::assert_snapshot!(admin.says("!m steady").await, @"Steady (simulated) answers here from now on ($1 / $5 per M).");
        insta::assert_snapshot!(ann.says("!m").await, @r"
        Models (dollars per million tokens, in / out)

          sim-swift   Swift (simulated)   $0.10 / $0.40
          sim-steady  Steady (simulated)  $1 / $5
        ▸ sim-deep    Deep (simulated)    $3 / $15

        Next: !m sim-swift --me
        ");
        insta::assert_snapshot!(ann.says("!m --clear --me").await, @"Your own choice is cleared: Steady (simulated) answers you here ($1 / $5 per M).");
    }

    #[tokio::test]
    async fn ones_own_choice_wins_and_says_so() {
        let admin = owner().await.other("mo", Role::Admin).in_guild("town", "general");
        insta::assert_snapshot!(admin.says("!m deep --me").await, @"Deep (simulated) answers you from now on ($3 / $15 per M).");
        insta::assert_snapshot!(admin.says("!m steady").await, @r"
        Steady (simulated) answers here from now on ($1 / $5 per M).
        For you it stays Deep (simulated): your own choice wins.

        Next: !m --clear --me
        ");
        insta::assert_snapshot!(admin.says("!m deep").await, @"Deep (simulated) answers here from now on ($3 / $15 per M).");
        insta::assert_snapshot!(admin.says("!m --clear").await, @r"
        Back to the default here: Swift (simulated) ($0.10 / $0.40 per M).
        For you it stays Deep (simulated): your own choice wins.

        Next: !m --clear --me
        ");
        insta::assert_snapshot!(admin.says("!m --me --clear").await, @"Your own choice is cleared: Swift (simulated) answers you here ($0.10 / $0.40 per M).");
    }

    #[tokio::test]
    async fn in_ones_own_direct_message_one_may() {
        let ann = owner().await.other("ann", Role::Member);
        insta::assert_snapshot!(ann.says("!m steady").await, @"Steady (simulated) answers here from now on ($1 / $5 per M).");
    }
}
