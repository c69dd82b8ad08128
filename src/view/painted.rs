//! Charts in a reply become pictures, and documents become PDFs, where a surface shows such.

use super::{Block, Chart, File, Painter, Unpainted};

/// The blocks with pictures in the place of charts and files in the place of documents. A chart that cannot be painted stays,
/// to be shown as text, with a note why.
pub fn painted(blocks: Vec<Block>, painter: &Painter) -> Vec<Block> {
    let mut done = Done::default();
    for block in blocks {
        match block {
            Block::Chart(chart) => match painter.png(&chart) {
                Ok(bytes) => done.picture(&chart, bytes),
                Err(why) => done.without(Some(Block::Chart(chart)), why),
            },
            other => done.print(other, painter),
        }
    }
    done.blocks()
}

/// The blocks with files in the place of documents; charts stay, to be shown as text.
pub fn printed(blocks: Vec<Block>, painter: &Painter) -> Vec<Block> {
    let mut done = Done::default();
    blocks.into_iter().for_each(|block| done.print(block, painter));
    done.blocks()
}

/// What is done so far.
#[derive(Default)]
struct Done {
    blocks: Vec<Block>,
    why_not: Option<Unpainted>,
}

impl Done {
    /// The second picture of a kind is called `heatmap-2.png`.
    fn picture(&mut self, chart: &Chart, bytes: Vec<u8>) {
        let of_this_kind = |block: &&Block| matches!(block, Block::File(file) if file.name.starts_with(chart.name()));
        let name = match self.blocks.iter().filter(of_this_kind).count() {
            0 => format!("{}.png", chart.name()),
            before => format!("{}-{}.png", chart.name(), before + 1),
        };
        self.blocks.push(Block::File(File { name, bytes, description: Some(chart.description()) }));
    }

    fn print(&mut self, block: Block, painter: &Painter) {
        let Block::Document { name, document } = block else { return self.blocks.push(block) };
        match painter.pdf(&document) {
            Ok(bytes) => self.blocks.push(Block::File(File::new(name, bytes))),
            Err(why) => self.without(None, why),
        }
    }

    fn without(&mut self, instead: Option<Block>, why: Unpainted) {
        self.blocks.extend(instead);
        self.why_not = Some(why);
    }

    fn blocks(self) -> Vec<Block> {
        super::with(self.blocks, self.why_not.map(|why| Block::Note(super::sentence(&why.to_string()))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::chart::samples;
    use super::super::{Document, Fonts, discord, plain};
    use super::*;

    fn reply() -> Vec<Block> {
        let chart = || Block::Chart(Box::new(samples::distribution()));
        let document = Document { title: "All".into(), subtitle: "of it".into(), sections: vec![] };
        let document = Block::Document { name: "all.pdf".into(), document: Box::new(document) };
        vec![Block::Headline("Times".into()), chart(), chart(), document, Block::Next("!perf stats".into())]
    }

    #[cfg(feature = "pictures")]
    #[test]
    fn pictures_take_the_place_of_charts_and_say_what_they_show() {
        let posts = discord::render(&painted(reply(), &Painter::new(Fonts::Own)));
        assert_eq!(posts[0].text, "**Times**\n\nNext: `!perf stats`");
        let names: Vec<&str> = posts[0].files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["distribution.png", "distribution-2.png", "all.pdf"]);
        assert_eq!(posts[0].files[1].description, Some(samples::distribution().description()));
        assert!(posts[0].files[2].bytes.starts_with(b"%PDF-"));
        let text = plain::render(&printed(reply(), &Painter::new(Fonts::Own)));
        assert!(text.contains("← P50 1.8s") && text.contains("[file all.pdf]"), "{text}");
    }

    #[cfg(not(feature = "pictures"))]
    #[test]
    fn without_pictures_charts_are_text_and_the_reply_says_why() {
        let posts = discord::render(&painted(reply(), &Painter::new(Fonts::Own)));
        assert!(posts[0].files.is_empty());
        assert!(posts[0].text.contains("← P50 1.8s"), "{}", posts[0].text);
        assert!(posts[0].text.contains("-# This perfbot was built without pictures and PDF"), "{}", posts[0].text);
        let text = plain::render(&printed(reply(), &Painter::new(Fonts::Own)));
        assert!(text.contains("This perfbot was built without") && !text.contains("all.pdf"), "{text}");
    }
}
