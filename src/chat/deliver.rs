//! An answer as it is written, turned into pieces of plain text for a surface that can only append.

use crate::ai::{Answered, Answering, Event};
use crate::chat::words;
use crate::commands::Services;
use crate::model::{Clock, Person, Place};
use crate::view;

/// Where the pieces of an answer go.
pub trait Surface {
    /// Whether a piece is on screen once it is handed over.
    fn is_live(&self) -> bool;
    /// A piece of the answer's text.
    fn text(&mut self, piece: &str) -> std::io::Result<()>;
    /// A line of our own beside it.
    fn aside(&mut self, line: &str) -> std::io::Result<()>;
}

/// Writes an answer to its end. `None` if it broke off by our own failure. An answer that can no longer be shown to
/// anybody is stopped.
pub async fn deliver(
    answering: Answering,
    surface: &mut impl Surface,
    services: &Services,
    who: (&Person, &Place),
    clock: &dyn Clock,
) -> std::io::Result<Option<Answered>> {
    let written = write(answering, surface, services, who, clock).await;
    if written.is_err() {
        services.assistant.stop(&who.0.id, &who.1.channel);
    }
    written
}

async fn write(
    mut answering: Answering,
    surface: &mut impl Surface,
    services: &Services,
    who: (&Person, &Place),
    clock: &dyn Clock,
) -> std::io::Result<Option<Answered>> {
    if !surface.is_live() {
        answering.shown_as_a_whole();
    }
    while let Some(event) = answering.next().await {
        match event {
            Event::Text(piece) => {
                surface.text(&piece)?;
                answering.first_text_shown();
            }
            Event::Written => {}
            Event::Retrying(retry) => surface.aside(&words::retrying(&retry))?,
            Event::Done(answered) => {
                finish(&answered, surface, services, who, clock)?;
                return Ok(Some(*answered));
            }
        }
    }
    Ok(None)
}

fn finish(
    answered: &Answered,
    surface: &mut impl Surface,
    services: &Services,
    (person, place): (&Person, &Place),
    clock: &dyn Clock,
) -> std::io::Result<()> {
    if let Some(ending) = words::ending(answered, clock.now()) {
        surface.aside(&ending)?;
    }
    for aside in words::asides(answered) {
        surface.aside(&aside)?;
    }
    if services.assistant.monitors(place, &person.id) {
        let label = services.assistant.label(&answered.call.model);
        surface.aside(&view::monitor::line(&answered.call, &label))?;
    }
    Ok(())
}
