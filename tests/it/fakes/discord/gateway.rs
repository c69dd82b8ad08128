//! The gateway's socket: greets, listens to what a client says, and sends what is put on its line. What is told to whom
//! is decided elsewhere.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use super::hub::Hub;
use super::routes::Route;
use super::server::Peer;
use super::sessions::{Frame, Line, Turned};

/// As Discord says it; far longer than any test.
const HEARTBEAT_MS: u64 = 41_250;

const HEARTBEAT: u64 = 1;
const IDENTIFY: u64 = 2;
const RESUME: u64 = 6;
const UNKNOWN_OPCODE: u16 = 4001;
const NOT_AUTHENTICATED: u16 = 4003;
const ALREADY_AUTHENTICATED: u16 = 4005;

/// `GET /gateway`, the address that `GET /api/v10/gateway` names.
pub async fn enter(
    State(hub): State<Arc<Hub>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if hub.act(|state| state.faults.take(Route::Connect)).is_some() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    upgrade.on_upgrade(async move |socket| {
        converse(Arc::clone(&hub), socket).await;
        // The record of connections would keep the socket open.
        hub.break_wire(peer);
    })
}

/// One side of a conversation with a client.
struct Connection {
    hub: Arc<Hub>,
    line: Line,
    /// Set once it said who it is.
    session: Option<String>,
}

/// Talks until one side goes.
async fn converse(hub: Arc<Hub>, mut socket: WebSocket) {
    let (line, mut outgoing) = unbounded_channel();
    let mut connection = Connection { hub, line, session: None };
    connection.send(json!({ "op": 10, "d": { "heartbeat_interval": HEARTBEAT_MS } }));
    loop {
        tokio::select! {
            frame = outgoing.recv() => match frame.map(message) {
                Some(Some(message)) => {
                    connection.hub.peek(|state| state.frames.push(Instant::now()));
                    if socket.send(message).await.is_err() { break }
                }
                Some(None) | None => break,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => connection.hear(&text),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    connection.leave();
}

/// What a frame is on the socket; nothing if it is the end.
fn message(frame: Frame) -> Option<Message> {
    match frame {
        Frame::Text(text) => Some(Message::Text(text.into())),
        Frame::Close(code) => Some(Message::Close(Some(CloseFrame { code, reason: "".into() }))),
        Frame::Drop => None,
    }
}

impl Connection {
    fn send(&self, payload: Value) {
        self.put(Frame::Text(payload.to_string()));
    }

    fn put(&self, frame: Frame) {
        self.line.send(frame).expect("the conversation holds the other end");
    }

    fn hear(&mut self, text: &str) {
        let said: Value = serde_json::from_str(text).unwrap_or_default();
        self.hub.hears(said.clone());
        match (said["op"].as_u64(), &self.session) {
            (Some(HEARTBEAT), _) => self.send(json!({ "op": 11 })),
            (Some(IDENTIFY | RESUME), Some(_)) => self.put(Frame::Close(ALREADY_AUTHENTICATED)),
            (Some(IDENTIFY), None) => {
                let greeted = self.hub.identify(&said["d"], &self.line);
                self.greeted(greeted);
            }
            (Some(RESUME), None) => {
                let greeted = self.hub.resume(&said["d"], &self.line);
                self.greeted(greeted);
            }
            // Presence, voice state, and questions that have no answer here.
            (Some(3 | 4 | 8 | 31), Some(_)) => {}
            (Some(3 | 4 | 8 | 31), None) => self.put(Frame::Close(NOT_AUTHENTICATED)),
            _ => self.put(Frame::Close(UNKNOWN_OPCODE)),
        }
    }

    fn greeted(&mut self, greeted: Result<String, Turned>) {
        match greeted {
            Ok(session) => self.session = Some(session),
            Err(Turned::Away(code)) => self.put(Frame::Close(code)),
            Err(Turned::InvalidSession) => self.send(json!({ "op": 9, "d": false })),
        }
    }

    fn leave(self) {
        if let Some(session) = &self.session {
            self.hub.hang_up(session, &self.line);
        }
    }
}
