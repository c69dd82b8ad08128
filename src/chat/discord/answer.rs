//! Shows an answer while it is being written: a first message when a sentence is there, then edits at a bearable pace, and
//! the whole answer at the end, whatever happens.

use std::time::{Duration, Instant};

use serenity::all::UserId;
use tokio::time::sleep_until;

use super::desk::Desk;
use super::frame;
use super::outlet::{Draft, Outlet, Sent};
use super::trouble::Trouble;
use crate::ai::{Answered, Answering, Event};
use crate::chat::{Message, words};
use crate::commands;
use crate::model::{MessageId, Outcome};
use crate::view;

/// An answer on its way to the screen.
pub struct Showing<'a> {
    desk: &'a Desk,
    outlet: &'a Outlet,
    /// The question.
    asked: &'a Message,
    asker: UserId,
    /// What has to be said beside the answer.
    notes: Vec<String>,
    /// What stands above it.
    head: String,
    text: String,
    /// What stands where the text will be.
    notice: Option<String>,
    sent: Vec<(Sent, Draft)>,
    stage: Stage,
    /// Nobody can see it any more.
    lost: bool,
}

/// How far the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing new since the last frame.
    Shown,
    /// There is more to show.
    Behind,
    /// All text is there: the next frame is the last.
    Written,
}

/// Discord shows for ten seconds that somebody types.
const TYPING: Duration = Duration::from_secs(8);

/// How much text is shown even if no sentence ends in it.
const LONG_ENOUGH: usize = 240;

impl<'a> Showing<'a> {
    /// An answer to a question, to be shown there.
    pub fn new(desk: &'a Desk, outlet: &'a Outlet, (asked, asker): (&'a Message, UserId), notes: Vec<String>) -> Self {
        Self {
            desk,
            outlet,
            asked,
            asker,
            notes,
            head: String::new(),
            text: String::new(),
            notice: None,
            sent: Vec::new(),
            stage: Stage::Shown,
            lost: false,
        }
    }

    /// The same with something above it.
    pub fn below(self, head: String) -> Self {
        Self { head, ..self }
    }

    /// Shows it to its end.
    pub async fn run(mut self, mut answering: Answering) {
        let mut typing = tokio::time::interval(TYPING);
        // The first tick is at once, and something has been shown already.
        typing.tick().await;
        let mut next = Instant::now();
        loop {
            let event = tokio::select! {
                event = answering.next() => event,
                () = sleep_until(next.into()), if self.stage == Stage::Behind => {
                    next = self.frame(&answering).await;
                    continue;
                }
                _ = typing.tick(), if self.sent.is_empty() => {
                    self.outlet.announce().await;
                    continue;
                }
            };
            match event {
                Some(Event::Text(piece)) => self.more(&piece),
                Some(Event::Retrying(retry)) => self.notice(words::retrying(&retry)),
                Some(Event::Written) => self.stage = Stage::Written,
                Some(Event::Done(answered)) => return self.finish(&answering, &answered).await,
                None => return self.break_off(&answering).await,
            }
        }
    }

    fn more(&mut self, piece: &str) {
        self.text.push_str(piece);
        self.notice = None;
        let enough = !self.sent.is_empty()
            || self.text.chars().count() > LONG_ENOUGH
            || view::split::first_sentence_end(&self.text).is_some();
        if enough {
            self.stage = Stage::Behind;
        }
    }

    fn notice(&mut self, line: String) {
        self.notice = Some(line);
        self.stage = Stage::Behind;
    }

    /// Shows what there is, if the channel is free. Returns when the next frame may come.
    async fn frame(&mut self, answering: &Answering) -> Instant {
        let now = Instant::now();
        let moment = self.desk.pacer().frame(self.outlet.channel(), now);
        if let Err(later) = moment
            // The first message is none of the edits that the pause is about.
            && !self.sent.is_empty()
        {
            return later;
        }
        let drafts = match &self.notice {
            Some(notice) => vec![Draft { text: format!("-# {notice}"), ..Draft::default() }],
            None => frame::under_way(&(self.head.clone() + &self.text), self.asker),
        };
        self.stage = Stage::Shown;
        if let Err(trouble) = self.show(drafts, answering).await {
            self.give_up_if_lost(trouble).await;
        }
        now
    }

    /// Where nobody can see the answer any more, nobody pays for the rest of it.
    async fn give_up_if_lost(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Gone | Trouble::NotAllowed | Trouble::Closed => {
                self.lost = true;
                self.desk.services.assistant.stop(&self.asked.person.id, &self.asked.place.channel);
                if matches!(trouble, Trouble::NotAllowed) {
                    self.desk.tell_what_is_missing(self.outlet.channel(), self.asker).await;
                }
            }
            // A frame in between is no loss; the next one shows more.
            other => tracing::debug!("a frame of an answer was not shown: {other}"),
        }
    }

    /// Brings the messages to what they should be.
    async fn show(&mut self, drafts: Vec<Draft>, answering: &Answering) -> Result<(), Trouble> {
        if self.lost {
            return Ok(());
        }
        for (at, draft) in drafts.into_iter().enumerate() {
            match self.sent.get_mut(at) {
                Some((_, shown)) if *shown == draft => {}
                Some((sent, shown)) => {
                    self.outlet.edit(sent, &draft).await?;
                    *shown = draft;
                }
                None => {
                    let sent = self.outlet.send(&draft).await?;
                    if let Some(id) = sent.id {
                        answering.shown_in(&MessageId::from(id.to_string()));
                    }
                    self.sent.push((sent, draft));
                }
            }
        }
        Ok(())
    }

    async fn finish(mut self, answering: &Answering, answered: &Answered) {
        let below = self.small_lines(answered);
        let _finishing = self.desk.finishing(self.outlet.channel());
        let text = if answered.text.is_empty() { String::new() } else { std::mem::take(&mut self.text) };
        let text = if text.is_empty() { text } else { self.head.clone() + &text };
        self.last(frame::done(&text, &below, self.outlet.files()), answering).await;
        self.note_where(answered).await;
    }

    async fn break_off(mut self, answering: &Answering) {
        let sentence = "The answer broke off by a failure on our side; try again.".to_owned();
        let text = std::mem::take(&mut self.text);
        self.last(frame::done(&text, &[sentence], self.outlet.files()), answering).await;
    }

    /// Shows the last frame, in its turn among the other edits of the channel. It is never dropped.
    async fn last(&mut self, drafts: Vec<Draft>, answering: &Answering) {
        if !self.sent.is_empty() && !self.lost {
            let moment = self.desk.pacer().last(self.outlet.channel(), Instant::now());
            // When the bot is about to end there is no time for manners.
            tokio::select! {
                () = sleep_until(moment.into()) => {}
                () = self.desk.hurry.cancelled() => {}
            }
        }
        match self.show(drafts.clone(), answering).await {
            Ok(()) => {}
            Err(trouble @ (Trouble::Gone | Trouble::NotAllowed | Trouble::Closed)) => {
                self.give_up_if_lost(trouble).await
            }
            Err(trouble) => self.once_more(trouble, drafts, answering).await,
        }
    }

    /// The messages that are there cannot be edited: the answer comes in new ones.
    async fn once_more(&mut self, trouble: Trouble, drafts: Vec<Draft>, answering: &Answering) {
        tracing::warn!("the last edit of an answer failed ({trouble}); it is sent anew");
        self.sent.clear();
        if let Err(trouble) = self.show(drafts, answering).await {
            tracing::error!("an answer could not be shown: {trouble}");
        }
    }

    /// The small lines below an answer.
    fn small_lines(&self, answered: &Answered) -> Vec<String> {
        let Desk { services, settings, clock, .. } = self.desk;
        let call = &answered.call;
        let by_us = self.desk.hurry.is_cancelled() && matches!(call.outcome, Outcome::Cut | Outcome::Interrupted);
        let ending = match by_us {
            true => Some("(The bot is being restarted: the answer was cut.)".to_owned()),
            false => words::ending(answered, clock.now()),
        };
        let mut below: Vec<String> =
            ending.into_iter().chain(self.notes.clone()).chain(words::asides(answered)).collect();
        let label = services.assistant.label(&call.model);
        if services.assistant.monitors(&self.asked.place, &self.asked.person.id) {
            below.push(view::monitor::line(call, &label));
        } else if settings.footer {
            below.push(view::monitor::footer(call, &label));
        }
        below
    }

    /// Notes which messages carry the answer, if its row does not know all of them.
    async fn note_where(&self, answered: &Answered) {
        let ids: Vec<MessageId> =
            self.sent.iter().filter_map(|(sent, _)| sent.id).map(|id| MessageId::from(id.to_string())).collect();
        let known = answered.call.message.as_ref();
        // Of who opted out nothing leads back to them.
        let is_theirs = answered.call.user.is_some();
        if is_theirs && !ids.is_empty() && known != ids.first() || ids.len() > 1 && is_theirs {
            commands::delivered(&ids, answered.call.at, &self.asked.place, &self.desk.services).await;
        }
    }
}
