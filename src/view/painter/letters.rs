//! The fonts that letters are taken from.

use std::fmt;
use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

use super::dress::Dresser;
use super::{Fonts, Unpainted};
use crate::view::fonts::{self, FAMILY};

/// Fonts, the program's own and perhaps those of the machine.
pub struct Letters {
    own: Arc<Database>,
    fonts: Fonts,
    all: OnceLock<Arc<Database>>,
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letters").field("fonts", &self.fonts).finish_non_exhaustive()
    }
}

impl Letters {
    /// The program's own fonts, and where to look for others.
    pub fn of(fonts: Fonts) -> Self {
        Self { own: Arc::new(own()), fonts, all: OnceLock::new() }
    }

    /// An SVG with its letters laid out. A letter that no font has is a box.
    pub fn tree(&self, svg: &str) -> Result<Tree, Unpainted> {
        let database = if svg.chars().all(fonts::covers) { &self.own } else { self.all() };
        let options = Options { font_family: FAMILY.to_owned(), fontdb: Arc::clone(database), ..Options::default() };
        let svg = Dresser::new(database).dressed(svg);
        Tree::from_str(&svg, &options).map_err(|error| Unpainted::Failed(error.to_string()))
    }

    /// All fonts that letters may be taken from. Those of the machine are looked up when they are first needed.
    fn all(&self) -> &Arc<Database> {
        if self.fonts == Fonts::Own {
            return &self.own;
        }
        self.all.get_or_init(|| {
            let mut all = own();
            all.load_system_fonts();
            Arc::new(all)
        })
    }
}

/// The program's own fonts.
pub fn own() -> Database {
    let mut own = Database::new();
    for file in fonts::FILES {
        own.load_font_source(Source::Binary(Arc::new(file)));
    }
    own
}
