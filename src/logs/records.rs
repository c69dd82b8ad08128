//! The rows of a log one after the other: CSV, a JSON object a line, or one JSON array of objects.
//!
//! Only one row is in memory at a time. A row that cannot be read costs that row, not the file.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::row::{Header, Row};

/// A row and the line it starts on, or why it could not be read.
#[derive(Debug)]
pub struct Record {
    /// The line, counted from 1.
    pub line: u64,
    /// The row, or a reason for people.
    pub row: Result<Row, String>,
}

/// The rows of a log. An error ends them.
pub struct Records {
    rows: Rows,
    broken: bool,
}

enum Rows {
    Csv(Box<Csv>),
    Lines(Json),
    Array(Json),
}

/// Rows that are longer than this are not read: a quote that is never closed must not fill the memory.
const LONGEST_ROW: u64 = 16 << 20;

impl Records {
    /// The rows of a text, by its first bytes: JSON where it opens with a brace or bracket, else CSV.
    ///
    /// # Errors
    /// The text cannot be read.
    pub fn sniffed(text: Box<dyn BufRead + Send>, head: &[u8]) -> io::Result<Self> {
        match head.trim_ascii_start().first() {
            Some(b'{' | b'[') => Ok(Self::json(text, head)),
            _ => Self::csv(text, head),
        }
    }

    /// The rows of a CSV text. Its separator is what occurs most in the header: comma, semicolon, tab or bar.
    ///
    /// # Errors
    /// The text cannot be read.
    pub fn csv(text: Box<dyn BufRead + Send>, head: &[u8]) -> io::Result<Self> {
        let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let times = |separator: u8| first_line.iter().filter(|byte| **byte == separator).count();
        let separator = b"|\t;,".iter().copied().max_by_key(|separator| times(*separator)).unwrap_or(b',');
        let text = Newlines {
            text,
            read: 0,
            row: 0,
            ahead: VecDeque::new(),
            passed: 0,
            quotes: VecDeque::new(),
            ended: false,
            is_open: false,
        };
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text);
        let header = Arc::new(Header::new(reader.headers().map_err(into_io)?.iter()));
        let width = reader.headers().map_err(into_io)?.len();
        Ok(Self { rows: Rows::Csv(Box::new(Csv { reader, header, width })), broken: false })
    }

    /// The rows of a JSON text: lines, or one array.
    pub fn json(text: Box<dyn BufRead + Send>, head: &[u8]) -> Self {
        let json = Json { text, line: 0, ended: false };
        let rows = if head.trim_ascii_start().starts_with(b"[") { Rows::Array(json) } else { Rows::Lines(json) };
        Self { rows, broken: false }
    }
}

impl Iterator for Records {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let next = match &mut self.rows {
            Rows::Csv(csv) => csv.next_record(),
            Rows::Lines(json) => json.next_line(),
            Rows::Array(json) => json.next_element(),
        };
        self.broken = next.is_err();
        next.transpose()
    }
}

struct Csv {
    reader: csv::Reader<Newlines>,
    header: Arc<Header>,
    width: usize,
}

impl Csv {
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        let mut cells = csv::ByteRecord::new();
        if !self.reader.read_byte_record(&mut cells).map_err(into_io)? {
            return Ok(None);
        }
        let line = self.first_line(&cells);
        let row = csv::StringRecord::from_byte_record(cells).map_err(|_| "is not valid UTF-8".to_owned());
        let row = row.and_then(|cells| match cells.len() {
            found if found == self.width => Ok(Row::Cells(Arc::clone(&self.header), cells)),
            found if self.reader.get_ref().is_open => {
                Err(format!("has {found} cells under {} columns: a quote in it is not closed", self.width))
            }
            found => Err(format!("has {found} cells under {} columns", self.width)),
        });
        Ok(Some(Record { line, row }))
    }

    /// The line on which the row just read starts. The reader's own count goes wrong by one after `\r\n` and by each
    /// empty line before a row, so it is taken from the row's end: its last line, less the line ends within cells.
    fn first_line(&mut self, cells: &csv::ByteRecord) -> u64 {
        let end = self.reader.position().byte();
        let within = cells.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let text = self.reader.get_mut();
        text.end_row(end);
        // Behind a quote that is never closed, even the last line end is within the cell.
        let last = if text.is_open { end } else { end.saturating_sub(1) };
        text.line_of(last) - within
    }
}

/// A text that remembers where its lines ended, as far as the CSV reader has read ahead.
struct Newlines {
    text: Box<dyn BufRead + Send>,
    read: u64,
    /// Where the last row that is known ended.
    row: u64,
    ahead: VecDeque<u64>,
    passed: u64,
    /// Where quotes stand behind the last row that is known.
    quotes: VecDeque<u64>,
    /// Whether the text has come to its end.
    ended: bool,
    /// Whether the last row that is known, which is the last of all, has a quote that is not closed.
    is_open: bool,
}

impl Newlines {
    /// Notes where a row ended. A pair of quotes stands for one, so that closed ones are even in number.
    fn end_row(&mut self, end: u64) {
        let within = self.quotes.iter().take_while(|quote| **quote < end).count();
        self.quotes.drain(..within);
        self.is_open = self.ended && end == self.read && within % 2 == 1;
    }

    /// The line that holds this byte. Asked of rising places only.
    fn line_of(&mut self, place: u64) -> u64 {
        while self.ahead.front().is_some_and(|newline| *newline < place) {
            self.ahead.pop_front();
            self.passed += 1;
        }
        self.row = place;
        self.passed + 1
    }
}

impl Read for Newlines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read - self.row > LONGEST_ROW {
            let line = self.passed + 1;
            let text = format!("the row behind line {line} is longer than 16 MB (is a quote not closed?)");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let count = self.text.read(buffer)?;
        let places = |wanted: u8| {
            let found = buffer[..count].iter().enumerate().filter(move |(_, byte)| **byte == wanted);
            let read = self.read;
            found.map(move |(place, _)| read + place as u64)
        };
        self.ahead.extend(places(b'\n'));
        self.quotes.extend(places(b'"'));
        self.read += count as u64;
        self.ended |= count == 0;
        Ok(count)
    }
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

struct Json {
    text: Box<dyn BufRead + Send>,
    /// The line that was read last; in an array, the line ends so far.
    line: u64,
    /// Whether the array's closing bracket was seen.
    ended: bool,
}

impl Json {
    fn next_line(&mut self) -> io::Result<Option<Record>> {
        loop {
            let mut line = Vec::new();
            if (&mut self.text).take(LONGEST_ROW).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if line.len() as u64 == LONGEST_ROW && line.last() != Some(&b'\n') {
                self.text.skip_until(b'\n')?;
                return Ok(Some(Record { line: self.line, row: Err("is longer than 16 MB".into()) }));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(Record { line: self.line, row: object(line.trim_ascii()) }));
            }
        }
    }

    /// The next object of an array: what stands between its opening brace and the one that closes it.
    fn next_element(&mut self) -> io::Result<Option<Record>> {
        let mut element = Vec::new();
        let mut start = 0;
        let mut scan = Scan::default();
        while let Some(byte) = self.next_byte()? {
            if scan.depth == 0 && byte != b'{' {
                match byte {
                    b']' => self.ended = true,
                    b'[' | b',' | b' ' | b'\t' | b'\r' | b'\n' => {}
                    other => return Err(unexpected(self.line, other)),
                }
                continue;
            }
            if element.is_empty() {
                start = self.line + 1;
            }
            element.push(byte);
            if scan.closes(byte) {
                return Ok(Some(Record { line: start, row: object(&element) }));
            }
            if element.len() as u64 > LONGEST_ROW {
                return Err(io::Error::other(format!("the object on line {start} is longer than 16 MB")));
            }
        }
        if element.is_empty() && self.ended {
            return Ok(None);
        }
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the JSON array is not closed"))
    }

    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let Some(byte) = self.text.fill_buf()?.first().copied() else { return Ok(None) };
        self.text.consume(1);
        self.line += u64::from(byte == b'\n');
        Ok(Some(byte))
    }
}

/// Where in a JSON text we are, as far as braces go.
#[derive(Default)]
struct Scan {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    /// Takes one byte; whether it closed the outermost brace.
    fn closes(&mut self, byte: u8) -> bool {
        if self.in_text {
            match (self.escaped, byte) {
                (false, b'\\') => self.escaped = true,
                (false, b'"') => self.in_text = false,
                _ => self.escaped = false,
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' => self.depth += 1,
            b'}' => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }
}

fn unexpected(line: u64, byte: u8) -> io::Error {
    let found = char::from(byte).escape_default();
    io::Error::new(io::ErrorKind::InvalidData, format!("line {}: '{found}' where an object should start", line + 1))
}

fn object(json: &[u8]) -> Result<Row, String> {
    let text = std::str::from_utf8(json).map_err(|_| "is not valid UTF-8".to_owned())?;
    serde_json::from_str(text).map(Row::Object).map_err(|_| "is not a JSON object".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &'static [u8]) -> Vec<String> {
        let rows = Records::sniffed(Box::new(text), text).unwrap();
        let show = |record: io::Result<Record>| match record {
            Ok(Record { line, row: Ok(row) }) => format!("{line}: {}", row.text("a").unwrap_or_default()),
            Ok(Record { line, row: Err(reason) }) => format!("{line}: {reason}"),
            Err(error) => format!("broken: {error}"),
        };
        rows.map(show).collect()
    }

    #[test]
    fn csv_with_quotes_line_ends_and_wrong_rows() {
        let text = b"a,b\r\n1,2\r\n\"x\ny\",3\r\n\r\n4\r\n\xff,5\r\n6,7";
        assert_eq!(shown(text), ["2: 1", "3: x\ny", "6: has 1 cells under 2 columns", "7: is not valid UTF-8", "8: 6"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_where_its_row_starts() {
        let told = "3: has 1 cells under 2 columns: a quote in it is not closed";
        assert_eq!(shown(b"a,b\n1,2\n\"x,3\n4,5\n"), ["2: 1", told]);
        assert_eq!(shown(b"a,b\n1,2\n\"x,3\n4,5"), ["2: 1", told]);
        assert_eq!(shown(b"a,b\r\n\"1\",2\r\n\"x,3\r\n"), ["2: 1", told]);
        assert_eq!(shown(b"a,b\n1,2\n\n\"x\"\"\n,3\n"), ["2: 1", &told.replace("3: ", "4: ")]);
        assert_eq!(shown(b"a,b\n\"x\ny\",3\n"), ["2: x\ny"], "one that is closed is well");
    }

    #[test]
    fn csv_with_other_separators() {
        assert_eq!(shown(b"b;a,a\n1;2,3\n"), ["2: 3"], "a tie goes to the comma");
        assert_eq!(shown(b"a;b;c\n1;2;3\n"), ["2: 1"]);
        assert_eq!(shown(b"a\tb\n1\t2,3,4\n"), ["2: 1"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_the_file_not_the_memory() {
        let endless = io::Cursor::new("a\n1\n\"").chain(io::BufReader::new(io::repeat(b'x')));
        let rows: Vec<_> = Records::csv(Box::new(endless), b"a\n").unwrap().collect();
        assert!(rows[0].is_ok());
        let told = rows[1].as_ref().unwrap_err().to_string();
        assert_eq!(told, "the row behind line 2 is longer than 16 MB (is a quote not closed?)");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn json_lines() {
        let text = b"{\"a\": 1}\n\n{\"a\": \n[2]\n{\"a\": \"\xff\"}\n{\"a\": 3}";
        let reasons = ["1: 1", "3: is not a JSON object", "4: is not a JSON object", "5: is not valid UTF-8", "6: 3"];
        assert_eq!(shown(text), reasons);
    }

    #[test]
    fn json_arrays() {
        assert_eq!(shown(b"[\n {\"a\": \"}\\\"]\", \"b\": {}},\n {\"a\":\n 2}\n]\n"), ["2: }\"]", "3: 2"]);
        assert_eq!(shown(b"[]"), Vec::<String>::new());
        assert_eq!(shown(b"[{\"a\": 1}"), ["1: 1", "broken: the JSON array is not closed"]);
        assert_eq!(shown(b"[7]")[0], "broken: line 1: '7' where an object should start");
    }
}
