//! A person at a terminal: types into a pseudo-terminal that the program takes for a real one, and reads the screen.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// The person, and the program in front of them.
pub struct Keyboard {
    child: Child,
    keys: File,
    /// What the screen shows, as it comes.
    news: Receiver<Vec<u8>>,
    /// What came and has not been waited for yet.
    unread: String,
}

/// Nothing takes so long. Only a test that fails waits for it.
const FOR_EVER: Duration = Duration::from_secs(60);

impl Keyboard {
    /// Starts the program on a terminal of its own.
    pub fn at(mut command: Command) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the system has pseudo-terminals");
        grantpt(&keys).and_then(|()| unlockpt(&keys)).expect("it is ours");
        let name = ptsname(&keys, Vec::new()).expect("it has a name");
        let screen = || -> OwnedFd { open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it opens") };
        command.env("TERM", "xterm").stdin(Stdio::from(screen())).stdout(screen()).stderr(screen());
        let child = command.spawn().expect("the program starts");
        // Else the command would keep the terminal open when the program has left it.
        drop(command);
        let keys = File::from(keys);
        let mut screen = keys.try_clone().expect("it can be read too");
        let (show, news) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                if show.send(bytes[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keys, news, unread: String::new() }
    }

    /// Types these keys.
    pub fn types(&mut self, keys: impl AsRef<[u8]>) {
        self.keys.write_all(keys.as_ref()).expect("the terminal takes keys");
    }

    /// Waits until the screen has shown a text, and returns what came up to its end.
    pub fn sees(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.unread.find(text) {
                let rest = self.unread.split_off(at + text.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            match self.news.recv_timeout(FOR_EVER) {
                Ok(bytes) => self.unread.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{text:?} was not seen, but {:?}", self.unread),
            }
        }
    }

    /// Waits until the program has ended, and says how.
    pub fn ended(mut self) -> i32 {
        self.child.wait().expect("it is our child").code().expect("it was not killed")
    }
}
