//! Makes files of what is drawn: charts as PNG, documents as PDF. Letters that the program's own fonts lack are looked for
//! among the fonts of the machine, when they are first needed; nothing else is read. Built without the feature `pictures` it
//! says so instead.

#[cfg(feature = "pictures")]
mod dress;
#[cfg(feature = "pictures")]
mod letters;
#[cfg(feature = "pictures")]
mod pdf;
#[cfg(feature = "pictures")]
mod png;

use super::{Chart, Document};

/// Makes pictures. It holds fonts, so it lives as long as the program.
#[derive(Debug)]
pub struct Painter {
    #[cfg(feature = "pictures")]
    letters: letters::Letters,
}

/// Whose fonts letters are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fonts {
    /// The program's own: the same picture on every machine.
    Own,
    /// The program's own, and those of this machine for letters that they lack.
    OfThisMachine,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpainted {
    /// The program cannot make any.
    #[error("this perfbot was built without pictures and PDF; build it with the feature `pictures`")]
    NotBuilt,
    /// It failed.
    #[error("the picture could not be drawn: {0}")]
    Failed(String),
}

impl Painter {
    /// A painter that takes letters from these fonts.
    #[cfg_attr(not(feature = "pictures"), expect(unused_variables))]
    pub fn new(fonts: Fonts) -> Self {
        Self {
            #[cfg(feature = "pictures")]
            letters: letters::Letters::of(fonts),
        }
    }

    /// A chart as a PNG for chat.
    ///
    /// # Errors
    /// If the program was built without pictures, or the drawing is none.
    #[cfg(feature = "pictures")]
    pub fn png(&self, chart: &Chart) -> Result<Vec<u8>, Unpainted> {
        png::png(chart, &self.letters)
    }

    /// A document as a PDF.
    ///
    /// # Errors
    /// If the program was built without pictures, or the layout cannot be written.
    #[cfg(feature = "pictures")]
    pub fn pdf(&self, document: &Document) -> Result<Vec<u8>, Unpainted> {
        pdf::pdf(document, &self.letters)
    }

    /// A document as a PDF.
    ///
    /// # Errors
    /// Always: the program was built without pictures.
    #[cfg(not(feature = "pictures"))]
    pub fn pdf(&self, _: &Document) -> Result<Vec<u8>, Unpainted> {
        Err(Unpainted::NotBuilt)
    }

    /// A chart as a PNG for chat.
    ///
    /// # Errors
    /// Always: the program was built without pictures.
    #[cfg(not(feature = "pictures"))]
    pub fn png(&self, _: &Chart) -> Result<Vec<u8>, Unpainted> {
        Err(Unpainted::NotBuilt)
    }
}
