//! Reports made from real calls, and the frame they are shown in, for the tests of this room.

use chrono_tz::Tz;

use super::{Block, Frame, WindowTitle, plain};
use crate::model::{
    Call, Cell, CellKey, Group, Micros, ModelName, NanoUsd, PromptHash, QueryType, Timestamp, Usage, Window,
};

/// Labels as a catalogue would give them.
pub fn label(model: &ModelName) -> String {
    match model.as_str() {
        "sonnet" => "Claude Sonnet 4.5".to_owned(),
        "haiku" => "Claude Haiku 4.5".to_owned(),
        "sim-fast" => "Fast model (simulated)".to_owned(),
        other => other.to_owned(),
    }
}

/// The plain text of a reply on the last 24 hours, in UTC.
pub fn shown(blocks: impl FnOnce(&Frame) -> Vec<Block>) -> String {
    shown_in(&WindowTitle::Last("24h".into()), Tz::UTC, blocks)
}

/// The plain text of a reply, after checking that its figures fit a phone.
pub fn shown_in(title: &WindowTitle, zone: Tz, blocks: impl FnOnce(&Frame) -> Vec<Block>) -> String {
    let blocks = blocks(&Frame { title, label: &label, prefix: "!", zone });
    for block in blocks.iter().filter(|block| matches!(block, Block::Figures(_) | Block::Table { .. })) {
        let text = plain::render(std::slice::from_ref(block));
        let widest = text.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0);
        assert!(widest <= 44, "{widest} columns:\n{text}");
    }
    plain::render(&blocks)
}

/// 24 hours up to noon.
pub fn day() -> Window {
    let to: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
    Window { from: to.plus(-Timestamp::DAY), to }
}

/// A call that took `ms`, 100 ms of them outside the model, 400 to the first of 101 tokens; 1,300 in; a cent.
pub fn call(model: &str, query_type: QueryType, ms: u64) -> Call {
    let mut call = Call::new(day().from, model.into());
    call.query_type = query_type;
    call.times.response = Some(Micros(ms * 1000));
    call.times.model = Some(Micros((ms - 100) * 1000));
    call.times.ttft = Some(Micros(400_000));
    call.usage = Usage { input: Some(1300), output: Some(101), cache_read: Some(260), ..Usage::default() };
    call.cost = Some(NanoUsd(10_000_000));
    // What tells a call of perfbot's own from an imported one.
    (call.context.messages, call.prompt_hash) = (Some(0), Some(PromptHash(7)));
    call
}

/// `n` calls of 1,000, 1,010, 1,020 … ms.
pub fn calls(model: &str, n: u64) -> Vec<Call> {
    (0..n).map(|step| call(model, QueryType::Code, 1000 + 10 * step)).collect()
}

/// Calls as the store sums them up.
pub fn grouped(calls: &[Call]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for call in calls {
        let key = CellKey { model: call.model.clone(), query_type: call.query_type };
        let at = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
            groups.push(Group { key, cell: Cell::default() });
            groups.len() - 1
        });
        groups[at].cell.record(call);
    }
    groups
}
