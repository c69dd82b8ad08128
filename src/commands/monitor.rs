//! `!perf monitor`: show the figures of each answer below it.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::choice::{ChoiceArgs, Chosen};
use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::Preference;
use crate::view::Block;

/// The command.
pub struct Monitor;

/// Its arguments.
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// On or off; without it, what holds now.
    #[arg(value_name = "on|off", ignore_case = true, conflicts_with = "clear")]
    switch: Option<Switch>,
    #[command(flatten)]
    choice: ChoiceArgs,
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
    chosen: Chosen,
}

impl Command for Monitor {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "monitor",
        summary: "Show time, tokens and cost below each answer.",
        details: "It holds for the channel, with --me for you everywhere.",
        examples: &["perf monitor on", "perf monitor off", "perf monitor on --me", "perf monitor --clear"],
        slash: "perf monitor",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = MonitorArgs;
    type Facts = State;
    type Report = State;

    async fn load(args: MonitorArgs, cx: &Context) -> Result<State, Failure> {
        let value = args.switch.map(|switch| switch.word().to_owned());
        let chosen = args.choice.choose(Preference::Monitor, value, cx).await?;
        Ok(State { monitor: Switch::of(chosen.in_force(), cx), chosen })
    }

    fn analyze(report: State) -> Analyzed<State> {
        Analyzed { change: report.chosen.change(), report, then: Then::Reply }
    }

    fn render(report: &State, cx: &Context) -> Vec<Block> {
        let now = Switch::of(report.chosen.affected(), cx);
        let word = now.word();
        let mut blocks = match &report.chosen.made {
            None => vec![Block::Text(format!("Real-time monitoring is {word}."))],
            Some(made) => match (made.is_own(), made.is_cleared(), now) {
                (own, false, Switch::On) => {
                    let whose = if own { "each of your answers" } else { "each answer here" };
                    vec![
                        Block::Headline("👁️ Real-Time Monitoring Active".into()),
                        Block::Text(format!("Time, tokens and cost will show below {whose}.")),
                    ]
                }
                (false, false, Switch::Off) => vec![Block::Text("Real-time monitoring is off here.".into())],
                (true, false, Switch::Off) => vec![Block::Text("Real-time monitoring is off for you.".into())],
                (false, true, _) => vec![Block::Text(format!("Back to the default here: monitoring is {word}."))],
                (true, true, _) => vec![Block::Text(format!("Your own choice is cleared: monitoring is {word} here."))],
            },
        };
        match report.chosen.own_wins(report.monitor.word(), "perf monitor --clear --me", cx) {
            Some(own_wins) => blocks.extend(own_wins),
            None => blocks.push(report.chosen.next(&format!("perf monitor {}", now.other().word()), cx)),
        }
        blocks
    }
}

impl Switch {
    /// What holds where this was chosen.
    fn of(chosen: Option<&str>, cx: &Context) -> Self {
        if cx.services.assistant.monitors_if(chosen) { Self::On } else { Self::Off }
    }

    fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::On => Self::Off,
            Self::Off => Self::On,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn shows_and_switches() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf monitor").await, @r"
        Real-time monitoring is off.

        Next: !perf monitor on
        ");
        insta::assert_snapshot!(owner.says("!perf monitor on").await, @r"
        👁️ Real-Time Monitoring Active

        Time, tokens and cost will show below each answer here.

        Next: !perf monitor off
        ");
        insta::assert_snapshot!(owner.says("!perf monitor").await, @r"
        Real-time monitoring is on.

        Next: !perf monitor off
        ");
        insta::assert_snapshot!(owner.says("!perf monitor OFF").await, @r"
        Real-time monitoring is off here.

        Next: !perf monitor on
        ");
        insta::assert_snapshot!(owner.says("!perf monitor --clear").await, @r"
        Back to the default here: monitoring is off.

        Next: !perf monitor on
        ");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf monitor maybe").await, @r#""maybe" is no value here: use on or off (!perf help monitor shows how)"#);
        insta::assert_snapshot!(owner.says("!perf monitor on off").await, @r#""off" is one word too many (!perf help monitor shows how)"#);
        insta::assert_snapshot!(owner.says("!perf monitor on --clear").await, @"on|off cannot go with --clear (!perf help monitor shows how)");
    }

    #[tokio::test]
    async fn the_channel_is_for_admins_and_ones_own_choice_for_everyone() {
        let admin = owner().await.other("mo", Role::Admin).in_guild("town", "general");
        let ann = admin.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!perf monitor on").await, @"Only admins may choose for the channel; add --me to choose for yourself.");
        insta::assert_snapshot!(ann.says("!perf monitor on --me").await, @r"
        👁️ Real-Time Monitoring Active

        Time, tokens and cost will show below each of your answers.

        Next: !perf monitor off --me
        ");
        insta::assert_snapshot!(ann.says("!perf monitor off --me").await, @r"
        Real-time monitoring is off for you.

        Next: !perf monitor on --me
        ");
        insta::assert_snapshot!(admin.says("!perf monitor on").await, @r"
        👁️ Real-Time Monitoring Active

        Time, tokens and cost will show below each answer here.

        Next: !perf monitor off
        ");
        insta::assert_snapshot!(ann.says("!perf monitor").await, @r"
        Real-time monitoring is off.

        Next: !perf monitor on --me
        ");
        insta::assert_snapshot!(ann.says("!perf monitor --clear --me").await, @r"
        Your own choice is cleared: monitoring is on here.

        Next: !perf monitor off --me
        ");
        insta::assert_snapshot!(admin.says("!perf monitor off --me").await, @r"
        Real-time monitoring is off for you.

        Next: !perf monitor on --me
        ");
        insta::assert_snapshot!(admin.says("!perf monitor on").await, @r"
        👁️ Real-Time Monitoring Active

        Time, tokens and cost will show below each answer here.
        For you it stays off: your own choice wins.

        Next: !perf monitor --clear --me
        ");
    }
}
