//! An interaction as tests hold it: a command that was sent, a button that was pressed, a form. What came of it can be
//! asked at any time; to wait for it is the fake's own business.

use std::fmt;
use std::sync::Arc;

use super::handles::handle;
use super::hub::Hub;
use super::interactions::{Answer, Interaction};
use super::said::Said;
use super::world::Id;

handle!(
    /// Something that somebody asked of the bot through Discord.
    Asked
);

impl Asked {
    fn look<T>(&self, question: impl FnOnce(&Interaction) -> T) -> T {
        self.hub.look(|world| question(world.interaction(self.id)))
    }

    /// The bot's first answer.
    pub fn answer(&self) -> Answer {
        self.look(|asked| asked.answer.clone())
    }

    /// Whether the bot said anything.
    pub fn is_acknowledged(&self) -> bool {
        self.look(|asked| asked.answer != Answer::None)
    }

    /// The message that answers, or that was updated; none while either is only promised.
    pub fn message(&self) -> Option<Said> {
        let promised = self.look(|asked| asked.answer == Answer::DeferredUpdate && !asked.changed);
        let message = self.look(|asked| asked.original).map(|id| Said::new(&self.hub, id));
        message.filter(|message| !promised && !message.is_thinking())
    }

    /// All messages that answer it, follow-ups included, in order.
    pub fn messages(&self) -> Vec<Said> {
        let ids: Vec<Id> = self.hub.look(|world| {
            let answers = world.messages.values().filter(|message| message.interaction == Some(self.id));
            answers.filter(|message| !message.deleted).map(|message| message.id).collect()
        });
        ids.into_iter().map(|id| Said::new(&self.hub, id)).collect()
    }
}
