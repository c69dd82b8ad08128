//! Who sees what, and who may do what.

use serenity::all::Permissions;

use super::{QUICK, World, all_rows};
use crate::fakes::discord::{Channel, Person};

/// The calls that a reply of `slowest` lists.
async fn listed(world: &World, who: &Person, channel: &Channel, line: &str) -> usize {
    let reply =
        if line.starts_with('/') { world.uses(who, channel, line).await } else { world.ask(who, channel, line).await };
    reply.text().matches("Model: ").count()
}

#[tokio::test]
async fn rows_of_channels_that_others_cannot_read_never_show() {
    let world = World::new().await;
    let (town, general) = world.town();
    let mo = town.member_with("mo", Permissions::MANAGE_GUILD | Permissions::VIEW_CHANNEL);
    let staff = town.role("staff");
    town.gives(&mo, &staff);
    let secret = town.channel("secret").hidden_from_everyone().only_for(&staff);
    let lounge = town.channel("lounge").nsfw();
    let ann = town.member("ann");
    let village = world.discord.guild("Village");
    let (square, cas) = (village.channel("square"), village.member("cas"));
    world.asks(&ann, &general, "!ai one").await;
    world.asks(&ann, &general.thread("help"), "!ai two").await;
    world.asks(&mo, &secret, "!ai three").await;
    world.asks(&ann, &lounge, "!ai four").await;
    world.asks(&ann, &ann.dm(), "!ai five").await;
    world.asks(&cas, &square, "!ai six").await;

    let top = "!perf slowest --top 50";
    assert_eq!(listed(&world, &ann, &general, top).await, 2, "general and its thread");
    assert_eq!(listed(&world, &mo, &general, top).await, 2, "everyone reads the reply, so the secret stays secret");
    assert_eq!(listed(&world, &mo, &secret, top).await, 3, "who reads the reply there reads the channel");
    assert_eq!(listed(&world, &mo, &general, "/perf slowest top:50 private:true").await, 3);
    assert_eq!(listed(&world, &ann, &general, "/perf slowest top:50 private:true").await, 2);
    assert_eq!(listed(&world, &ann, &lounge, top).await, 2, "what is age-restricted never shows");
    assert_eq!(listed(&world, &ann, &ann.dm(), top).await, 4, "in private one sees all that is one's own");
    assert_eq!(listed(&world, &cas, &square, top).await, 1);
    let stats = world.ask(&ann, &general, "!perf stats").await;
    assert!(stats.text().contains("n=4"), "sums are the server's: {}", stats.text());
    village.welcomes(&world.discord.owner());
    let everything = world.ask(&world.discord.owner(), &world.discord.owner().dm(), "!perf stats").await;
    assert!(everything.text().contains("n=6"), "the host sees all: {}", everything.text());
}

/// Every command that shows figures; those that can be about somebody or something are about another server's.
const FOREIGN: [&str; 13] = [
    "!perf stats",
    "!perf stats --last 30d",
    "!perf stats --model sim-deep",
    "!perf stats --user {mention}",
    "!perf model sim-deep",
    "!perf model sim-deep --user {mention}",
    "!perf slowest --top 50",
    "!perf slowest --model sim-deep --last 30d",
    "!perf slowest --user {mention} --csv",
    "/perf stats",
    "/perf model name:sim-deep",
    "/perf slowest top:50 private:true",
    "/mydata show",
];

#[tokio::test]
async fn whoever_asks_for_whatever_wherever_gets_no_foreign_row() {
    let settings = format!("{QUICK}[limits]\nquestions_per_minute = 100\n");
    let world = World::with(&settings).await;
    let (town, general) = world.town();
    let village = world.discord.guild("Village");
    let (square, cas) = (village.channel("square"), village.member("cas"));
    world.ask(&cas, &square, "!m deep --me").await;
    for _ in 0..3 {
        world.asks(&cas, &square, "!ai hi").await;
        world.asks(&cas, &cas.dm(), "!ai hi").await;
    }
    let (ann, mo) = (town.member("ann"), town.member_with("mo", Permissions::MANAGE_GUILD));
    let mut replies = std::collections::BTreeMap::<String, usize>::new();
    for who in [&ann, &mo, &town.owner()] {
        for place in [&general, &who.dm()] {
            for line in FOREIGN {
                let line = line.replace("{mention}", &cas.mention());
                let reply = match line.starts_with('/') {
                    true => world.uses(who, place, &line).await,
                    false => world.ask(who, place, &line).await,
                };
                for file in reply.files() {
                    let figures = String::from_utf8(reply.file(&file)).unwrap();
                    assert!(figures.contains("\nn,0\n") && !figures.contains("deep"), "{line}: {figures}");
                }
                let headline = reply.text().lines().next().unwrap_or_default().replace(&cas.mention(), "@cas");
                *replies.entry(headline).or_default() += 1;
            }
        }
    }
    insta::assert_debug_snapshot!(replies, @r#"
    {
        "**🐌 Slowest Queries (last 24h, n=0)**": 12,
        "**🐌 Slowest Queries (last 30d, Deep (simulated), n=0)**": 6,
        "**📊 Deep (simulated) Performance (last 24h, n=0)**": 12,
        "**📊 Performance Statistics (last 24h, Deep (simulated), n=0)**": 6,
        "**📊 Performance Statistics (last 24h, n=0)**": 12,
        "**📊 Performance Statistics (last 30d, n=0)**": 6,
        "**🗂\u{fe0f} What is kept of you**": 6,
        "Only admins may look at other people's calls: use --user me.": 12,
        "There are no calls here of the person that --user names.": 6,
    }
    "#);
    let host = world.discord.owner();
    village.welcomes(&host);
    let all = world.ask(&host, &host.dm(), "!perf stats").await;
    assert!(all.text().contains("n=6"), "the host sees all: {}", all.text());
}

#[tokio::test]
async fn previews_show_to_oneself_and_to_admins_in_private() {
    let settings = "[simulated]\npace = 0\n[privacy]\nstore_prompts = \"preview\"\n[discord]\nedit_every = \"0s\"\n";
    let world = World::with(settings).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let mo = town.member_with("mo", Permissions::MANAGE_GUILD);
    world.asks(&ann, &general, "!ai what about my secret?").await;
    let sees = async |who: &Person, channel: &Channel, line: &str| {
        let reply = if line.starts_with('/') {
            world.uses(who, channel, line).await
        } else {
            world.ask(who, channel, line).await
        };
        reply.text().contains("what about my secret")
    };
    assert!(sees(&ann, &ann.dm(), "!perf slowest").await);
    assert!(sees(&mo, &general, "/perf slowest private:true").await);
    assert!(!sees(&bob, &general, "/perf slowest private:true").await);
    assert!(!sees(&mo, &general, "!perf slowest").await);
    assert!(!sees(&mo, &general, "/perf slowest").await);
}

#[tokio::test]
async fn a_press_shows_what_the_one_who_presses_may_see() {
    let world = World::new().await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let mo = town.member_with("mo", Permissions::MANAGE_GUILD);
    world.asks(&ann, &general, "!ai one").await;
    let about_ann = world.ask(&mo, &general, &format!("!perf stats --user {}", ann.mention())).await;
    assert!(about_ann.text().contains("n=1"), "{}", about_ann.text());
    let pressed = world.discord.answered(&world.discord.presses(&bob, &about_ann, "7 d")).await;
    assert!(pressed.text().contains("Only admins may look at other people's calls"), "{}", pressed.text());
    assert!(about_ann.text().contains("last 24h"), "the reply stays as it was");
}

#[tokio::test]
async fn members_choose_for_themselves_and_admins_for_channels() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let mo = town.member_with("mo", Permissions::MANAGE_GUILD);
    for line in ["!m deep", "!ctx 5", "!perf monitor on", "!persona Be brief."] {
        let refused = world.ask(&ann, &general, line).await;
        assert!(refused.text().starts_with("Only admins may"), "{line}: {}", refused.text());
        let done = world.ask(&mo, &general, line).await;
        assert!(!done.text().starts_with("Only admins may"), "{line}: {}", done.text());
    }
    let own = world.ask(&ann, &general, "!m swift --me").await;
    assert!(own.text().starts_with("Swift"), "{}", own.text());
}

#[tokio::test]
async fn allow_lists_hold_for_text_slash_and_buttons() {
    let mut world = World::before_the_start("").await;
    let town = world.discord.guild("Town");
    let (general, ops) = (town.channel("general"), town.channel("ops"));
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let trusted = town.role("trusted");
    town.gives(&ann, &trusted);
    world.settings = format!(
        "[simulated]\npace = 0\n[discord]\nedit_every = \"0s\"\nchannels = [\"{}\"]\nroles = [\"{}\"]\n",
        general.id(),
        trusted.id()
    );
    world.start().await;
    world.discord.says(&ann, &ops, "!ai hi");
    world.discord.says(&bob, &general, "!ai hi");
    world.discord.says(&ann, &ann.dm(), "hi");
    let reply = world.ask(&ann, &general, "!perf stats").await;
    world.asks(&ann, &general.thread("help"), "!ai hi").await;
    assert!(!ops.seen_by(&ann).contains("perfbot"));
    assert_eq!(general.messages().iter().filter(|said| said.author() == world.discord.bot()).count(), 1);
    assert_eq!(ann.dm().messages().len(), 1, "roles belong to servers");
    for refused in [
        world.uses(&bob, &general, "/perf stats").await,
        world.uses(&ann, &ops, "/ai question:hi").await,
        world.discord.answered(&world.discord.presses(&bob, &reply, "7 d")).await,
    ] {
        assert!(refused.is_ephemeral());
        assert!(refused.text().starts_with("I am not to be used here"), "{}", refused.text());
    }
}

#[tokio::test]
async fn who_opts_out_is_nobody_in_the_store() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.uses(&ann, &general, "/mydata optout").await;
    world.asks(&ann, &general, "!ai hi").await;
    let call = world.stored(all_rows()).await.remove(0).call;
    assert_eq!((call.user, call.message, call.prompt_hash), (None, None, None));
    world.uses(&ann, &general, "/mydata optout switch:off").await;
    world.asks(&ann, &general, "!ai hi").await;
    world.uses(&ann, &general, "/mydata forget who:me").await;
    let mine = world.uses(&ann, &general, "/mydata show").await;
    assert!(mine.text().contains("Calls:                  0"), "{}", mine.text());
}
