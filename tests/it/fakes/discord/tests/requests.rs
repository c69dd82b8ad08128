//! Requests that go wrong: because they are refused, because a test wants it, or because Discord does not know them.

use serde_json::json;
use serenity::all::{ChannelId, Error, HttpError};

use super::super::{FakeDiscord, Fault, Route, Said, openapi};
use super::refusals::{http, send};
use super::{Scene, scene};

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let discord = FakeDiscord::start().await;
    let general = discord.guild("Town").channel("general");
    assert_eq!(send(&http(&discord, "wrong"), &general, "hello").await, Err((401, 0)));
}

#[tokio::test]
async fn too_long_a_text_is_refused_with_its_place() {
    let discord = FakeDiscord::start().await;
    let general = discord.guild("Town").channel("general");
    let http = http(&discord, discord.token());
    let body = json!({ "content": "x".repeat(2_001), "embeds": [{ "title": "y".repeat(257) }] });
    let sent = http.send_message(ChannelId::new(general.id()), Vec::new(), &body).await;
    let Err(Error::Http(HttpError::UnsuccessfulRequest(refused))) = sent else { panic!("{sent:?}") };
    assert_eq!(refused.error.code, 50035);
    let places: Vec<&str> = refused.error.errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(places, ["content", "embeds.0.title"]);
    // Discord's description knows one of the two.
    assert!(discord.take_violations().len() < 2);
}

#[tokio::test]
async fn planned_faults_happen_as_often_as_planned() {
    let discord = FakeDiscord::start().await;
    let general = discord.guild("Town").channel("general");
    let http = http(&discord, discord.token());

    discord.fail_next(Route::CreateMessage, Fault::RateLimited { retry_after_s: 0.5, global: false });
    discord.fail_next(Route::CreateMessage, Fault::Status(502));
    discord.fail_times(2, Route::CreateMessage, Fault::Code(403, 50013));
    discord.fail_next(Route::CreateMessage, Fault::HangUp);
    discord.fail_next(Route::CreateMessage, Fault::LoseAnswer);
    let mut outcomes = Vec::new();
    for text in ["a", "b", "c", "d", "e", "f", "g"] {
        outcomes.push(send(&http, &general, text).await.err());
    }
    let expected = [(429, -1), (502, 0), (403, 50013), (403, 50013), (0, 0), (0, 0)].map(Some);
    assert_eq!(outcomes[..6], expected);
    assert_eq!(outcomes[6], None);
    let texts: Vec<String> = general.messages().iter().map(Said::text).collect();
    assert_eq!(texts, ["f", "g"]);
    let statuses: Vec<Option<u16>> = discord.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(429), Some(502), Some(403), Some(403), None, None, Some(200)]);
}

#[tokio::test]
async fn everything_may_go_wrong_at_once() {
    let discord = FakeDiscord::start().await;
    let general = discord.guild("Town").channel("general");
    let http = http(&discord, discord.token());

    discord.fail_everything(Fault::Status(503));
    assert_eq!(send(&http, &general, "hello").await, Err((503, 0)));
    assert!(http.get_current_user().await.is_err());
    discord.clear_faults();
    assert_eq!(send(&http, &general, "hello").await, Ok(()));
}

#[tokio::test]
async fn a_held_request_is_done_when_it_is_released() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let held = discord.hold(Route::EditMessage);
    let said = discord.says(ann, general, "!stream");
    held.reached().await;
    let answer = discord.answer_to(&said).await;
    assert_eq!(answer.text(), "one");
    held.release();
    discord.shows(ann, general, "three").await;
}

#[tokio::test]
async fn a_request_that_discord_does_not_know_is_noticed() {
    let discord = FakeDiscord::start().await;
    let general = discord.guild("Town").channel("general");
    let http = http(&discord, discord.token());
    let body =
        json!({ "content": "hello", "embeds": [{ "title": 5 }], "components": [{ "type": 1, "components": [] }] });
    let sent = http.send_message(ChannelId::new(general.id()), Vec::new(), &body).await;
    assert!(sent.is_err());
    let violations = discord.take_violations();
    if openapi::is_here() {
        assert!(violations.iter().any(|violation| violation.contains("/embeds/0/title")), "{violations:?}");
    }
}

#[tokio::test]
#[should_panic(expected = "Discord does not know these requests")]
async fn a_fake_complains_when_it_is_dropped() {
    let discord = FakeDiscord::start().await;
    let http = http(&discord, discord.token());
    assert!(http.get_voice_regions().await.is_err());
}
