//! What people attach to their questions.

use super::World;
use crate::fakes::ai::{Reply, end, text};
use crate::fakes::discord::Post;

fn answers(n: usize) -> Vec<Reply> {
    (0..n).map(|_| Reply::stream([vec![text("I see.")], end()].concat())).collect()
}

#[tokio::test]
async fn text_is_read_pictures_are_looked_at_and_the_rest_is_said() {
    let world = World::answering(answers(3)).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let post = Post::new("!ai what is this?")
        .with_file("message.txt", "a long paste", "text/plain; charset=utf-8")
        .with_file("main.rs", "fn main() {}", "application/octet-stream")
        .with_file("cat.png", b"not really a picture".to_vec(), "image/png")
        .with_file("song.mp3", b"la la".to_vec(), "audio/mpeg")
        .with_file("bad.txt", vec![0xff, 0xfe], "text/plain");
    let answer = world.finished(&world.discord.says(&ann, &general, post)).await;
    let prompt = &world.prompts()[0];
    let question = prompt.as_array().unwrap().last().unwrap();
    assert_eq!(
        question["content"][0]["text"],
        "what is this?\n\n[message.txt]\na long paste\n\n[main.rs]\nfn main() {}"
    );
    let url = question["content"][1]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,"), "{url}");
    assert!(answer.text().contains("-# (song.mp3 is neither text nor a picture, so it was not read.)"));
    assert!(answer.text().contains("-# (bad.txt is not UTF-8 text, so it was not read.)"), "{}", answer.text());
}

#[tokio::test]
async fn what_is_too_large_is_not_even_fetched() {
    let world = World::asking(answers(1), "edit_every = \"0s\"\nmax_file_kb = 1").await;
    let (town, general) = world.town();
    let big = Post::new("!ai read this").with_file("big.log", "x".repeat(1_025), "text/plain");
    let answer = world.finished(&world.discord.says(&town.member("ann"), &general, big)).await;
    assert!(
        answer.text().contains("-# (big.log has 2 kB and 1 kB is the most, so it was not read.)"),
        "{}",
        answer.text()
    );
    let fetched = world.discord.requests().into_iter().filter(|request| request.path.contains("big.log")).count();
    assert_eq!(fetched, 0);
}

#[tokio::test]
async fn a_model_that_cannot_see_says_so() {
    let world = World::new().await;
    let (town, general) = world.town();
    let post = Post::new("!ai what is this?").with_file("cat.png", b"a picture".to_vec(), "image/png");
    let answer = world.finished(&world.discord.says(&town.member("ann"), &general, post)).await;
    assert!(answer.text().contains("-# (This model cannot look at pictures: cat.png was left alone.)"));
}

/// What the model was asked last: its text, and how many pictures came along.
fn last_question(world: &World) -> (String, usize) {
    let prompts = world.prompts();
    let content = &prompts.last().unwrap().as_array().unwrap().last().unwrap()["content"];
    match content.as_array() {
        Some(parts) => (parts[0]["text"].as_str().unwrap().to_owned(), parts.len() - 1),
        None => (content.as_str().unwrap().to_owned(), 0),
    }
}

#[tokio::test]
async fn a_file_or_a_picture_alone_is_a_question() {
    let world = World::answering(answers(4)).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let mention = world.discord.bot().mention();
    for (channel, text) in [(&general, "!ai"), (&general, &*mention), (&ann.dm(), "")] {
        let paste = Post::new(text).with_file("message.txt", "a long paste", "text/plain; charset=utf-8");
        world.finished(&world.discord.says(&ann, channel, paste)).await;
        let (asked, pictures) = last_question(&world);
        assert!(asked.ends_with("[message.txt]\na long paste") && pictures == 0, "{text}: {asked}");
    }
    let picture = Post::new("!ai").with_file("cat.png", b"a picture".to_vec(), "image/png");
    world.finished(&world.discord.says(&ann, &general, picture)).await;
    assert_eq!(last_question(&world), ("[cat.png]".to_owned(), 1), "models take no question without words");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_and_nothing_else_is_said_and_not_asked() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    for text in ["!ai", &*world.discord.bot().mention()] {
        let picture = Post::new(text).with_file("cat.png", b"a picture".to_vec(), "image/png");
        let reply = world.discord.answer_to(&world.discord.says(&ann, &general, picture)).await;
        assert_eq!(reply.text(), "(This model cannot look at pictures: cat.png was left alone.)");
    }
}

#[tokio::test]
async fn what_came_with_the_message_that_a_question_replies_to_is_looked_at_too() {
    let world = World::answering(answers(1)).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let picture = Post::new("look").with_file("cat.png", b"a picture".to_vec(), "image/png");
    let post = world.discord.says(&bob, &general, picture);
    let question = Post::new("!ai what is on it?").replying_to(&post);
    world.finished(&world.discord.says(&ann, &general, question)).await;
    assert_eq!(last_question(&world), ("bob: look\n\nwhat is on it?".to_owned(), 1));
}

#[tokio::test]
async fn a_question_so_long_that_the_client_made_a_file_of_it_is_a_question() {
    let world = World::answering(answers(2)).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let mention = world.discord.bot().mention();
    let paste = |text: String| Post::new("").with_file("message.txt", text, "text/plain; charset=utf-8");
    world.discord.says(&ann, &general, paste("a long text for nobody".to_owned()));
    for name in ["!ai", &mention] {
        let asked = paste(format!("{name} what is meant? {}", "word ".repeat(1_000)));
        world.finished(&world.discord.says(&ann, &general, asked)).await;
        assert!(last_question(&world).0.starts_with("what is meant? word word"), "{}", last_question(&world).0);
    }
    assert_eq!(world.prompts().len(), 2);
}
