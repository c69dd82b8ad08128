//! Connections as they are outside of tests: encrypted, and with a platform that limits how often it may be asked.

use std::time::{Duration, Instant};

use perfbot::chat::discord::way;
use serenity::all::{CreateMessage, Http, UserId};

use crate::fakes::ai::{FakeAi, Reply, end, text};
use crate::fakes::discord::{Channel, FakeDiscord, Route};
use crate::fakes::tls::TlsFront;
use crate::harness::{Perfbot, Run};

async fn asked(bot: Perfbot) -> Run {
    tokio::task::spawn_blocking(move || bot.feed(&["console"], "hello\n")).await.unwrap()
}

#[tokio::test]
async fn models_are_asked_over_tls_and_only_with_a_certificate_that_is_trusted() {
    let reply = Reply::stream([vec![text("Hello to you.")], end()].concat());
    let ai = FakeAi::start([reply]).await;
    let front = TlsFront::of("localhost", &ai.address).await;
    let address = format!("https://localhost:{}/", front.address.port());
    let bot = || Perfbot::asking(&address, "vllm").with("TEST_KEY", "a-key").with("PERFBOT_ANSWER__RETRIES", "0");
    let stranger = asked(bot()).await;
    assert!(stranger.out.starts_with("No answer: "), "{}", stranger.out);
    assert!(ai.seen().is_empty(), "nothing was said to whom nobody trusts");
    let trusting = bot();
    let root = trusting.write("root.pem", &front.root);
    let friend = asked(trusting.with("SSL_CERT_FILE", &root.to_string_lossy())).await;
    assert!(friend.out.starts_with("Hello to you."), "{}\n{}", friend.out, friend.err);
}

/// The way to Discord, as the program takes it, to a fake that stands for discord.com.
fn through(front: &TlsFront, discord: &FakeDiscord) -> Http {
    let root = reqwest_of_serenity::Certificate::from_pem(front.root.as_bytes()).unwrap();
    let client =
        reqwest_of_serenity::Client::builder().add_root_certificate(root).resolve("discord.com", front.address);
    way(&discord.token().to_owned().into()).client(client.build().unwrap()).build()
}

async fn posts(http: &Http, channel: &Channel, text: &str) {
    let channel = serenity::all::ChannelId::new(channel.id());
    channel.send_message(http, CreateMessage::new().content(text)).await.unwrap();
}

#[tokio::test]
async fn where_discord_limits_a_route_the_client_waits_and_is_never_refused() {
    let discord = FakeDiscord::start().await;
    let front = TlsFront::of("discord.com", discord.address()).await;
    let general = discord.guild("Town").channel("general");
    let http = through(&front, &discord);
    assert_ne!(http.get_current_user().await.unwrap().id, UserId::new(1));
    let pause = Duration::from_millis(400);
    discord.allows(Route::CreateMessage, 2, pause);
    let start = Instant::now();
    for n in 0..5 {
        posts(&http, &general, &format!("message {n}")).await;
    }
    assert!(start.elapsed() >= 2 * pause, "two pauses lie between five messages");
    assert_eq!(general.messages().len(), 5);
    assert!(discord.requests().iter().all(|request| request.status != Some(429)), "it kept to what the headers said");
}

#[tokio::test]
async fn a_refusal_that_no_header_foretold_is_waited_for_by_the_client_itself() {
    let discord = FakeDiscord::start().await;
    let front = TlsFront::of("discord.com", discord.address()).await;
    let general = discord.guild("Town").channel("general");
    let http = through(&front, &discord);
    let limited = crate::fakes::discord::Fault::RateLimited { retry_after_s: 0.2, global: true };
    discord.fail_next(Route::CreateMessage, limited);
    posts(&http, &general, "late").await;
    assert_eq!(general.messages().len(), 1);
    let statuses: Vec<_> = discord.requests_of(Route::CreateMessage).iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(429), Some(200)]);
}
