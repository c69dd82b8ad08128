//! The parts that every reply is made of. A renderer decides how each looks on its surface.

/// One part of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A file that goes with the reply.
    File {
        /// Its name.
        name: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// The one command that leads on; always last.
    Next(String),
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
