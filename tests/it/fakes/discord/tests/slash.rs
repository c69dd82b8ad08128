//! Command lines, taken apart by the definitions that a bot registers.

use serde_json::{Value, json};

use super::super::slash::{Typing, read};
use super::super::world::{Kind, Place, World};

/// The options of a line, said by somebody in a server with these commands.
fn options(line: &str, typing: Typing) -> Vec<Value> {
    let mut world = World::new("http://127.0.0.1:1".to_owned());
    let town = world.add_guild("Town");
    let general = world.add_channel("general", Place::Guild(town));
    let ann = world.add_user("ann", Kind::Human);
    world.guild_mut(town).members.insert(ann, Default::default());
    let last = json!({ "type": 3, "name": "last", "description": "x", "required": true });
    let count = json!({ "type": 4, "name": "count", "description": "x", "max_value": 10 });
    let by = json!({ "type": 3, "name": "by", "description": "x", "choices": [{ "name": "Hour", "value": "h" }] });
    let model = json!({ "type": 3, "name": "model", "description": "x", "autocomplete": true });
    let who = json!({ "type": 6, "name": "who", "description": "x" });
    let stats = json!({ "type": 1, "name": "stats", "description": "x", "options": [last, count, by, model, who] });
    let show = json!({ "type": 1, "name": "show", "description": "x" });
    let budget = json!({ "type": 2, "name": "budget", "description": "x", "options": [show] });
    world.commands = vec![json!({ "name": "perf", "description": "x", "options": [stats, budget] })];
    read(&world, ann, general, line, typing).options
}

#[test]
fn options_get_the_types_of_their_definition() {
    let read = options("/perf stats last:7 days count:3 by:Hour", Typing::Done);
    let inner = json!([
        { "name": "last", "type": 3, "value": "7 days" },
        { "name": "count", "type": 4, "value": 3 },
        { "name": "by", "type": 3, "value": "h" },
    ]);
    assert_eq!(read, [json!({ "name": "stats", "type": 1, "options": inner })]);
}

#[test]
fn subcommands_nest() {
    let shown = json!({ "name": "show", "type": 1, "options": [] });
    assert_eq!(
        options("/perf budget show", Typing::Done),
        [json!({ "name": "budget", "type": 2, "options": [shown] })]
    );
}

#[test]
fn the_last_option_of_half_a_line_is_in_focus() {
    let read = options("/perf stats count:3 model:so", Typing::Half);
    let focused = json!({ "name": "model", "type": 3, "value": "so", "focused": true });
    assert_eq!(read[0]["options"][1], focused);
}

#[test]
fn somebody_is_named_by_name() {
    let read = options("/perf stats last:1h who:@ann", Typing::Done);
    assert!(read[0]["options"][1]["value"].is_string());
}

#[test]
#[should_panic(expected = "lacks \"last\", which is required")]
fn required_options_are_required() {
    options("/perf stats count:3", Typing::Done);
}

#[test]
#[should_panic(expected = "no choice")]
fn choices_are_kept_to() {
    options("/perf stats last:1h by:Week", Typing::Done);
}

#[test]
#[should_panic(expected = "too small or too large")]
fn numbers_keep_their_bounds() {
    options("/perf stats last:1h count:11", Typing::Done);
}

#[test]
#[should_panic(expected = "ann is not offered \"/nope\", only [\"perf\"]")]
fn unknown_commands_are_not_offered() {
    options("/nope", Typing::Done);
}
