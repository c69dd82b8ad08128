//! `!perf monitor`: show the figures of each answer below it.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Root, Spec, Takes, Who};
use crate::model::{Preference, PreferencePlace};
use crate::store::Change;
use crate::view::Block;

/// The command.
pub struct Monitor;

/// Its arguments.
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// On or off; without it, what holds now.
    #[arg(value_name = "on|off", ignore_case = true)]
    switch: Option<Switch>,
    /// Only for yourself, everywhere.
    #[arg(long)]
    me: bool,
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// Show.
    On,
    /// Do not show.
    Off,
}

/// What holds now.
#[derive(Debug, Serialize)]
pub struct State {
    monitor: Switch,
    #[serde(skip)]
    set: Option<PreferencePlace>,
}

impl Command for Monitor {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "monitor",
        summary: "Show time, tokens and cost below each answer.",
        details: "It holds for the channel, with --me for you everywhere.",
        examples: &["perf monitor on", "perf monitor off", "perf monitor on --me"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = MonitorArgs;
    type Facts = State;
    type Report = State;

    async fn load(args: MonitorArgs, cx: &Context) -> Result<State, Failure> {
        let place = if args.me { cx.own() } else { cx.channel() };
        if args.switch.is_some() && !args.me && !cx.may_set_channel() {
            return Err(Failure::user("only admins may switch it for the channel; add --me to switch it for yourself"));
        }
        let now = if cx.services.assistant.monitors(&cx.place, &cx.person.id) { Switch::On } else { Switch::Off };
        Ok(State { monitor: args.switch.unwrap_or(now), set: args.switch.map(|_| place) })
    }

    fn analyze(report: State) -> Analyzed<State> {
        let value = if report.monitor == Switch::On { "on" } else { "off" };
        let change = report.set.clone().map(|place| Change::Set {
            place,
            preference: Preference::Monitor,
            value: Some(value.to_owned()),
        });
        Analyzed { report, change, then: Then::Reply }
    }

    fn render(report: &State, cx: &Context) -> Vec<Block> {
        match (report.monitor, &report.set) {
            (Switch::On, Some(_)) => vec![
                Block::Headline("👁️ Real-Time Monitoring Active".into()),
                Block::Text("Will show metrics for every answer.".into()),
                Block::Next(cx.typed("perf monitor off")),
            ],
            (Switch::Off, Some(_)) => vec![Block::Text("Real-time monitoring is off.".into())],
            (Switch::On, None) => {
                vec![Block::Text("Real-time monitoring is on.".into()), Block::Next(cx.typed("perf monitor off"))]
            }
            (Switch::Off, None) => {
                vec![Block::Text("Real-time monitoring is off.".into()), Block::Next(cx.typed("perf monitor on"))]
            }
        }
    }
}
