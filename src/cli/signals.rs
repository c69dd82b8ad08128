//! The ways a program is asked to end: Ctrl-C, or a signal from whoever supervises it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Whether Ctrl-C ends the program, or only the answer that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CtrlC {
    /// It ends the program.
    Ends,
    /// The terminal deals with it.
    IsTheTerminals,
}

/// A token that is cancelled when the program is asked to end.
pub fn asked_to_end(ctrl_c: CtrlC) -> io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut kinds = vec![SignalKind::terminate(), SignalKind::hangup()];
    if ctrl_c == CtrlC::Ends {
        kinds.push(SignalKind::interrupt());
    }
    for kind in kinds {
        let (mut signals, token) = (signal(kind)?, token.clone());
        tokio::spawn(async move {
            signals.recv().await;
            token.cancel();
        });
    }
    Ok(token)
}
