//! Plain text on a stream: a reply ends with an empty line, so an empty line inside it is written as one space.

use std::io::{self, Write};

use crate::chat::deliver::Surface;

/// Writes replies to a stream that can only be appended to.
pub struct Paper<W> {
    out: W,
    column: Column,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    /// At the start of a line, nothing written of the reply yet.
    Fresh,
    /// At the start of a line.
    Start,
    /// Within a line.
    Within,
}

impl<W: Write> Paper<W> {
    /// Paper over a stream.
    pub fn new(out: W) -> Self {
        Self { out, column: Column::Fresh }
    }

    /// Writes a whole reply.
    pub fn reply(&mut self, text: &str) -> io::Result<()> {
        self.text(text.trim_end())?;
        self.end()
    }

    /// Ends a reply with an empty line. A reply of nothing writes nothing.
    pub fn end(&mut self) -> io::Result<()> {
        match self.column {
            Column::Fresh => return self.out.flush(),
            Column::Start => writeln!(self.out)?,
            Column::Within => write!(self.out, "\n\n")?,
        }
        self.column = Column::Fresh;
        self.out.flush()
    }

    /// Writes one line that is no reply but stands for itself.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }

    fn line_feed(&mut self) -> io::Result<()> {
        // The empty line ends a reply, so one inside it must not look like it.
        self.out.write_all(if self.column == Column::Within { b"\n" } else { b" \n" })?;
        self.column = Column::Start;
        Ok(())
    }
}

impl<W: Write> Surface for Paper<W> {
    fn is_live(&self) -> bool {
        true
    }

    fn text(&mut self, piece: &str) -> io::Result<()> {
        for (index, line) in piece.split('\n').enumerate() {
            if index > 0 {
                self.line_feed()?;
            }
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                self.out.write_all(printable(line).as_bytes())?;
                self.column = Column::Within;
            }
        }
        self.out.flush()
    }

    fn aside(&mut self, line: &str) -> io::Result<()> {
        if self.column == Column::Within {
            self.line_feed()?;
        }
        self.text(line)?;
        self.line_feed()
    }
}

/// Without control characters: what a model writes must not steer the terminal.
fn printable(line: &str) -> String {
    line.chars().filter(|letter| !letter.is_control() || *letter == '\t').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(act: impl Fn(&mut Paper<Vec<u8>>) -> io::Result<()>) -> String {
        let mut paper = Paper::new(Vec::new());
        act(&mut paper).unwrap();
        String::from_utf8(paper.out).unwrap()
    }

    #[test]
    fn an_empty_line_inside_a_reply_is_one_space() {
        assert_eq!(written(|paper| paper.reply("a\n\n\nb\n")), "a\n \n \nb\n\n");
        assert_eq!(written(|paper| paper.reply("\na")), " \na\n\n");
        assert_eq!(written(|paper| paper.reply("")), "");
    }

    #[test]
    fn a_stream_of_pieces_reads_like_the_whole() {
        let pieces = ["one", " two\n", "\nthree", "\n"];
        let streamed = written(|paper| {
            pieces.iter().try_for_each(|piece| paper.text(piece))?;
            paper.aside("(Stopped.)")?;
            paper.end()
        });
        assert_eq!(streamed, "one two\n \nthree\n(Stopped.)\n\n");
    }

    #[test]
    fn what_a_model_writes_cannot_steer_the_terminal() {
        assert_eq!(written(|paper| paper.reply("a\u{1b}[31mb\u{7}\tc\r\nd")), "a[31mb\tc\nd\n\n");
    }
}
