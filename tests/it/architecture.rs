//! The map of the rooms, held against the code: who may use whom, which crates stay where, where SQL may stand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rank of each room. A room may use rooms of a lower rank only.
const RANKS: [(&str, u8); 14] = [
    ("model", 0),
    ("config", 1),
    ("pricing", 1),
    ("prompt", 1),
    ("analysis", 2),
    ("store", 2),
    ("logs", 3),
    ("ai", 4),
    ("view", 4),
    ("commands", 6),
    ("chat", 7),
    ("app", 8),
    ("cli", 9),
    ("testing", 9),
];

/// Uses that break a rule, each with its reason.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// Crates that stay in some rooms.
const HOMES: [(&str, &[&str]); 12] = [
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("genai", &["ai"]),
    ("reqwest", &["ai"]),
    ("rustls", &["ai"]),
    ("backon", &["ai"]),
    ("tiktoken_rs", &["prompt"]),
    ("rustyline", &["chat"]),
    ("indicatif", &["cli"]),
    ("csv", &["logs"]),
    ("toml", &["config", "pricing"]),
    ("clap", &["commands", "cli"]),
];

/// Rooms without I/O, async, logging or clocks, and the words that would betray them.
const PURE: [&str; 6] = ["model", "prompt", "pricing", "analysis", "advisor", "view"];
const IMPURE: [&str; 9] =
    ["tokio", "std::fs", "std::io", "std::net", "std::env", "tracing", "async fn", "Instant::now", "SystemTime"];

struct Source {
    path: PathBuf,
    room: String,
    code: String,
}

#[test]
fn a_room_uses_only_rooms_of_a_lower_rank() {
    let ranks = BTreeMap::from(RANKS);
    let mut broken = Vec::new();
    for source in sources() {
        for used in rooms_used(&source.code) {
            let (Some(own), Some(other)) = (ranks.get(&*source.room), ranks.get(&*used)) else { continue };
            let allowed = used == source.room || other < own || used == "testing";
            if !allowed && !EXCEPTIONS.contains(&(&*source.room, &*used)) {
                broken.push(format!("{} uses {used}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_room_has_a_rank() {
    let ranks = BTreeMap::from(RANKS);
    for source in sources() {
        assert!(ranks.contains_key(&*source.room), "{} is in a room without a rank", source.path.display());
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut broken = Vec::new();
    for source in sources() {
        for (name, homes) in HOMES {
            let used = source.code.contains(&format!("use {name}::")) || source.code.contains(&format!(" {name}::"));
            if used && !homes.contains(&&*source.room) {
                broken.push(format!("{} uses {name}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn pure_rooms_do_no_io_and_read_no_clock() {
    let mut broken = Vec::new();
    for source in sources().into_iter().filter(|source| PURE.contains(&&*source.room)) {
        for word in IMPURE {
            if source.code.contains(word) {
                broken.push(format!("{} says {word}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_clock_is_read_at_the_edge_only() {
    let edge = ["app", "cli", "config"];
    for source in sources().iter().filter(|source| !edge.contains(&&*source.room)) {
        for word in ["Utc::now", "SystemTime::now", "env::var"] {
            assert!(!source.code.contains(word), "{} says {word}", source.path.display());
        }
    }
}

#[test]
fn sql_stands_in_the_store_only() {
    for source in sources().iter().filter(|source| source.room != "store") {
        for word in ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA "] {
            assert!(!source.code.contains(word), "{} says {word}", source.path.display());
        }
    }
}

#[test]
fn no_command_looks_into_another_commands_file() {
    let shared =
        ["choice", "command", "context", "dispatch", "failure", "filter", "registry", "span", "spec", "words", "mod"];
    let files: Vec<Source> = sources().into_iter().filter(|source| source.room == "commands").collect();
    let stem = |source: &Source| source.path.file_stem().unwrap().to_string_lossy().into_owned();
    let names: Vec<String> = files.iter().map(stem).filter(|name| !shared.contains(&&**name)).collect();
    for source in files.iter().filter(|source| !shared.contains(&&*stem(source))) {
        for name in names.iter().filter(|name| **name != stem(source)) {
            let used = source.code.contains(&format!("super::{name}::"))
                || source.code.contains(&format!("commands::{name}::"));
            assert!(!used, "{} looks into {name}", source.path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_none_unwraps_in_product_code() {
    for source in sources() {
        let whole = fs::read_to_string(&source.path).unwrap();
        assert!(whole.starts_with("//! "), "{} does not say what it is", source.path.display());
        assert!(!source.code.contains(".unwrap()"), "{} unwraps", source.path.display());
    }
}

/// The product code of every file below `src`, without comments and tests.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.extend(source(&root, path));
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn source(root: &Path, path: PathBuf) -> Option<Source> {
    let inside = path.strip_prefix(root).unwrap();
    let is_test =
        inside.iter().any(|part| part == "tests.rs" || part == "testing.rs" || part == "tests" || part == "testing");
    let first = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
    if is_test || first == "lib" || first == "main" {
        return None;
    }
    let code = fs::read_to_string(&path).unwrap();
    let product = code.split("#[cfg(test)]").next().unwrap();
    let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    Some(Source { room: first, path, code })
}

/// The rooms that a file names behind `crate::`.
fn rooms_used(code: &str) -> Vec<String> {
    let named = code.split("crate::").skip(1);
    let word = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    named.map(word).collect()
}
