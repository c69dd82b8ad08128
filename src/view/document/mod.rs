//! A document for paper: sections of the same blocks that replies are made of, laid out on pages. Pure; [`super::Painter`]
//! makes a PDF of them.

#[cfg(feature = "pictures")]
mod pages;
#[cfg(feature = "pictures")]
mod pieces;
#[cfg(feature = "pictures")]
mod table;

use super::Block;

/// What is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is called.
    pub title: String,
    /// What it is about: the time, how many calls, whose.
    pub subtitle: String,
    /// Its parts, in their order.
    pub sections: Vec<Section>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// What stands above it.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

#[cfg(feature = "pictures")]
pub(super) use pages::{Page, pages};

#[cfg(all(test, feature = "pictures"))]
pub(in crate::view) mod samples;
