//! Discord's limits, each at its edge.

use serde_json::{Value, json};

use super::super::mentions::{Habit, Ping, fired};
use super::super::{command_limits, limits};

/// Where a message breaks limits.
fn broken(message: Value) -> Vec<String> {
    limits::of_message(&message).into_iter().map(|problem| problem.path).collect()
}

/// Where commands break limits.
fn refused(commands: Value) -> Vec<String> {
    let commands = commands.as_array().expect("a list of commands");
    command_limits::of_commands(commands).into_iter().map(|problem| problem.path).collect()
}

fn text(length: usize) -> String {
    "é".repeat(length)
}

fn button(id: &str) -> Value {
    json!({ "type": 2, "style": 1, "label": "ok", "custom_id": id })
}

fn row(parts: Vec<Value>) -> Value {
    json!({ "type": 1, "components": parts })
}

#[test]
fn texts() {
    assert!(broken(json!({ "content": text(2_000), "nonce": text(25) })).is_empty());
    assert_eq!(broken(json!({ "content": text(2_001), "nonce": text(26) })), ["content", "nonce"]);
    let alt = |length| json!({ "attachments": [{ "id": 0, "description": text(length) }] });
    assert!(broken(alt(1_024)).is_empty());
    assert_eq!(broken(alt(1_025)), ["attachments.0.description"]);
}

#[test]
fn embeds() {
    let embed = |title, description| json!({ "title": text(title), "description": text(description) });
    assert!(broken(json!({ "embeds": [embed(256, 4_096)] })).is_empty());
    assert_eq!(broken(json!({ "embeds": [embed(257, 4_097)] })), ["embeds.0.title", "embeds.0.description"]);
    assert!(broken(json!({ "embeds": [embed(1, 2_999), embed(1, 2_999)] })).is_empty());
    assert_eq!(broken(json!({ "embeds": [embed(1, 2_999), embed(1, 3_000)] })), ["embeds"]);
    assert_eq!(broken(json!({ "embeds": vec![embed(1, 1); 11] })), ["embeds"]);
    let field = |name, value| json!({ "name": text(name), "value": text(value) });
    assert!(broken(json!({ "embeds": [{ "fields": [field(256, 1_024)] }] })).is_empty());
    let wrong = broken(json!({ "embeds": [{ "fields": [field(257, 0), { "name": "x" }] }] }));
    assert_eq!(wrong, ["embeds.0.fields.0.name", "embeds.0.fields.0.value", "embeds.0.fields.1.value"]);
    assert_eq!(broken(json!({ "embeds": [{ "fields": vec![field(1, 1); 26] }] })), ["embeds.0.fields"]);
    assert_eq!(broken(json!({ "embeds": [{ "footer": { "text": text(2_049) } }] })), ["embeds.0.footer.text"]);
}

#[test]
fn components() {
    let ids = |from: usize, to: usize| (from..to).map(|n| button(&n.to_string())).collect::<Vec<_>>();
    let rows = |count: usize| (0..count).map(|n| row(ids(5 * n, 5 * n + 5))).collect::<Vec<_>>();
    assert!(broken(json!({ "components": rows(5) })).is_empty());
    assert_eq!(broken(json!({ "components": rows(6) })), ["components"]);
    assert_eq!(broken(json!({ "components": [row(ids(0, 6))] })), ["components.0.components"]);
    assert_eq!(broken(json!({ "components": [row(vec![])] })), ["components.0.components"]);
    let twice = broken(json!({ "components": [row(vec![button("a"), button("a")])] }));
    assert_eq!(twice, ["components.0.components.1.custom_id"]);
    let long = json!({ "type": 2, "style": 1, "label": text(81), "custom_id": text(101) });
    let wrong = broken(json!({ "components": [row(vec![long])] }));
    assert_eq!(wrong, ["components.0.components.0.label", "components.0.components.0.custom_id"]);
    let link = json!({ "type": 2, "style": 5, "label": "here" });
    assert_eq!(broken(json!({ "components": [row(vec![link])] })), ["components.0.components.0.url"]);
    assert_eq!(broken(json!({ "components": [{ "type": 17 }] })), ["components.0.type"]);
}

#[test]
fn menus() {
    let menu = |count: usize| {
        let options = (0..count).map(|n| json!({ "label": text(100), "value": n.to_string() }));
        row(vec![json!({ "type": 3, "custom_id": "m", "options": options.collect::<Vec<_>>() })])
    };
    assert!(broken(json!({ "components": [menu(25)] })).is_empty());
    assert_eq!(broken(json!({ "components": [menu(26)] })), ["components.0.components.0.options"]);
    let beside =
        row(vec![button("a"), json!({ "type": 3, "custom_id": "m", "options": [{ "label": "x", "value": "x" }] })]);
    assert_eq!(broken(json!({ "components": [beside] })), ["components.0.components"]);
}

#[test]
fn commands() {
    let named = |name: &str| json!({ "name": name, "description": "does it" });
    assert!(refused(json!([named("alert-if"), named("été_2"), named("it's")])).is_empty());
    for name in ["", "Perf", "two words", "a.b", &text(33)] {
        assert_eq!(refused(json!([named(name)])), ["0.name"], "{name:?}");
    }
    assert_eq!(refused(json!([named("a"), named("a")])), ["1"]);
    assert_eq!(refused(json!([{ "name": "a", "description": text(101) }])), ["0.description"]);
    assert_eq!(refused(json!([{ "name": "a" }])), ["0.description"]);
}

#[test]
fn options_of_commands() {
    let option =
        |name: &str, required: bool| json!({ "type": 3, "name": name, "description": "x", "required": required });
    let with = |options: Vec<Value>| refused(json!([{ "name": "a", "description": "x", "options": options }]));
    let many = |count: usize| (0..count).map(|n| option(&format!("o{n}"), false)).collect::<Vec<_>>();
    assert!(with(many(25)).is_empty());
    assert_eq!(with(many(26)), ["0.options"]);
    assert_eq!(with(vec![option("a", false), option("b", true)]), ["0.options.1"]);
    assert_eq!(with(vec![option("a", true), option("a", true)]), ["0.options.1"]);
    let sub = json!({ "type": 1, "name": "s", "description": "x", "options": many(25) });
    assert!(with(vec![sub.clone()]).is_empty());
    assert_eq!(with(vec![sub.clone(), option("a", false)]), ["0.options"]);
    let group = json!({ "type": 2, "name": "g", "description": "x", "options": [sub] });
    assert!(with(vec![group.clone()]).is_empty());
    let deep = json!({ "type": 2, "name": "h", "description": "x", "options": [group] });
    assert_eq!(with(vec![deep]), ["0.options.0.options.0", "0.options.0.options.0.options.0"]);
}

#[test]
fn choices_of_options() {
    let choices = |count: usize| (0..count).map(|n| json!({ "name": n.to_string(), "value": n })).collect::<Vec<_>>();
    assert!(command_limits::of_choices(&choices(25), "choices").is_empty());
    assert_eq!(command_limits::of_choices(&choices(26), "choices").len(), 1);
    let long = [json!({ "name": text(101), "value": text(101) })];
    assert_eq!(command_limits::of_choices(&long, "choices").len(), 2);
    let both = json!({ "type": 3, "name": "o", "description": "x", "autocomplete": true, "choices": choices(1) });
    assert_eq!(refused(json!([{ "name": "a", "description": "x", "options": [both] }])), ["0.options.0"]);
    let heavy = |n: usize| {
        json!({ "type": 3, "name": format!("o{n}"), "description": text(100),
        "choices": (0..3).map(|n| json!({ "name": text(99), "value": format!("{n}{}", text(98)) })).collect::<Vec<_>>() })
    };
    let heavy: Vec<Value> = (0..12).map(heavy).collect();
    assert_eq!(refused(json!([{ "name": "a", "description": "x", "options": heavy }])), ["0"]);
}

#[test]
fn mentions_fire_by_habit_and_by_permission() {
    let said = "@everyone @here <@1> <@!2> <@&3> <@x> <#4>";
    let all = [Ping::Everyone, Ping::Here, Ping::Role(3), Ping::User(1), Ping::User(2)];
    assert_eq!(fired(said, None, None, Habit::Everything), all);
    assert_eq!(fired(said, None, None, Habit::Users), [Ping::User(1), Ping::User(2)]);
    let allowed = |allowed: Value| fired(said, Some(9), Some(&allowed), Habit::Everything);
    assert_eq!(allowed(json!({ "parse": [] })), []);
    assert_eq!(allowed(json!({ "parse": ["everyone"] })), [Ping::Everyone, Ping::Here]);
    assert_eq!(allowed(json!({ "users": ["2"], "roles": [3] })), [Ping::Role(3), Ping::User(2)]);
    assert_eq!(allowed(json!({ "replied_user": true })), [Ping::User(9)]);
    assert_eq!(fired("hello", Some(9), None, Habit::Users), [Ping::User(9)]);
}
