//! `--csv`: the figures of a reply as a file beside it.

use clap::Args;
use serde::Serialize;

use crate::view::{self, Block, File};

/// The option for a file with the figures.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct AttachmentArgs {
    /// Attach every figure as a CSV file.
    #[arg(long)]
    csv: bool,
}

/// The file that goes with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    /// None.
    None,
    /// A CSV file of this name.
    Csv(&'static str),
}

impl AttachmentArgs {
    /// The file that was asked for, under a name of ours.
    pub fn named(self, name: &'static str) -> Attachment {
        if self.csv { Attachment::Csv(name) } else { Attachment::None }
    }
}

impl Attachment {
    /// The reply with its file, which stands before the command that leads on.
    pub fn beside(self, blocks: Vec<Block>, report: &impl Serialize) -> Vec<Block> {
        match self {
            Self::None => blocks,
            Self::Csv(name) => view::with(blocks, Some(Block::File(File::new(name, view::csv(report))))),
        }
    }
}
