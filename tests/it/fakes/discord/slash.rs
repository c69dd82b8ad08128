//! From a slash command as people type it, `/perf stats last:7d`, to the nested options that the bot is told, by the
//! definition that the bot registered. What Discord's own client would not let anybody send panics, and says why.

use serde_json::{Value, json};

use super::limits::list;
use super::mentions::as_id;
use super::world::{Id, Place, World};

/// A command line, taken apart.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The registered command.
    pub command: &'a Value,
    /// Its options as an interaction has them.
    pub options: Vec<Value>,
}

/// Whether the last option of a line is still being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    Done,
    Half,
}

/// Takes a line apart, said by somebody in a channel.
pub fn read<'a>(world: &'a World, user: Id, channel: Id, text: &str, typing: Typing) -> Line<'a> {
    let mut words = text.strip_prefix('/').unwrap_or_else(|| panic!("{text:?} has no slash")).split_whitespace();
    let name = words.next().unwrap_or_default();
    let offered = offered(world, user, channel);
    let command = offered.iter().find(|command| command["name"] == name).unwrap_or_else(|| {
        let names: Vec<&str> = offered.iter().filter_map(|command| command["name"].as_str()).collect();
        panic!("{} is not offered {text:?}, only {names:?}", world.user(user).name)
    });
    let words: Vec<&str> = words.collect();
    let reading = Reading { world, channel, line: text, typing };
    Line { command, options: reading.inside(list(command, "options"), &words) }
}

/// The commands that a person's client shows in a channel.
pub fn offered(world: &World, user: Id, channel: Id) -> Vec<&Value> {
    let guild = world.guild_of(channel);
    let may = world.permissions(user, channel);
    let fits = |command: &&Value| {
        let place = u64::from(guild.is_none());
        let contexts = command["contexts"].as_array();
        let here = contexts.is_none_or(|contexts| contexts.iter().any(|context| *context == place));
        let here = here && (guild.is_some() || command["dm_permission"] != false);
        let own = command.get("guild_id").is_none_or(|own| guild.is_some() && as_id(own) == guild);
        let needed = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
        let allowed = match needed {
            Some(needed) if guild.is_some() => needed != 0 && may.bits() & needed == needed || may.administrator(),
            _ => true,
        };
        let adult = command["nsfw"] != true || world.channel(channel).nsfw;
        here && own && allowed && adult && may.use_application_commands()
    };
    world.commands.iter().filter(fits).collect()
}

struct Reading<'a> {
    world: &'a World,
    channel: Id,
    line: &'a str,
    typing: Typing,
}

impl Reading<'_> {
    /// What stands behind the name of a command: first names of subcommands, then options.
    fn inside(&self, known: &[Value], words: &[&str]) -> Vec<Value> {
        if !known.iter().any(|option| matches!(option["type"].as_u64(), Some(1 | 2))) {
            return self.options(known, words);
        }
        let name = words.first().copied().unwrap_or_default();
        let Some(part) = known.iter().find(|option| option["name"] == name) else {
            panic!("{:?} has no subcommand {name:?}", self.line)
        };
        let inner = self.inside(list(part, "options"), &words[1..]);
        vec![json!({ "name": name, "type": part["type"], "options": inner })]
    }

    fn options(&self, known: &[Value], words: &[&str]) -> Vec<Value> {
        let given = self.given(known, words);
        for option in known.iter().filter(|option| option["required"] == true && self.typing == Typing::Done) {
            let there = given.iter().any(|(name, _)| option["name"] == *name);
            assert!(there, "{:?} lacks {}, which is required", self.line, option["name"]);
        }
        let last = given.len().wrapping_sub(1);
        let options = given.iter().enumerate().map(|(n, (name, text))| {
            let option = known.iter().find(|option| option["name"] == **name).expect("only known names are given");
            if self.typing == Typing::Half && n == last {
                assert!(option["autocomplete"] == true, "{name} of {:?} suggests nothing", self.line);
                return json!({ "name": name, "type": option["type"], "value": text, "focused": true });
            }
            json!({ "name": name, "type": option["type"], "value": self.value(option, text) })
        });
        options.collect()
    }

    /// Names and texts: a word `name:…` begins an option if there is one of this name; other words go on with the last.
    fn given(&self, known: &[Value], words: &[&str]) -> Vec<(String, String)> {
        let mut given: Vec<(String, String)> = Vec::new();
        for word in words {
            let begins = word.split_once(':').filter(|(name, _)| known.iter().any(|option| option["name"] == *name));
            match (begins, given.last_mut()) {
                (Some((name, text)), _) => given.push((name.to_owned(), text.to_owned())),
                (None, Some((_, text))) => *text = format!("{text} {word}"),
                (None, None) => panic!("{word:?} of {:?} belongs to no option", self.line),
            }
        }
        given
    }

    fn value(&self, option: &Value, text: &str) -> Value {
        let choices = list(option, "choices");
        if !choices.is_empty() {
            let chosen = choices.iter().find(|choice| choice["name"] == text || choice["value"] == text);
            let chosen = chosen.unwrap_or_else(|| panic!("{text:?} of {:?} is no choice of {choices:?}", self.line));
            return chosen["value"].clone();
        }
        let fits = |parsed: Option<Value>| parsed.unwrap_or_else(|| panic!("{text:?} does not fit {:?}", self.line));
        match option["type"].as_u64() {
            Some(3) => self.text(option, text),
            Some(4) => self.number(option, text.parse::<i64>().ok().map(Value::from), text),
            Some(5) => fits(text.parse::<bool>().ok().map(Value::from)),
            Some(6..=9) => fits(self.named(text).map(|id| id.to_string().into())),
            Some(10) => self.number(option, text.parse::<f64>().ok().map(Value::from), text),
            kind => panic!("options of type {kind:?} are not built: {:?}", self.line),
        }
    }

    fn text(&self, option: &Value, text: &str) -> Value {
        let length = text.chars().count() as u64;
        let fits = length >= option["min_length"].as_u64().unwrap_or(0)
            && length <= option["max_length"].as_u64().unwrap_or(6_000);
        assert!(fits, "{text:?} is too short or too long in {:?}", self.line);
        text.into()
    }

    fn number(&self, option: &Value, number: Option<Value>, text: &str) -> Value {
        let number = number.unwrap_or_else(|| panic!("{text:?} is no number in {:?}", self.line));
        let size = number.as_f64().unwrap_or(f64::NAN);
        let fits = size >= option["min_value"].as_f64().unwrap_or(f64::MIN)
            && size <= option["max_value"].as_f64().unwrap_or(f64::MAX);
        assert!(fits, "{text} is too small or too large in {:?}", self.line);
        number
    }

    /// Somebody, a role or a channel by name, in the server where the command is used.
    fn named(&self, name: &str) -> Option<Id> {
        let name = name.trim_start_matches(['@', '#']);
        let user = self.world.users.values().find(|user| user.name == name).map(|user| user.id);
        let guild = self.world.guild_of(self.channel)?;
        let roles = &self.world.guild(guild).roles;
        let role = roles.values().find(|role| role.name == name).map(|role| role.id);
        let channels = self.world.channels.values().filter(|channel| channel.place == Place::Guild(guild));
        let channel = channels.into_iter().find(|channel| channel.name == name).map(|channel| channel.id);
        user.or(role).or(channel)
    }
}
