//! The wire alone: a client that is no client. It reads a frame from the gateway's socket and writes bytes that were prepared
//! before to the one of the API, on a thread of its own. What it takes is what the fake and the system take of any bot's
//! reply: handing a frame over, waking who waits at either end, reading a request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;

/// Answers every message of a person in a channel.
pub fn answer(address: &str, token: &str, channel: u64) {
    let host = address.strip_prefix("http://").expect("the fake's address").to_owned();
    let identity = format!(r#"{{"op":2,"d":{{"token":"{token}","intents":33281,"properties":{{}}}}}}"#);
    let body = r#"{"content":"pong"}"#;
    let request = format!(
        "POST /api/v10/channels/{channel}/messages HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bot {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut gateway = gateway(&host);
    let mut api = BufReader::new(connected(&host));
    thread::spawn(move || {
        write(gateway.get_mut(), &frame(&identity));
        while let Some(text) = read_frame(&mut gateway) {
            if text.contains("MESSAGE_CREATE") && !text.contains(r#""bot":true"#) {
                write(api.get_mut(), request.as_bytes());
                read_response(&mut api);
            }
        }
    });
}

fn connected(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).expect("the fake listens");
    stream.set_nodelay(true).expect("an option that sockets have");
    stream
}

/// The gateway's socket, behind the greetings of HTTP.
fn gateway(host: &str) -> BufReader<TcpStream> {
    let mut stream = BufReader::new(connected(host));
    let request = format!(
        "GET /gateway?v=10&encoding=json HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    write(stream.get_mut(), request.as_bytes());
    read_head(&mut stream);
    stream
}

fn write(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("the fake reads");
}

/// A text as a client sends it: masked, with a mask that changes nothing.
fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text").to_be_bytes();
    [&[0x81, 0x80 | 126], &length[..], &[0; 4], text.as_bytes()].concat()
}

/// The next frame's content; `None` at the end.
fn read_frame(stream: &mut impl Read) -> Option<String> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let length = match head[1] {
        126 => {
            let mut length = [0; 2];
            stream.read_exact(&mut length).ok()?;
            u16::from_be_bytes(length).into()
        }
        127 => {
            let mut length = [0; 8];
            stream.read_exact(&mut length).ok()?;
            u64::from_be_bytes(length) as usize
        }
        short => short.into(),
    };
    let mut content = vec![0; length];
    stream.read_exact(&mut content).ok()?;
    String::from_utf8(content).ok()
}

/// Reads the head of an HTTP message. How long what follows is.
fn read_head(stream: &mut impl BufRead) -> usize {
    let mut length = 0;
    for line in stream.lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().expect("a number");
        }
    }
    length
}

fn read_response(stream: &mut impl BufRead) {
    let length = read_head(stream);
    // The end of the fake is the end of this thread, in the other socket.
    _ = stream.read_exact(&mut vec![0; length]);
}
