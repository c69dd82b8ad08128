//! The map of the rooms, held against the code: who may use whom, which crates stay where, where SQL may stand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rank of each room. A room may use rooms of a lower rank only.
const RANKS: [(&str, u8); 16] = [
    ("model", 0),
    ("config", 1),
    ("pricing", 1),
    ("prompt", 1),
    ("analysis", 2),
    ("store", 2),
    ("advisor", 3),
    ("logs", 3),
    ("ai", 4),
    ("view", 4),
    ("demo", 5),
    ("commands", 6),
    ("chat", 7),
    ("app", 8),
    ("cli", 9),
    ("testing", 9),
];

/// Rooms that never use another, whatever their ranks.
const NEVER: [(&str, &str); 10] = [
    ("chat", "store"),
    ("view", "store"),
    ("view", "ai"),
    ("ai", "view"),
    ("commands", "chat"),
    ("analysis", "store"),
    ("advisor", "store"),
    ("demo", "store"),
    ("demo", "view"),
    ("commands", "demo"),
];

/// Uses that break a rule, each with its reason.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// Crates that stay in some rooms.
const HOMES: [(&str, &[&str]); 19] = [
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("genai", &["ai"]),
    ("reqwest", &["ai"]),
    ("rustls", &["ai"]),
    ("backon", &["ai", "chat"]),
    ("serenity", &["chat"]),
    ("statrs", &["analysis"]),
    ("tiktoken_rs", &["prompt"]),
    ("rustyline", &["chat"]),
    ("indicatif", &["cli"]),
    ("csv", &["logs"]),
    ("toml", &["config", "pricing"]),
    ("clap", &["commands", "cli"]),
    ("resvg", &["view"]),
    ("krilla", &["view"]),
    ("krilla_svg", &["view"]),
    ("png", &["view"]),
    ("ttf_parser", &["view"]),
];

/// Rooms without I/O, async, logging or clocks, and the words that would betray them.
const PURE: [&str; 7] = ["model", "prompt", "pricing", "analysis", "advisor", "view", "demo"];
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
            let allowed = allowed && !NEVER.contains(&(&*source.room, &*used));
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
            if names_crate(&source.code, name) && !homes.contains(&&*source.room) {
                broken.push(format!("{} uses {name}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn crates_are_seen_wherever_their_names_stand() {
    for code in ["use genai::Client;", "Vec<genai::X>", "f(genai::x())", "&genai::X", "<genai::X as Y>", "::genai::X"] {
        assert!(names_crate(code, "genai"), "{code}");
    }
    assert!(names_crate("use genai as other;", "genai") && names_crate("pub use genai;", "genai"));
    for code in ["my_genai::X", "super::genai::X", "genai_more::X", "\"genai=warn\""] {
        assert!(!names_crate(code, "genai"), "{code}");
    }
}

#[test]
fn every_command_is_in_the_registry() {
    let files: Vec<Source> = sources().into_iter().filter(|source| source.room == "commands").collect();
    let registry = files.iter().find(|source| source.path.ends_with("registry.rs")).unwrap();
    let mut commands = 0;
    for source in files.iter().filter(|source| source.code.contains(" Command for ")) {
        let name = source.path.file_stem().unwrap().to_string_lossy();
        assert!(registry.code.contains(&format!("Entry::of::<{name}::")), "{name} is not in the registry");
        commands += 1;
    }
    assert!(commands > 10, "the commands were not found");
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
    let shared = [
        "attachment",
        "choice",
        "command",
        "context",
        "dispatch",
        "failure",
        "filter",
        "kept",
        "registry",
        "sample",
        "span",
        "spec",
        "windows",
        "words",
        "mod",
    ];
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

/// What files and folders are called that hold nothing but tests.
const TESTS: [&str; 8] =
    ["tests.rs", "tests", "testing.rs", "testing", "laws.rs", "laws", "situations.rs", "situations"];

fn source(root: &Path, path: PathBuf) -> Option<Source> {
    let inside = path.strip_prefix(root).unwrap();
    let is_test = inside.iter().any(|part| TESTS.iter().any(|name| part == *name));
    let first = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
    if is_test || first == "lib" || first == "main" {
        return None;
    }
    let code = fs::read_to_string(&path).unwrap();
    let code = without_tests(&code);
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    Some(Source { room: first, path, code })
}

/// The code without the items that are compiled for tests only: `mod tests;` is one line, `mod tests { … }` goes to the
/// brace that closes it, at the same indentation.
fn without_tests(code: &str) -> String {
    let mut lines = code.lines();
    let mut product = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            product.push(line);
            continue;
        }
        let item = lines.by_ref().find(|line| !line.trim_start().starts_with("#["));
        if item.is_some_and(|item| item.trim_end().ends_with('{')) {
            let close = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
            lines.by_ref().find(|line| *line == close);
        }
    }
    product.join("\n")
}

#[test]
fn only_tests_are_left_out() {
    let code =
        "use a;\n#[cfg(test)]\nmod tests;\nfn b() {}\n#[cfg(test)]\nmod more {\n    fn c() {\n    }\n}\nfn d() {}";
    assert_eq!(without_tests(code), "use a;\nfn b() {}\nfn d() {}");
}

/// Whether code names a crate: as the first part of a path, not as the end of another name or path.
fn names_crate(code: &str, name: &str) -> bool {
    let imported = [";", " as "].iter().any(|end| code.contains(&format!("use {name}{end}")));
    imported
        || code.match_indices(&format!("{name}::")).any(|(at, _)| {
            let before = code[..at].strip_suffix("::").unwrap_or(&code[..at]);
            !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        })
}

/// The rooms that a file names behind `crate::`.
fn rooms_used(code: &str) -> Vec<String> {
    assert!(!code.contains("crate::{"), "rooms are used one by one, so that they can be told: {code}");
    let named = code.split("crate::").skip(1);
    let word = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    named.map(word).collect()
}
