//! Tells Discord of the slash commands, if what it knows is not what there is.

use std::collections::BTreeMap;

use serenity::all::{
    Command, CommandOption, CommandOptionType, CommandType, CreateCommand, CreateCommandOption, InstallationContext,
    InteractionContext,
};
use serenity::http::Http;

use super::trouble::{Trouble, patiently};
use crate::commands::slash::{self, SlashCommand, SlashOption, SlashTakes};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Discord knew them already.
    Unchanged,
    /// Discord was told.
    Anew,
}

/// Registers the commands for all servers and direct messages.
pub async fn register(http: &Http) -> Result<Registered, Trouble> {
    let wanted = slash::commands();
    let known = patiently(|| http.get_global_commands()).await?;
    if known.iter().map(described).collect::<BTreeMap<_, _>>() == wanted.iter().map(named).collect() {
        return Ok(Registered::Unchanged);
    }
    let commands: Vec<CreateCommand> = wanted.iter().map(built).collect();
    patiently(|| http.create_global_commands(&commands)).await?;
    Ok(Registered::Anew)
}

fn named(command: &SlashCommand) -> (String, SlashCommand) {
    (command.name.clone(), command.clone())
}

/// A command as Discord knows it, in our words.
fn described(command: &Command) -> (String, SlashCommand) {
    let is_root = command.options.iter().any(|option| option.kind == CommandOptionType::SubCommand);
    let (options, below) = if is_root { (&[][..], &command.options[..]) } else { (&command.options[..], &[][..]) };
    let described = SlashCommand {
        name: command.name.clone(),
        help: command.description.clone(),
        options: options.iter().map(option).collect(),
        below: below.iter().map(below_of).collect(),
    };
    (command.name.clone(), described)
}

fn below_of(command: &CommandOption) -> SlashCommand {
    SlashCommand {
        name: command.name.clone(),
        help: command.description.clone(),
        options: command.options.iter().map(option).collect(),
        below: Vec::new(),
    }
}

fn option(option: &CommandOption) -> SlashOption {
    let choices = || option.choices.iter().map(|choice| choice.name.clone()).collect();
    SlashOption {
        name: option.name.clone(),
        help: option.description.clone(),
        takes: match option.kind {
            CommandOptionType::Boolean => SlashTakes::Flag,
            CommandOptionType::User => SlashTakes::Person,
            _ if option.choices.is_empty() => SlashTakes::Text,
            _ => SlashTakes::Choice(choices()),
        },
        required: option.required,
        suggested: option.autocomplete,
    }
}

fn built(command: &SlashCommand) -> CreateCommand {
    let below = command.below.iter().map(|below| {
        let built = CreateCommandOption::new(CommandOptionType::SubCommand, &below.name, &below.help);
        built.set_sub_options(below.options.iter().map(built_option).collect::<Vec<_>>())
    });
    let options = command.options.iter().map(built_option);
    CreateCommand::new(&command.name)
        .kind(CommandType::ChatInput)
        .description(&command.help)
        .set_options(below.chain(options).collect())
        .contexts(vec![InteractionContext::Guild, InteractionContext::BotDm])
        .integration_types(vec![InstallationContext::Guild])
}

fn built_option(option: &SlashOption) -> CreateCommandOption {
    let kind = match option.takes {
        SlashTakes::Flag => CommandOptionType::Boolean,
        SlashTakes::Person => CommandOptionType::User,
        SlashTakes::Text | SlashTakes::Choice(_) => CommandOptionType::String,
    };
    let built = CreateCommandOption::new(kind, &option.name, &option.help)
        .required(option.required)
        .set_autocomplete(option.suggested);
    match &option.takes {
        SlashTakes::Choice(choices) => {
            choices.iter().fold(built, |built, choice| built.add_string_choice(choice, choice))
        }
        _ => built,
    }
}
