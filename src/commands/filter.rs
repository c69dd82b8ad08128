//! `--model`, `--type` and `--user`: which calls a command looks at.

use clap::Args;

use super::context::Context;
use super::failure::{Failure, did_you_mean};
use crate::model::names::{self, Named};
use crate::model::{Filter, ModelName, QueryType, Role, UserId};
use crate::store::question;

/// The options for the calls a command looks at.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// Only this model.
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    #[command(flatten)]
    pub kind: KindArgs,
}

/// The same, where models are named otherwise.
#[derive(Debug, Clone, Default, Args)]
pub struct KindArgs {
    /// Only this type: code, question, chat, reasoning, creative or other.
    #[arg(long = "type", value_name = "TYPE", value_parser = query_type)]
    pub query_type: Option<QueryType>,
    /// Only this person's calls; "me" for your own.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
}

impl FilterArgs {
    /// The filter these options mean here.
    pub async fn resolve(&self, cx: &Context) -> Result<Filter, Failure> {
        let model = match &self.model {
            Some(wanted) => Some(seen_model(wanted, cx).await?),
            None => None,
        };
        Ok(Filter { model, ..self.kind.resolve(cx).await? })
    }
}

impl KindArgs {
    /// The filter these options mean here.
    pub async fn resolve(&self, cx: &Context) -> Result<Filter, Failure> {
        let user = self.user(cx)?;
        if let Some(user) = user.as_ref().filter(|user| **user != cx.person.id) {
            seen_user(user, cx).await?;
        }
        Ok(Filter { model: None, query_type: self.query_type, user })
    }

    /// One's own calls are open to everyone; those of others to admins where they stand, and to the owner.
    fn user(&self, cx: &Context) -> Result<Option<UserId>, Failure> {
        let Some(wanted) = self.user.as_deref().map(unmentioned) else { return Ok(None) };
        if wanted == "me" || wanted == cx.person.id.as_str() {
            return Ok(Some(cx.person.id.clone()));
        }
        match (cx.person.role, &cx.place.guild) {
            (Role::Member, _) => Err(Failure::user("only admins may look at other people's calls: use --user me")),
            (Role::Admin, None) => Err(Failure::user(format!(
                "in a direct message you see only your own calls: ask about {wanted} in a channel of the server"
            ))),
            (Role::Admin, Some(_)) | (Role::Owner, _) => Ok(Some(wanted.into())),
        }
    }
}

/// What a reply calls the calls that a filter leaves, so that nobody takes them for all. Other people are not named.
pub fn words(filter: &Filter, cx: &Context) -> Vec<String> {
    let model = filter.model.as_ref().map(|model| cx.label(model));
    let query_type = filter.query_type.map(|query_type| query_type.to_string());
    let user = filter.user.as_ref().map(|user| match *user == cx.person.id {
        true => "your calls".to_owned(),
        false => "one person's calls".to_owned(),
    });
    model.into_iter().chain(query_type).chain(user).collect()
}

/// The model in the store that a person meant. Without any calls the typed name stands, so that "no calls" is said.
pub async fn seen_model(wanted: &str, cx: &Context) -> Result<ModelName, Failure> {
    let seen = cx.services.store.ask(question::ModelsSeen { scope: cx.scope() }).await?;
    let known: Vec<&str> = seen.iter().map(ModelName::as_str).collect();
    match names::find(wanted, known.iter().copied()) {
        Named::One(name) => Ok(name.into()),
        Named::Several(several) => {
            Err(Failure::user(format!("{wanted:?} could be {}: say more of the name", several.join(", "))))
        }
        Named::None(_) => match cx.services.assistant.catalogue().find(wanted) {
            Named::One(name) => Ok(name.into()),
            _ => Err(Failure::user(format!("no calls of a model {wanted:?}{}", hint(wanted, &known)))),
        },
    }
}

/// Refuses a person of whom there are no calls here, whoever that is: somebody's finger may have slipped.
async fn seen_user(user: &UserId, cx: &Context) -> Result<(), Failure> {
    let filter = Filter { user: Some(user.clone()), ..Filter::default() };
    let any = question::Rows { window: None, scope: cx.scope(), filter, after: None, limit: 1 };
    match cx.services.store.ask(any).await?.is_empty() {
        true => Err(Failure::user("there are no calls here of the person that --user names")),
        false => Ok(()),
    }
}

/// The id in a mention of a person, as Discord writes one; other names as they are.
fn unmentioned(name: &str) -> &str {
    let id = name.strip_prefix("<@").and_then(|id| id.strip_suffix('>')).map(|id| id.trim_start_matches('!'));
    id.unwrap_or(name)
}

fn query_type(text: &str) -> Result<QueryType, String> {
    text.parse().map_err(|_| "use code, question, chat, reasoning, creative or other".to_owned())
}

fn hint(wanted: &str, known: &[&str]) -> String {
    match did_you_mean(wanted, known.iter().copied()) {
        near if !near.is_empty() => near,
        _ if known.is_empty() => String::new(),
        _ => format!("; there are {}", known.iter().take(8).copied().collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner_of;
    use crate::model::Role;
    use crate::testing::call;

    #[tokio::test]
    async fn replies_say_which_calls_they_look_at() {
        let one = |user: &str| call("sim-swift").ms(900).tokens(100, 10).guild("town").user(user);
        let owner = owner_of([one("ann"), one("bob")]).await;
        let ann = owner.other("ann", Role::Admin).in_guild("town", "general");
        let mut heads = Vec::new();
        for line in [
            "stats --model swift --type other",
            "model swift --type other --user bob",
            "history --type other --user me",
            "heatmap --model swift",
            "compare swift deep --type other --user me",
            "cost --user bob",
            "cost",
            "forecast --type code",
            "diff yesterday today --model swift --user bob",
        ] {
            let reply = ann.says(&format!("!perf {line}")).await;
            heads.push(reply.lines().next().unwrap_or_default().to_owned());
        }
        let bob = owner.other("bob", Role::Member).in_guild("town", "general");
        heads.extend(bob.says("!perf cost --by user").await.lines().next().map(ToOwned::to_owned));
        insta::assert_snapshot!(heads.join("\n"), @"
        📊 Performance Statistics (last 24h, Swift (simulated), other, n=2)
        📊 Swift (simulated) Performance (last 24h, other, one person's calls, n=1)
        📈 Performance Trend (last 30d, other, your calls, n=1)
        🔥 Performance Heatmap (last 4w, Swift (simulated), n=2)
        ⚡ Model Comparison: Swift (simulated) vs Deep (simulated), other only (last 7d, your calls, n=1)
        💰 Cost (last 30d, one person's calls, n=1)
        💰 Cost (last 30d, n=2)
        🔮 Forecast from 2026-11-21 on, code (n=0)
        🔍 Performance Diff: yesterday → today, Swift (simulated), one person's calls (n=1 → 0)
        💰 Cost (last 30d, your calls, n=1)
        ");
    }
}
