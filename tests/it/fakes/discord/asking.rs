//! Interactions on their way to the bot: what INTERACTION_CREATE says when somebody uses a command, types into one,
//! presses a button, chooses from a menu or sends a form.

use serde_json::{Value, json};

use super::interactions::{Answer, Interaction, Use};
use super::limits::{FILE_BYTES, list};
use super::payload;
use super::slash::{self, Typing};
use super::world::{Id, News, World};

impl World {
    /// Somebody sends a slash command, or has typed this much of it.
    pub fn ask_command(&mut self, user: Id, channel: Id, text: &str, typing: Typing) -> Id {
        let line = slash::read(self, user, channel, text, typing);
        let (command, options) = (line.command, line.options);
        let mut data = json!({ "id": command["id"], "name": command["name"], "type": 1, "options": options });
        if let Some(guild) = command.get("guild_id") {
            data["guild_id"] = guild.clone();
        }
        data["resolved"] = self.resolved(channel, &data["options"]);
        let kind = if typing == Typing::Half { Use::Autocomplete } else { Use::Command };
        self.ask(user, channel, kind, text, None, data)
    }

    /// Somebody presses a button or chooses from a menu, found by its label, placeholder or custom id.
    pub fn ask_component(&mut self, user: Id, message: Id, which: &str, values: Option<&[&str]>) -> Id {
        let shown = self.message(message);
        let seen = !shown.deleted && shown.only_for.is_none_or(|only| only == user);
        assert!(seen, "{} does not see the message with {which:?}", self.user(user).name);
        let channel = shown.channel;
        let part = find_component(&shown.components, which).unwrap_or_else(|| {
            panic!("there is no {which:?} to press under {:?}, only {:?}", shown.content, labels(&shown.components))
        });
        assert!(part["disabled"] != true, "{which:?} is greyed out");
        let mut data = json!({ "custom_id": part["custom_id"], "component_type": part["type"] });
        let mut text = format!("[{}]", label(part));
        if let Some(values) = values {
            data["values"] = chosen(part, values);
            text = format!("{text} {}", values.join(", "));
        }
        self.ask(user, channel, Use::Component, &text, Some(message), data)
    }

    /// Somebody fills in the form that answered an interaction and sends it.
    pub fn ask_form(&mut self, user: Id, asked: Id, fields: &[(&str, &str)]) -> Id {
        let Answer::Form(form) = self.interaction(asked).answer.clone() else {
            panic!("{:?} was not answered by a form", self.interaction(asked).text)
        };
        let (channel, source) = (self.interaction(asked).channel, self.interaction(asked).source);
        let mut rows = list(&form, "components").to_vec();
        for input in rows.iter_mut().filter_map(|row| row["components"].get_mut(0)) {
            let given = fields.iter().find(|(name, _)| input["custom_id"] == *name || input["label"] == *name);
            input["value"] = given.map_or("", |(_, text)| text).into();
        }
        let text = form["title"].as_str().unwrap_or_default().to_owned();
        let data = json!({ "custom_id": form["custom_id"], "components": rows });
        self.ask(user, channel, Use::Form, &text, source, data)
    }

    fn ask(&mut self, user: Id, channel: Id, kind: Use, text: &str, source: Option<Id>, data: Value) -> Id {
        let id = self.id();
        let token = format!("token-{}", id & 0x3f_ffff);
        let asked = Interaction {
            id,
            token,
            user,
            channel,
            kind,
            text: text.to_owned(),
            source,
            answer: Answer::None,
            original: None,
            changed: false,
        };
        let payload = self.asked_payload(&asked, data);
        self.interactions.insert(id, asked);
        self.news.push(News::Asked { interaction: id, payload });
        id
    }

    fn asked_payload(&self, asked: &Interaction, data: Value) -> Value {
        let guild = self.guild_of(asked.channel);
        let mut told = json!({
            "id": payload::id(asked.id), "application_id": payload::id(self.bot), "type": asked.kind as u8,
            "data": data, "token": asked.token, "version": 1, "locale": "en-US",
            "channel_id": payload::id(asked.channel),
            "channel": payload::channel_in_interaction(self, asked.channel, asked.user),
            "app_permissions": payload::bits(self.permissions(self.bot, asked.channel)),
            "entitlements": [], "authorizing_integration_owners": payload::installed(self, asked.channel),
            "context": u8::from(guild.is_none()), "attachment_size_limit": FILE_BYTES,
        });
        match payload::member_in(self, asked.channel, asked.user) {
            Some(member) => told["member"] = member,
            None => told["user"] = payload::user(self.user(asked.user)),
        }
        if let Some(guild) = guild {
            told["guild_id"] = payload::id(guild);
            told["guild_locale"] = "en-US".into();
        }
        if let Some(source) = asked.source {
            told["message"] = payload::message(self, self.message(source), true);
        }
        told
    }

    /// Whom and what the options of a command name, spelt out.
    fn resolved(&self, channel: Id, options: &Value) -> Value {
        let mut resolved = json!({});
        let Some(options) = options.as_array() else { return resolved };
        for option in options {
            if let Some(nested) = option.get("options") {
                return self.resolved(channel, nested);
            }
            if matches!(option["type"].as_u64(), Some(6..=9)) && option["focused"] != true {
                let id = super::mentions::as_id(&option["value"]).expect("the value was built from an id");
                self.resolve(channel, id, &mut resolved);
            }
        }
        resolved
    }

    fn resolve(&self, channel: Id, id: Id, resolved: &mut Value) {
        let key = id.to_string();
        let guild = self.guild_of(channel);
        if let Some(user) = self.users.get(&id) {
            resolved["users"][&key] = payload::user(user);
            if let Some(member) = guild.and_then(|guild| payload::member_without_user(self, guild, id)) {
                resolved["members"][&key] = member;
            }
        } else if self.channels.contains_key(&id) {
            resolved["channels"][&key] = payload::channel_in_interaction(self, id, self.bot);
        } else if let Some(guild) = guild.map(|guild| self.guild(guild)) {
            resolved["roles"][&key] = payload::role(guild, &guild.roles[&id]);
        }
    }
}

/// The buttons and menus of a message.
fn parts(rows: &[Value]) -> impl Iterator<Item = &Value> {
    rows.iter().flat_map(|row| list(row, "components"))
}

fn find_component<'a>(rows: &'a [Value], which: &str) -> Option<&'a Value> {
    parts(rows).find(|part| part["custom_id"] == which || label(part) == which)
}

/// What stands on a button or in an untouched menu.
pub fn label(part: &Value) -> &str {
    let words = [&part["label"], &part["placeholder"], &part["emoji"]["name"], &part["custom_id"]];
    words.into_iter().find_map(Value::as_str).unwrap_or_default()
}

/// What stands on all of them.
pub fn labels(rows: &[Value]) -> Vec<&str> {
    parts(rows).map(label).collect()
}

/// The custom ids of all of them.
pub fn custom_ids(rows: &[Value]) -> Vec<&str> {
    parts(rows).filter_map(|part| part["custom_id"].as_str()).collect()
}

/// The values of what is chosen, each named by its label or value.
fn chosen(menu: &Value, wanted: &[&str]) -> Value {
    let options = list(menu, "options");
    let value = |wanted: &&str| {
        let found = options.iter().find(|option| option["label"] == *wanted || option["value"] == *wanted);
        found.unwrap_or_else(|| panic!("{wanted:?} is no option of {options:?}"))["value"].clone()
    };
    wanted.iter().map(value).collect()
}
