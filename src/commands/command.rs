//! The shape of a command, and its form without types for the registry.

use std::sync::{Arc, Mutex, PoisonError};

use clap::{ArgMatches, Args, FromArgMatches};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::spec::Spec;
use crate::ai::Repeat;
use crate::store::Change;
use crate::view::Block;

/// One chat command. `load` is the only step that waits; the others are pure.
pub trait Command: 'static {
    /// What it says of itself.
    const SPEC: Spec;
    /// Its arguments, with their help.
    type Args: Args + Send;
    /// What it must know to answer.
    type Facts: Send;
    /// Its answer, as values. This is what `--json` shows.
    type Report: Serialize + Send + 'static;

    /// Reads the arguments and asks the store for the facts.
    fn load(args: Self::Args, cx: &Context) -> impl Future<Output = Result<Self::Facts, Failure>> + Send;

    /// Turns facts into a report, and says what should follow.
    fn analyze(facts: Self::Facts) -> Analyzed<Self::Report>;

    /// Lays the report out.
    fn render(report: &Self::Report, cx: &Context) -> Vec<Block>;
}

/// A report, and what should follow from it.
#[derive(Debug)]
pub struct Analyzed<R> {
    /// The answer, as values.
    pub report: R,
    /// What the store should do.
    pub change: Option<Change>,
    /// What else should happen.
    pub then: Then,
}

impl<R> Analyzed<R> {
    /// A report that changes nothing.
    pub fn report(report: R) -> Self {
        Self { report, change: None, then: Then::Reply }
    }
}

/// What should happen besides the reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Reply,
    /// A question goes to the model; its answer is the reply.
    Ask(Wish),
    /// The conversation of this channel is forgotten.
    Forget,
    /// This person's answer in this channel is stopped.
    Stop,
}

/// A question for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The question.
    pub text: Arc<str>,
    /// What it repeats, if it is asked again.
    pub repeats: Option<Repeat>,
}

/// A reply, ready to be rendered for its surface.
pub struct Reply {
    /// Its parts.
    pub blocks: Vec<Block>,
    report: Box<dyn Figures>,
}

/// A report without its type. Most replies are read by people, so its JSON is made only where somebody wants it.
trait Figures: Send {
    fn json(&self) -> serde_json::Result<serde_json::Value>;
}

impl<R: Serialize + Send> Figures for R {
    fn json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }
}

impl Reply {
    /// The report behind it.
    ///
    /// # Errors
    /// It holds something that JSON does not know.
    pub fn json(&self) -> serde_json::Result<serde_json::Value> {
        self.report.json()
    }
}

/// What came of running a command.
pub struct Ran {
    /// The reply.
    pub reply: Reply,
    /// What the store should do.
    pub change: Option<Change>,
    /// What else should happen.
    pub then: Then,
}

/// A command without its types, as the registry holds it.
pub struct Entry {
    /// What it says of itself.
    pub spec: Spec,
    /// Its arguments as clap sees them.
    pub clap: clap::Command,
    /// The same, to read words with: that needs one of its own, and making one takes longer than reading.
    parser: Mutex<clap::Command>,
    /// Runs it on parsed arguments.
    pub run: for<'a> fn(&'a ArgMatches, &'a Context) -> BoxFuture<'a, Result<Ran, Failure>>,
}

impl Entry {
    /// The entry of a command.
    pub fn of<C: Command>() -> Self {
        let clap = clap_of::<C>();
        Self { spec: C::SPEC, parser: Mutex::new(clap.clone()), clap, run: |matches, cx| run::<C>(matches, cx).boxed() }
    }

    /// Reads words as its arguments.
    ///
    /// # Errors
    /// They are none.
    pub fn read(&self, words: &[String]) -> Result<ArgMatches, clap::Error> {
        // Nothing of an earlier reading is left in a parser, not even of one that panicked.
        let mut parser = self.parser.lock().unwrap_or_else(PoisonError::into_inner);
        parser.try_get_matches_from_mut(words)
    }
}

fn clap_of<C: Command>() -> clap::Command {
    let bare = clap::Command::new(C::SPEC.name).no_binary_name(true).disable_version_flag(true).disable_help_flag(true);
    let mut clap = C::Args::augment_args(bare);
    clap.build();
    clap
}

async fn run<C: Command>(matches: &ArgMatches, cx: &Context) -> Result<Ran, Failure> {
    let args = C::Args::from_arg_matches(matches).map_err(|error| Failure::user(super::words::sentence(&error)))?;
    let facts = C::load(args, cx).await?;
    let Analyzed { report, change, then } = C::analyze(facts);
    let blocks = C::render(&report, cx);
    Ok(Ran { reply: Reply { blocks, report: Box::new(report) }, change, then })
}
