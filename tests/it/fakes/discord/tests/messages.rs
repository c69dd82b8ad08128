//! Talking: people say things, the bot answers, and the channel looks as it should.

use insta::assert_snapshot;
use serenity::model::Permissions;

use super::super::{FakeDiscord, Ping, Post, Route};
use super::{Scene, scene};

#[tokio::test]
async fn a_bot_answers_and_people_see_it() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!ping");
    let answer = discord.answer_to(&said).await;
    assert_eq!((answer.text().as_str(), answer.replies_to()), ("pong", Some(said)));
    assert_eq!(answer.author(), discord.bot());

    let said = discord.says(ann, general, format!("!say hello {} in {}", ann.mention(), general.mention()));
    discord.answer_to(&said).await;
    let said = discord.says(ann, general, "!embed");
    let panel = discord.answer_to(&said).await;
    discord.reacts(ann, &panel, "👍");
    discord.says(ann, general, "!file");
    let seen = discord.shows(ann, general, "table.csv").await;
    assert_snapshot!(seen, @r#"
    ann: !ping
    perfbot (to ann: !ping): pong
    ann: !say hello @ann in #general
    perfbot: hello @ann in #general
    ann: !embed
    perfbot:
      | **Stats**
      | all is well
      | p95: 4.1 s
      [7d] (CSV)
      👍 1
    ann: !file
    perfbot: here
      file table.csv, 8 bytes, "two columns"
    "#);
}

#[tokio::test]
async fn everything_happens_when_the_test_says() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    discord.at("2026-03-04T05:06:07Z".parse().expect("a moment"));
    let said = discord.says(ann, general, "!when");
    assert_eq!(discord.answer_to(&said).await.text(), "2026-03-04T05:06:07.000Z 2026-03-04T05:06:07.000Z");
}

#[tokio::test]
async fn every_frame_of_an_edited_message_is_kept() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!stream");
    discord.shows(ann, general, "one two three").await;
    let answer = discord.answer_to(&said).await;
    assert_eq!(answer.frames(), ["one", "one two", "one two three"]);
    assert!(general.seen_by(ann).contains("perfbot (edited): one two three"));
}

#[tokio::test]
async fn files_keep_their_bytes_both_ways() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let post = Post::new("!fetch").with_file("log.txt", "hello", "text/plain").claiming_size(1 << 30);
    let said = discord.says(ann, general, post);
    assert_eq!(discord.answer_to(&said).await.text(), "hello");
    assert_eq!(said.file("log.txt"), b"hello");
    assert!(general.seen_by(ann).contains("file log.txt, 1073741824 bytes"));
    let said = discord.says(ann, general, "!file");
    let answer = discord.answer_to(&said).await;
    assert_eq!(answer.file("table.csv"), b"a,b\n1,2\n");
    assert_eq!(answer.files(), ["table.csv"]);
}

#[tokio::test]
async fn direct_messages_work_until_somebody_closes_them() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    discord.says(ann, general, "!dm");
    discord.shows(ann, &ann.dm(), "psst").await;
    let said = discord.says(ann, &ann.dm(), "!ping");
    assert_eq!(discord.answer_to(&said).await.text(), "pong");
    assert_eq!(discord.dms_of(ann).len(), 3);

    ann.closes_dms();
    discord.says(ann, general, "!dm");
    let refused = || discord.requests().into_iter().find(|request| request.status == Some(403));
    assert!(discord.until(refused).await.path.ends_with("/messages"));
    assert_eq!(discord.dms_of(ann).len(), 3);
}

#[tokio::test]
async fn a_mention_disturbs_only_whom_the_bot_lets_it_disturb() {
    let scene = scene().await;
    let Scene { discord, general, ann, town, .. } = &scene;
    let ops = town.role("Ops");

    let mentions = format!("@everyone {} {}", ann.mention(), ops.mention());
    let said = discord.says(ann, general, format!("!say {mentions}"));
    assert_eq!(discord.answer_to(&said).await.pings(), []);
    let said = discord.says(ann, general, format!("!loud {mentions}"));
    let loud = discord.answer_to(&said).await;
    assert_eq!(loud.pings(), [Ping::Everyone, Ping::Role(ops.id()), Ping::User(ann.id())]);
    assert!(general.seen_by(ann).ends_with("perfbot: @everyone @ann @Ops\n  (notifies everyone, @Ops, @ann)"));
}

#[tokio::test]
async fn a_nonce_keeps_a_message_from_doubling() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let both_sent = || {
        let sent = discord.requests_of(Route::CreateMessage);
        let answered = sent.iter().filter(|request| request.status == Some(200)).count();
        (answered % 2 == 0 && answered > 0).then_some(answered)
    };
    discord.says(ann, general, "!once");
    assert_eq!(discord.until(both_sent).await, 2);
    assert_eq!(general.messages().len(), 2);
    discord.passes(std::time::Duration::from_secs(3_600));
    discord.says(ann, general, "!once");
    discord.until(|| both_sent().filter(|sent| *sent == 4)).await;
    assert_eq!(general.messages().len(), 4);
}

#[tokio::test]
async fn reactions_and_typing_are_seen() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!react");
    discord.until(|| (discord.typing_in(general) == 1).then_some(())).await;
    assert_eq!(said.reactions(), [("👀".to_owned(), 1)]);
    discord.reacts(ann, &said, "🔁");
    discord.shows(ann, general, "🔁 by ann").await;
    discord.unreacts(ann, &said, "🔁");
    discord.edits(ann, &said, "never mind");
    assert!(general.seen_by(ann).contains("ann (edited): never mind\n  👀 1"));
    discord.deletes(ann, &said);
    assert_eq!(general.seen_by(ann), "perfbot: 🔁 by ann");
    assert!(said.is_deleted());
}

#[tokio::test]
async fn a_hidden_channel_is_neither_heard_nor_seen() {
    let scene = scene().await;
    let Scene { discord, town, general, ann, .. } = &scene;
    let (staff, mo) = (town.role("Staff"), town.member("mo"));
    town.gives(&mo, &staff);
    let hidden = town.channel("staff").hidden_from_everyone().allows(&staff, Permissions::VIEW_CHANNEL);

    discord.says(&mo, &hidden, "!ping");
    let said = discord.says(ann, general, "!ping");
    discord.answer_to(&said).await;
    assert_eq!(hidden.seen_by(&mo), "mo: !ping");
    assert_eq!(hidden.seen_by(ann), "(ann does not see #staff)");
    let hidden = hidden.only_for(&staff);
    let said = discord.says(&mo, &hidden, "!ping");
    assert_eq!(discord.answer_to(&said).await.text(), "pong");
}

#[tokio::test]
async fn threads_take_their_rules_from_their_channel() {
    let scene = scene().await;
    let Scene { discord, town, ann, .. } = &scene;
    let news = town.channel("news").denies(&town.everyone(), Permissions::SEND_MESSAGES).nsfw();
    let thread = news.thread("talk").archives();

    let said = discord.says(ann, &thread, "!ping");
    assert_eq!(discord.answer_to(&said).await.text(), "pong");
}

#[tokio::test]
async fn without_the_permission_embeds_are_dropped_from_a_text_and_refused_alone() {
    let scene = scene().await;
    let Scene { discord, town, ann, .. } = &scene;
    let plain = town.channel("plain").denies(&discord.bot(), Permissions::EMBED_LINKS);

    let said = discord.says(ann, &plain, "!embed look");
    assert!(discord.answer_to(&said).await.embeds().is_empty());
    discord.says(ann, &plain, "!embed");
    discord.until(|| discord.requests().into_iter().find(|request| request.status == Some(403))).await;
    assert_eq!(plain.messages().len(), 3);
}

#[tokio::test]
async fn other_bots_and_webhooks_are_heard_as_what_they_are() {
    let scene = scene().await;
    let Scene { discord, town, general, ann, .. } = &scene;

    discord.says(&town.bot("other"), general, "!ping");
    discord.says(&town.webhook("ci"), general, "!ping");
    let said = discord.says(ann, general, "!ping");
    discord.answer_to(&said).await;
    assert_snapshot!(general.seen_by(ann), @"
    other: !ping
    ci: !ping
    ann: !ping
    perfbot (to ann: !ping): pong
    ");
}

#[tokio::test]
#[should_panic(expected = "ann may not write in #news")]
async fn people_cannot_write_where_they_may_not() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let news = town.channel("news").denies(&town.everyone(), Permissions::SEND_MESSAGES);
    discord.says(&town.member("ann"), &news, "hello");
}
