//! A small bot on serenity, connected as the product connects: enough to be talked to. It does one thing a word, and leaves
//! alone what goes wrong, since some tests want that.

use std::sync::Arc;

use serde_json::json;
use serenity::all::*;
use serenity::async_trait;
use serenity::client::ClientBuilder;
use serenity::gateway::ShardManager;
use tokio::task::JoinHandle;

use super::super::FakeDiscord;
use CreateInteractionResponse as Response;

/// The bot while it runs.
pub struct Bot {
    pub task: JoinHandle<serenity::Result<()>>,
    shards: Arc<ShardManager>,
}

impl Bot {
    /// Connects, with the right to read messages.
    pub async fn start(discord: &FakeDiscord) -> Self {
        let bot =
            Self::with(discord, discord.token(), GatewayIntents::non_privileged() | GatewayIntents::MESSAGE_CONTENT);
        let bot = bot.await;
        discord.connected().await;
        bot
    }

    /// Tries to connect.
    pub async fn with(discord: &FakeDiscord, token: &str, intents: GatewayIntents) -> Self {
        let http = HttpBuilder::new(token).proxy(discord.address()).ratelimiter_disabled(true);
        let http = http.default_allowed_mentions(CreateAllowedMentions::new()).build();
        let client = ClientBuilder::new_with_http(http, intents).event_handler(Handler).await;
        let mut client = client.expect("a client");
        let shards = Arc::clone(&client.shard_manager);
        Self { task: tokio::spawn(async move { client.start().await }), shards }
    }

    /// Says goodbye.
    pub async fn stop(self) -> serenity::Result<()> {
        self.shards.shutdown_all().await;
        self.task.await.expect("the bot does not panic")
    }
}

struct Handler;

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, context: Context, _: Ready) {
        let option = CreateCommandOption::new;
        let text = |name, about| option(CommandOptionType::String, name, about);
        let stats = option(CommandOptionType::SubCommand, "stats", "How it goes")
            .add_sub_option(text("last", "How far back").required(true))
            .add_sub_option(text("model", "Which").set_autocomplete(true));
        let perf = CreateCommand::new("perf").description("Figures").add_option(stats);
        let admin = CreateCommand::new("admin").description("Rules");
        let admin = admin.default_member_permissions(Permissions::MANAGE_GUILD);
        let who = CreateCommand::new("who").description("Names").contexts(vec![InteractionContext::Guild]);
        let who = who
            .add_option(option(CommandOptionType::User, "user", "Who"))
            .add_option(option(CommandOptionType::Role, "role", "Which"))
            .add_option(option(CommandOptionType::Channel, "channel", "Where"));
        // Some tests let this fail.
        _ = context.http.create_global_commands(&json!([perf, admin, who])).await;
    }

    async fn message(&self, context: Context, message: Message) {
        if !message.author.bot {
            // Some tests let this fail.
            _ = talk(&context, &message).await;
        }
    }

    async fn reaction_add(&self, context: Context, reaction: Reaction) {
        let member = reaction.member.as_ref().map(|member| member.user.name.clone()).unwrap_or_default();
        if reaction.emoji.unicode_eq("🔁") && reaction.message_author_id == reaction.user_id {
            let text = format!("🔁 by {member}");
            reaction.channel_id.say(&context, text).await.expect("it may write");
        }
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        let done = match interaction {
            Interaction::Command(command) => run(&context, &command).await,
            Interaction::Autocomplete(typed) => suggest(&context, &typed).await,
            Interaction::Component(pressed) => press(&context, &pressed).await,
            Interaction::Modal(form) => filled(&context, &form).await,
            _ => Ok(()),
        };
        // Some tests let this fail.
        _ = done;
    }
}

/// What the bot does about a message, by its first word.
async fn talk(context: &Context, message: &Message) -> serenity::Result<()> {
    let channel = message.channel_id;
    match message.content.as_str() {
        "!stream" => {
            let mut sent = channel.send_message(context, plain("one")).await?;
            sent.edit(context, EditMessage::new().content("one two")).await?;
            sent.edit(context, EditMessage::new().content("one two three")).await?;
        }
        "!fetch" => {
            let bytes = message.attachments[0].download().await?;
            channel.send_message(context, plain(&String::from_utf8_lossy(&bytes))).await?;
        }
        "!dm" => _ = message.author.direct_message(context, plain("psst")).await?,
        "!once" => {
            let once = plain("once").nonce(Nonce::String("n-1".into())).enforce_nonce(true);
            channel.send_message(context, once.clone()).await?;
            channel.send_message(context, once).await?;
        }
        "!react" => {
            message.react(context, '👀').await?;
            channel.broadcast_typing(context).await?;
        }
        _ => {
            let me = context.cache.current_user().id;
            if let Some(answer) = answer(message, me) {
                channel.send_message(context, answer).await?;
            }
        }
    }
    Ok(())
}

fn plain(text: &str) -> CreateMessage {
    CreateMessage::new().content(text)
}

/// The single message that answers.
fn answer(message: &Message, me: UserId) -> Option<CreateMessage> {
    let (word, rest) = message.content.split_once(' ').unwrap_or((&message.content, ""));
    let button = |id: &str, label: &str| CreateButton::new(id).label(label).style(ButtonStyle::Secondary);
    match word {
        "!ping" => Some(plain("pong").reference_message(message)),
        "!when" => Some(plain(&format!("{} {}", message.timestamp, message.id.created_at()))),
        "!say" => Some(plain(rest)),
        "!loud" => {
            let everything = CreateAllowedMentions::new().everyone(true).all_users(true).all_roles(true);
            Some(plain(rest).allowed_mentions(everything))
        }
        "!file" => {
            let file = CreateAttachment::bytes(*b"a,b\n1,2\n", "table.csv").description("two columns");
            Some(plain("here").add_file(file))
        }
        "!embed" => {
            let embed = CreateEmbed::new().title("Stats").field("p95", "4.1 s", true).description("all is well");
            Some(plain(rest).embed(embed).button(button("days", "7d")).button(button("off", "CSV").disabled(true)))
        }
        "!later" => Some(plain("soon").button(button("later", "Later"))),
        "!menu" => {
            let options =
                [("First", "1"), ("Second", "2")].map(|(name, value)| CreateSelectMenuOption::new(name, value));
            let menu = CreateSelectMenu::new("menu", CreateSelectMenuKind::String { options: options.into() });
            Some(plain("choose").select_menu(menu.placeholder("Pick one")))
        }
        _ if message.mentions_user_id(me) => Some(plain(&format!("you said {:?}", message.content))),
        _ => None,
    }
}

async fn run(context: &Context, command: &CommandInteraction) -> serenity::Result<()> {
    let secret = command.data.name == "admin";
    let later = Response::Defer(CreateInteractionResponseMessage::new().ephemeral(secret));
    command.create_response(context, later).await?;
    let text = serde_json::to_string(&command.data.options).expect("options are plain values");
    command.edit_response(context, EditInteractionResponse::new().content(text)).await?;
    let resolved = &command.data.resolved;
    let counts = (resolved.users.len(), resolved.roles.len(), resolved.channels.len());
    let text = if counts == (0, 0, 0) { "and more".to_owned() } else { format!("resolved {counts:?}") };
    let more = CreateInteractionResponseFollowup::new().content(text).ephemeral(secret);
    command.create_followup(context, more).await?;
    Ok(())
}

async fn suggest(context: &Context, typed: &CommandInteraction) -> serenity::Result<()> {
    let choices = [("sonnet", "sonnet-5"), ("son", "son-1")].map(|(name, value)| AutocompleteChoice::new(name, value));
    let response = CreateAutocompleteResponse::new().set_choices(choices.into());
    typed.create_response(context, Response::Autocomplete(response)).await
}

async fn press(context: &Context, pressed: &ComponentInteraction) -> serenity::Result<()> {
    match &pressed.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => {
            let why = CreateInputText::new(InputTextStyle::Short, "Why", "why");
            let form = CreateModal::new(values[0].clone(), "Tell me").components(vec![CreateActionRow::InputText(why)]);
            pressed.create_response(context, Response::Modal(form)).await
        }
        _ if pressed.data.custom_id == "later" => {
            pressed.create_response(context, Response::Acknowledge).await?;
            pressed.edit_response(context, EditInteractionResponse::new().content("now")).await.map(|_| ())
        }
        _ => {
            let embed = CreateEmbed::new().title(format!("Stats, {}", pressed.data.custom_id));
            let message = CreateInteractionResponseMessage::new().embed(embed).components(Vec::new());
            pressed.create_response(context, Response::UpdateMessage(message)).await
        }
    }
}

async fn filled(context: &Context, form: &ModalInteraction) -> serenity::Result<()> {
    let ActionRowComponent::InputText(field) = &form.data.components[0].components[0] else { return Ok(()) };
    let text = format!("{}: {}", form.data.custom_id, field.value.as_deref().unwrap_or_default());
    let message = CreateInteractionResponseMessage::new().content(text);
    form.create_response(context, Response::Message(message)).await
}
