//! The program as a person or script starts it: a folder of its own, nothing of the caller's environment.

use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::fakes::ai::{FakeAi, Reply, text};

/// A folder in which the program is run, again and again on the same store.
pub struct Perfbot {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What the first line on stderr starts with where simulated models answer.
pub const BANNER: &str = "Simulated models answer";

/// What a run left behind.
pub struct Run {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Perfbot {
    /// A fresh folder. The simulated models answer at once, and no Ollama is found.
    pub fn new() -> Self {
        let environment = [("OLLAMA_HOST", "http://127.0.0.1:9"), ("PERFBOT_SIMULATED__PACE", "0")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { folder: TempDir::new().unwrap(), environment }
    }

    /// A fresh folder whose one model is asked at this address, at $2 / $10 a million tokens, with the key in TEST_KEY.
    pub fn asking(address: &str, provider: &str) -> Self {
        let bot = Self::new().with("PERFBOT_ANSWER__BACK_OFF_BASE", "1ms");
        bot.write(
            "config.toml",
            format!(
                "[[models]]\nname = \"haiku\"\nlabel = \"Haiku\"\nprovider = {provider:?}\nid = \"some-model\"\n\
                 base_url = \"{address}v1/\"\nkey_env = \"TEST_KEY\"\n\
                 price = {{ input = 2.0, output = 10.0, cache_read = 0.2, cache_write_5m = 2.5 }}\n"
            ),
        );
        bot
    }

    /// Sets a variable of the environment for all runs.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The command with these words, in the folder.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfbot"));
        command.current_dir(self.folder.path()).env_clear().envs(self.environment.clone()).args(words);
        command
    }

    /// Runs it without input.
    pub fn run(&self, words: &[&str]) -> Run {
        Run::of(self.command(words).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs it with some input.
    pub fn feed(&self, words: &[&str], input: impl AsRef<[u8]>) -> Run {
        let mut child =
            self.command(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that refuses to start does not read its input.
        _ = child.stdin.take().unwrap().write_all(input.as_ref());
        Run::of(child.wait_with_output().unwrap())
    }

    /// Lines said in a direct message of the owner; the replies.
    pub fn say(&self, lines: &str) -> String {
        let run = self.feed(&["console"], lines);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        run.out
    }

    /// `perfbot perf …`: its reply.
    pub fn perf(&self, words: &str) -> String {
        let words: Vec<&str> = ["perf"].into_iter().chain(words.split_whitespace()).collect();
        let run = self.run(&words);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        run.out
    }

    /// `perfbot perf … --json`: its report.
    pub fn report(&self, words: &str) -> serde_json::Value {
        serde_json::from_str(&self.perf(&format!("{words} --json"))).unwrap()
    }
}

/// A program whose answers begin and never end: whatever happens to one happens in its middle.
pub struct Unending {
    pub bot: Perfbot,
    // The provider runs on this runtime, and goes with it.
    _runtime: Runtime,
    _ai: FakeAi,
}

impl Unending {
    /// After its first words there is silence.
    pub fn silent() -> Self {
        Self::with(Reply::then_silence)
    }

    /// Its first words come again and again.
    pub fn talkative() -> Self {
        Self::with(Reply::then_on_and_on)
    }

    fn with(ending: fn(Reply) -> Reply) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let ai = runtime.block_on(FakeAi::start([ending(Reply::stream([text("Once upon a time ")]))]));
        let bot = Perfbot::asking(&ai.address, "vllm").with("TEST_KEY", "a-key");
        Self { bot, _runtime: runtime, _ai: ai }
    }

    /// A console in the middle of an answer: its first byte is out.
    pub fn writing(&self) -> (Child, BufReader<ChildStdout>) {
        let piped = |command: &mut Command| {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let mut child = piped(&mut self.bot.command(&["console"]));
        writeln!(child.stdin.as_mut().unwrap(), "tell me a long story").unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_exact(&mut [0u8; 1]).unwrap();
        (child, out)
    }
}

impl Run {
    /// Runs a command with some input.
    pub fn fed(mut command: Command, input: impl AsRef<[u8]>) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that refuses to start does not read its input.
        _ = child.stdin.take().unwrap().write_all(input.as_ref());
        Self::of(child.wait_with_output().unwrap())
    }

    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        // That the models are simulated is said at each start; tests are about the rest.
        let err = text(output.stderr);
        let err =
            err.strip_prefix(BANNER).map_or(err.as_str(), |rest| rest.split_once('\n').map_or("", |(_, rest)| rest));
        Self { out: text(output.stdout), err: err.to_owned(), code: output.status.code().unwrap_or(-1) }
    }
}

/// A file of the real logs: in the folder that `PERFBOT_REAL_LOGS` names, else beside the project, if they are there. Says
/// so when they are not.
pub fn real_log(name: &str) -> Option<PathBuf> {
    let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").into();
    let path = std::env::var_os("PERFBOT_REAL_LOGS").map_or_else(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}
