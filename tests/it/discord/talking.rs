//! People ask, the bot answers.

use super::{World, figureless};
use crate::fakes::ai::{Reply, end, text};

#[tokio::test]
async fn a_mention_a_command_a_reply_and_a_direct_message_are_answered() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, &*format!("{} What is Rust?", world.discord.bot().mention()));
    let answer = world.finished(&asked).await;
    let again = world.discord.says(&ann, &general, "!ai What is Python?");
    world.finished(&again).await;
    let reply = crate::fakes::discord::Post::new("And what is Go?").replying_to(&answer);
    let replied = world.discord.says(&ann, &general, reply);
    world.finished(&replied).await;
    world.discord.says(&ann, &general, "just talking");
    world.discord.says(&ann, &general, "!play something");
    let private = world.discord.says(&ann, &ann.dm(), "hello");
    world.finished(&private).await;
    insta::assert_snapshot!(figureless(&general.seen_by(&ann)), @r#"
    ann: @perfbot What is Rust?
    perfbot (to ann: @perfbot What is Rust?): This is a simulated answer: no AI model was asked about “What is Rust”. A real model would now say what “What is Rust” is, and where one meets it. Good answers say what they are not sure about, and this one is sure of nothing. A piece of code would stand here:
      
      ```rust
      fn simulated() -> &'static str {
          "not a real answer"
      }
      ```
      -# Swift (simulated) · …
    ann: !ai What is Python?
    perfbot (to ann: !ai What is Python?): This is a simulated answer: no AI model was asked about “What is Python”. The usual mistakes would be listed here, with how to avoid them. An example usually follows, small enough to follow in one's head. Numbers would be given with their units, and with where they come from. A piece of code would stand here:
      
      ```python
      def simulated():
          return "not a real answer"
      ```
      -# Swift (simulated) · …
    ann (to perfbot: This is a simulated answ…): And what is Go?
    perfbot (to ann: And what is Go?): This is a simulated answer: no AI model was asked about “And what is Go”. Numbers would be given with their units, and with where they come from. These words are only here so that there is something to measure.
      -# Swift (simulated) · …
    ann: just talking
    ann: !play something
    "#);
    insta::assert_snapshot!(figureless(&ann.dm().seen_by(&ann)), @"
    ann: hello
    perfbot (to ann: hello): This is a simulated answer: no AI model was asked about “hello”. The usual mistakes would be listed here, with how to avoid them. It would name the two or three things about “hello” that matter most, and leave out the rest. A real model would now say what “hello” is, and where one meets it. Then it would weigh what speaks for and against “hello”. Choose a real model to learn more.
      -# Swift (simulated) · …
    ");
}

#[tokio::test]
async fn its_name_alone_asks_for_a_question_and_its_role_is_a_name_too() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let reply = world.ask(&ann, &general, &world.discord.bot().mention()).await;
    insta::assert_snapshot!(reply.text(), @"Say behind my name what you want to know, or use /ai (!help lists what else there is)");
    let answer = world.asks(&ann, &general, &format!("{} What is Rust?", town.role_of_bot().mention())).await;
    assert!(answer.text().contains("“What is Rust”"), "{}", answer.text());
}

#[tokio::test]
async fn people_in_a_question_have_names() {
    let world = World::answering([Reply::stream([vec![text("He is.")], end()].concat())]).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    world.asks(&ann, &general, &format!("!ai Is {} right?", bob.mention())).await;
    assert_eq!(world.prompts()[0].as_array().unwrap().last().unwrap()["content"], "Is @bob right?");
}
