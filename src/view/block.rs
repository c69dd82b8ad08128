//! The parts that every reply is made of. A renderer decides how each looks on its surface.

use super::{Chart, Document};

/// One part of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// What this reply is about, in one line; always first.
    Headline(String),
    /// A short title over what follows.
    Title(String),
    /// Labels and values, aligned below each other.
    Figures(Vec<Figure>),
    /// Rows below a head; the first column is text, the others are aligned right.
    Table {
        /// The head of each column.
        head: Vec<String>,
        /// The rows, each as long as the head.
        rows: Vec<Vec<String>>,
    },
    /// A table of people, whose ids stand in the first column. A chat that knows them shows their names instead.
    People {
        /// The head of each column.
        head: Vec<String>,
        /// The rows, each as long as the head.
        rows: Vec<Vec<String>>,
    },
    /// Rows without a head, their columns aligned left: names, and what they are.
    Lines(Vec<Vec<String>>),
    /// Items below each other.
    List(Vec<String>),
    /// Items below each other, numbered from 1; further lines of an item stand indented below it.
    Numbered(Vec<Vec<String>>),
    /// Running text.
    Text(String),
    /// An aside: coverage, thin data, how something was read.
    Note(String),
    /// Something to look at. What it says in figures stands in the text too.
    Chart(Box<Chart>),
    /// A document that goes with the reply.
    Document {
        /// The name of its file: `performance_report_2026-11-21.pdf`.
        name: String,
        /// What it says.
        document: Box<Document>,
    },
    /// A file that goes with the reply.
    File(File),
    /// The one command that leads on; always last.
    Next(String),
}

/// A reply with one more part at its end, which stands before the command that leads on.
pub fn with(mut blocks: Vec<Block>, more: Option<Block>) -> Vec<Block> {
    let end = blocks.iter().rposition(|block| matches!(block, Block::Next(_))).unwrap_or(blocks.len());
    blocks.splice(end..end, more);
    blocks
}

/// A file that goes with a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What there is to see in it, for who cannot see it.
    pub description: Option<String>,
}

impl File {
    /// A file without pictures.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), description: None }
    }
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// What it comes to, with its unit.
    pub value: String,
}

impl Figure {
    /// A labelled value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}
