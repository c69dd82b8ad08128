//! Commands, suggestions, buttons, menus, forms, and their answers.

use insta::assert_snapshot;
use serde_json::json;
use serenity::model::Permissions;

use super::super::{Answer, Route};
use super::{Scene, scene};

#[tokio::test]
async fn a_command_is_deferred_answered_and_followed_up() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;
    discord.registered("perf").await;

    let asked = discord.slash(ann, general, "/perf stats last:7 days");
    discord.shows(ann, general, "and more").await;
    assert_eq!(asked.answer(), Answer::Deferred);
    assert_eq!(asked.messages().len(), 2);
    assert_snapshot!(general.seen_by(ann), @r#"
    ann used /perf stats last:7 days
    perfbot: [{"name":"stats","type":1,"options":[{"name":"last","type":3,"value":"7 days"}]}]
    perfbot: and more
    "#);
}

#[tokio::test]
async fn a_promised_answer_is_seen_as_thinking() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;
    discord.registered("perf").await;

    let held = discord.hold(Route::EditAnswer);
    let asked = discord.slash(ann, general, "/perf stats last:1h");
    held.reached().await;
    assert_snapshot!(general.seen_by(ann), @"
    ann used /perf stats last:1h
    perfbot:
      (thinking)
    ");
    assert_eq!(asked.message(), None);
    held.release();
    assert_eq!(discord.answered(&asked).await.frames().len(), 1);
}

#[tokio::test]
async fn a_secret_answer_is_seen_by_one_person_only() {
    let scene = scene().await;
    let Scene { discord, town, general, ann, .. } = &scene;
    let mo = town.member_with("mo", Permissions::MANAGE_GUILD);
    discord.registered("perf").await;

    assert_eq!(discord.offered(ann, general), ["perf", "who"]);
    assert_eq!(discord.offered(&mo, general), ["perf", "admin", "who"]);
    assert_eq!(discord.offered(ann, &ann.dm()), ["perf", "admin"]);
    let asked = discord.slash(&mo, general, "/admin");
    discord.shows(&mo, general, "and more").await;
    assert!(discord.answered(&asked).await.is_ephemeral());
    assert_eq!(general.seen_by(ann), "");
    assert_snapshot!(general.seen_by(&mo), @"
    mo used /admin
    perfbot (only mo sees this): []
    perfbot (only mo sees this): and more
    ");
}

#[tokio::test]
async fn a_command_in_a_direct_message_is_answered_there() {
    let scene = scene().await;
    let Scene { discord, ann, .. } = &scene;
    discord.registered("perf").await;

    let asked = discord.slash(ann, &ann.dm(), "/perf stats last:1h");
    assert!(discord.answered(&asked).await.text().contains("1h"));
}

#[tokio::test]
async fn people_roles_and_channels_are_resolved() {
    let scene = scene().await;
    let Scene { discord, town, general, ann, .. } = &scene;
    town.role("Ops");
    discord.registered("perf").await;

    let asked = discord.slash(ann, general, "/who user:@ann role:@Ops channel:#general");
    let answer = discord.answered(&asked).await;
    assert!(answer.text().contains(&ann.id().to_string()));
    discord.shows(ann, general, "resolved (1, 1, 1)").await;
}

#[tokio::test]
async fn half_a_command_is_completed() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;
    discord.registered("perf").await;

    let suggested = discord.suggestions(ann, general, "/perf stats model:son").await;
    assert_eq!(suggested, [("sonnet".to_owned(), json!("sonnet-5")), ("son".to_owned(), json!("son-1"))]);
    assert_eq!(general.seen_by(ann), "");
}

#[tokio::test]
async fn a_button_changes_its_message() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!embed");
    let panel = discord.answer_to(&said).await;
    assert_eq!(panel.buttons(), ["7d", "CSV"]);
    let pressed = discord.presses(ann, &panel, "7d");
    assert_eq!(discord.answered(&pressed).await, panel);
    assert_snapshot!(general.seen_by(ann), @"
    ann: !embed
    perfbot (edited):
      | **Stats, days**
    ");
}

#[tokio::test]
async fn a_menu_may_open_a_form() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!menu");
    let menu = discord.answer_to(&said).await;
    let chosen = discord.chooses(ann, &menu, "Pick one", &["Second"]);
    discord.until(|| chosen.is_acknowledged().then_some(())).await;
    assert_snapshot!(general.seen_by(ann), @"
    ann: !menu
    perfbot: choose
      [Pick one: First | Second]
    ann pressed [Pick one] Second
      (form: Tell me – Why)
    ");
    let sent = discord.submits(&chosen, &[("Why", "because")]);
    assert_eq!(discord.answered(&sent).await.text(), "2: because");
}

#[tokio::test]
async fn a_button_may_be_settled_first_and_change_its_message_later() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!later");
    let panel = discord.answer_to(&said).await;
    let held = discord.hold(Route::EditAnswer);
    let pressed = discord.presses(ann, &panel, "later");
    held.reached().await;
    assert_eq!((pressed.answer(), pressed.message()), (Answer::DeferredUpdate, None));
    held.release();
    assert_eq!(discord.answered(&pressed).await.text(), "now");
}

#[tokio::test]
#[should_panic(expected = "is greyed out")]
async fn a_greyed_out_button_cannot_be_pressed() {
    let scene = scene().await;
    let Scene { discord, general, ann, .. } = &scene;

    let said = discord.says(ann, general, "!embed");
    discord.presses(ann, &discord.answer_to(&said).await, "CSV");
}
