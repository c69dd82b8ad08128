//! The shipped weights against lines they have not learnt from, and against odd text.

use std::collections::HashSet;

use super::*;
use QueryType::*;

/// Lines that must come out right, whatever the model is trained with next.
const PLAIN: &[(QueryType, &str)] = &[
    (Question, "What is Python?"),
    (Question, "what is the capital of France?"),
    (Question, "How do vaccines protect us from disease?"),
    (Chat, "hi"),
    (Chat, "Hello there!"),
    (Chat, "thank you, that was great"),
    (Code, "write a function in Python that adds two numbers"),
    (Code, "```rust\nlet x: u8 = 300;\n```\nwhy does this not compile?"),
    (Reasoning, "17*23?"),
    (Reasoning, "Prove that the sum of two odd numbers is even."),
    (Creative, "write a haiku about rain"),
    (Creative, "tell me a story about a brave little toaster"),
    (Other, "🎊🎊"),
    (Other, "!git status"),
    (Other, "dskjfh sdkfjh"),
    (Other, "https://example.com/some/other/page"),
];

/// Lines written after the training lines and kept away from them: an honest sample, right or wrong.
const HELD_OUT: &[(QueryType, &str)] = &[
    (Question, "What is Java?"),
    (Question, "who was the first person on the moon"),
    (Question, "how do bees make honey"),
    (Question, "why do onions make you cry"),
    (Question, "What's the difference between weather and climate?"),
    (Question, "can you explain what DNA is"),
    (Question, "when should I plant tomatoes"),
    (Question, "is glass a liquid"),
    (Question, "what does NASA stand for"),
    (Question, "Was ist ein schwarzes Loch?"),
    (Chat, "heya"),
    (Chat, "how are you feeling today?"),
    (Chat, "thanks a lot!"),
    (Chat, "lol true"),
    (Chat, "good evening everyone"),
    (Chat, "you're so smart"),
    (Chat, "i'm so bored right now"),
    (Chat, "ok bye"),
    (Chat, "i had such a long day at work"),
    (Chat, "who created you?"),
    (Code, "how do I concatenate two lists in python"),
    (Code, "fix this bug: if (x = 5) { return true; }"),
    (Code, "write a sql query to count users per country"),
    (Code, "KeyError: 'name' in my flask app"),
    (Code, "what does git stash do"),
    (Code, "implement merge sort in javascript"),
    (Code, "const a = await fetch(url).json() why is this not working"),
    (Code, "css to make text bold on hover"),
    (Code, "regex that matches a phone number"),
    (Code, "how to declare an array in c"),
    (Reasoning, "6*7"),
    (Reasoning, "what is 20% of 350"),
    (Reasoning, "solve 4x + 1 = 13"),
    (Reasoning, "what is the derivative of cos(x)"),
    (Reasoning, "how many ways can you arrange the letters of MATH"),
    (Reasoning, "if 4 cats catch 4 mice in 4 minutes, how many cats catch 100 mice in 100 minutes"),
    (Reasoning, "next number: 1, 4, 9, 16"),
    (Reasoning, "calculate the area of a circle with radius 7"),
    (Reasoning, "prove that there is no largest prime"),
    (Reasoning, "anna is taller than bob and bob is taller than carl, who is tallest"),
    (Creative, "write a poem about the moon"),
    (Creative, "make up a funny story about a goose"),
    (Creative, "give me a name for my bakery"),
    (Creative, "write a song about the rain"),
    (Creative, "tell me a joke about programmers"),
    (Creative, "invent a mythical creature"),
    (Creative, "write a dialogue between two ghosts"),
    (Creative, "a slogan for a pet shop"),
    (Creative, "describe a city in the clouds"),
    (Creative, "schreib mir ein gedicht über den mond"),
    (Other, "!uptime"),
    (Other, "/play despacito"),
    (Other, "gfhjgfhj"),
    (Other, "😎😎"),
    (Other, "www.example.com"),
    (Other, "translate to german: I am hungry"),
    (Other, "summarize this page"),
    (Other, "88"),
    (Other, "remind me at 5 pm to go shopping"),
    (Other, "???!!"),
];

fn training_lines() -> HashSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/prompt/labelled");
    let files = QueryType::ALL.map(|kind| std::fs::read_to_string(format!("{folder}/{kind}.txt")).unwrap());
    files.iter().flat_map(|file| file.lines()).map(|line| line.replace("\\n", "\n")).collect()
}

#[test]
fn plain_cases_are_right() {
    for &(kind, text) in PLAIN {
        assert_eq!(classify(text).query_type, kind, "{text:?}");
    }
}

#[test]
fn unseen_lines_are_mostly_right() {
    let known = training_lines();
    assert!(HELD_OUT.iter().all(|(_, text)| !known.contains(*text)), "a held-out line is among the training lines");
    let wrong: Vec<_> = HELD_OUT
        .iter()
        .map(|&(kind, text)| (kind, classify(text).query_type, text))
        .filter(|(kind, guess, _)| kind != guess)
        .collect();
    let right = HELD_OUT.len() - wrong.len();
    println!("{right} of {} held-out lines are right; not: {wrong:#?}", HELD_OUT.len());
    assert!(right * 100 >= HELD_OUT.len() * 80);
}

#[test]
fn each_type_has_fifty_training_lines_and_none_is_in_two() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/prompt/labelled");
    let mut lines = 0;
    for kind in QueryType::ALL {
        let count = std::fs::read_to_string(format!("{folder}/{kind}.txt")).unwrap().lines().count();
        assert!(count >= 50, "{kind} has {count}");
        lines += count;
    }
    assert_eq!(training_lines().len(), lines);
}

#[test]
fn odd_text_is_taken_as_it_comes() {
    assert_eq!(classify("").query_type, Other);
    let long = classify(&"a".repeat(100_000));
    assert_eq!(long, classify(&"a".repeat(2_000)));
    for text in ["\u{0}\u{1b}[31m", "שלום עולם, מה שלומך?", "مرحبا", "\u{202e}abc", "👩‍👩‍👧‍👦", "\u{feff}"]
    {
        let found = classify(text);
        assert!((0.0..=1.0).contains(&found.confidence), "{text:?}");
    }
}

#[test]
fn harder_prompts_rate_higher() {
    let ladder = [
        "hi",
        "What is Python?",
        "Explain the difference between threads and processes, and why each is used.",
        "Design a rate limiter in Rust that must not allocate, must be exact within 1%, and should never block.\n1. Compare \
         at least three algorithms.\n2. Prove the bound of the best one.\n3. Write the code without any dependencies.",
    ];
    let rates = ladder.map(|text| classify(text).complexity);
    assert!(rates.is_sorted_by(|a, b| a < b), "{rates:?}");
}
