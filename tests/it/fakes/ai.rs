//! A provider of AI answers over a real socket, that replies as told: one scripted [`Reply`] a request, on
//! 127.0.0.1. It keeps what it was asked. Nothing in it waits for a clock: silence lasts until the client leaves.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The reply to one request.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    /// Each is one chunk of the body, written on its own.
    chunks: Vec<Vec<u8>>,
    /// What the end of the body waits for, and the chunks that come then.
    later: Option<(Gate, Vec<Vec<u8>>)>,
    ending: Ending,
}

/// Holds the rest of a reply back until a test opens it.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<Notify>);

impl Gate {
    /// Lets the rest go.
    pub fn open(&self) {
        self.0.notify_one();
    }
}

/// How a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// As it should.
    Whole,
    /// The connection breaks in the middle of the body.
    HangUp,
    /// Nothing more comes, until the client leaves.
    Silence,
    /// The last piece comes again and again, until the client leaves.
    OnAndOn,
    /// Not even the head comes, until the client leaves.
    NoHead,
}

impl Reply {
    /// A reply with this status and body.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        let chunks = vec![body.into().into_bytes()];
        Self { status, headers: Vec::new(), chunks, later: None, ending: Ending::Whole }
    }

    /// A stream of these pieces.
    pub fn stream(pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self { chunks: pieces.into_iter().map(Into::into).collect(), ..Self::new(200, "") }
    }

    /// The same with more pieces, which come when a gate is opened.
    pub fn then_behind(self, gate: &Gate, pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let pieces = pieces.into_iter().map(Into::into).collect();
        Self { later: Some((gate.clone(), pieces)), ..self }
    }

    /// No head, until the client gives up.
    pub fn nothing() -> Self {
        Self { ending: Ending::NoHead, ..Self::new(200, "") }
    }

    /// The same with a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same, but the connection breaks where the body should end.
    pub fn then_hang_up(self) -> Self {
        Self { ending: Ending::HangUp, ..self }
    }

    /// The same, but the last piece is repeated for ever.
    pub fn then_on_and_on(self) -> Self {
        Self { ending: Ending::OnAndOn, ..self }
    }

    /// The same, but the body never ends.
    pub fn then_silence(self) -> Self {
        Self { ending: Ending::Silence, ..self }
    }
}

/// An event of a server-sent stream.
pub fn event(data: impl ToString) -> String {
    format!("data: {}\n\n", data.to_string())
}

/// A piece of text, as OpenAI-like servers stream it.
pub fn text(piece: &str) -> String {
    event(json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]}))
}

/// The end of such a stream: 1000 tokens in, 100 out.
pub fn end() -> Vec<String> {
    vec![
        event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})),
        event(json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}})),
        event("[DONE]"),
    ]
}

/// An event of Anthropic's, whose name stands in its data too.
pub fn named_event(data: Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().expect("Anthropic's events have a type"))
}

/// A line of a stream of JSON lines.
pub fn line(data: Value) -> String {
    format!("{data}\n")
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method and path.
    pub line: String,
    /// Header lines, names in lower case.
    pub headers: Vec<String>,
    /// The body; null where it is no JSON.
    pub body: Value,
}

/// The provider. It stops when it is dropped.
pub struct FakeAi {
    /// Where it listens: `http://127.0.0.1:port/`.
    pub address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<()>,
}

impl FakeAi {
    /// Starts to listen; the n-th request gets the n-th reply, further ones get status 418.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}/", listener.local_addr().expect("a bound address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let replies: VecDeque<Reply> = replies.into_iter().collect();
        let server = tokio::spawn(serve(listener, replies, Arc::clone(&seen)));
        Self { address, seen, server }
    }

    /// What it was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic while locked").clone()
    }
}

impl Drop for FakeAi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, mut replies: VecDeque<Reply>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut clients = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let reply = replies.pop_front().unwrap_or_else(|| Reply::new(418, ""));
        let seen = Arc::clone(&seen);
        // A client that leaves early makes writing fail, which is its good right.
        clients.spawn(async move { converse(socket, reply, &seen).await.ok() });
    }
}

async fn converse(socket: TcpStream, reply: Reply, seen: &Mutex<Vec<Seen>>) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    let request = read_request(&mut socket).await?;
    seen.lock().expect("no panic while locked").push(request);
    if reply.ending == Ending::NoHead {
        return until_it_leaves(&mut socket).await;
    }
    let mut head = format!("HTTP/1.1 {} x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n", reply.status);
    reply.headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    socket.write_all(format!("{head}\r\n").as_bytes()).await?;
    for chunk in reply.chunks.iter().filter(|chunk| !chunk.is_empty()) {
        write_chunk(&mut socket, chunk).await?;
    }
    if let Some((gate, pieces)) = &reply.later {
        gate.0.notified().await;
        for piece in pieces {
            write_chunk(&mut socket, piece).await?;
        }
    }
    match reply.ending {
        Ending::OnAndOn => loop {
            write_chunk(&mut socket, reply.chunks.last().map_or(&[], Vec::as_slice)).await?;
        },
        Ending::Silence => until_it_leaves(&mut socket).await,
        Ending::HangUp => Ok(()),
        Ending::Whole | Ending::NoHead => socket.write_all(b"0\r\n\r\n").await,
    }
}

async fn write_chunk(socket: &mut BufReader<TcpStream>, chunk: &[u8]) -> std::io::Result<()> {
    socket.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await?;
    socket.write_all(chunk).await?;
    socket.write_all(b"\r\n").await?;
    socket.flush().await
}

async fn read_request(socket: &mut BufReader<TcpStream>) -> std::io::Result<Seen> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await?;
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    if head.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let line = head.remove(0);
    let lower = |header: &String| match header.split_once(':') {
        Some((name, value)) => format!("{}:{value}", name.to_ascii_lowercase()),
        None => header.clone(),
    };
    let headers: Vec<String> = head.iter().map(lower).collect();
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    socket.read_exact(&mut body).await?;
    Ok(Seen { line, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
}

async fn until_it_leaves(socket: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    while socket.read_u8().await.is_ok() {}
    Ok(())
}
