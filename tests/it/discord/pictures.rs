//! Charts on Discord: pictures that say what they show, or text where there are none.

use super::World;

/// A town in which Ann asked three questions.
async fn asked(world: &World) -> (crate::fakes::discord::Person, crate::fakes::discord::Channel) {
    let (town, general) = world.town();
    let ann = town.member("ann");
    for _ in 0..3 {
        world.asks(&ann, &general, "!ai What is Rust?").await;
    }
    (ann, general)
}

#[cfg(feature = "pictures")]
#[tokio::test]
async fn a_chart_is_a_picture_with_a_description() {
    let world = World::new().await;
    let (ann, general) = asked(&world).await;
    let typed = world.ask(&ann, &general, "!perf model swift --chart").await;
    let used = world.uses(&ann, &general, "/perf model name:swift chart:true").await;
    for reply in [typed, used] {
        assert_eq!(reply.files(), ["distribution.png"]);
        let picture = reply.file("distribution.png");
        assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
        let side = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
        assert_eq!(side(16), 1_200);
        assert!((500..1_000).contains(&side(20)), "{} high", side(20));
        assert!(picture.len() < 200_000, "{} bytes", picture.len());
        let description = reply.description("distribution.png").unwrap();
        assert!(
            description.starts_with("Response times of Swift (simulated) (last 24h, n=3). 3 values. P50: "),
            "{description}"
        );
        assert!(reply.text().contains("Median:"), "the figures stand in the text: {}", reply.text());
    }
}

#[cfg(not(feature = "pictures"))]
#[tokio::test]
async fn without_pictures_a_chart_is_text() {
    let world = World::new().await;
    let (ann, general) = asked(&world).await;
    let reply = world.ask(&ann, &general, "!perf model swift --chart").await;
    assert!(reply.files().is_empty());
    assert!(reply.text().contains("← P50"), "{}", reply.text());
    assert!(reply.text().contains("-# This perfbot was built without pictures and PDF"), "{}", reply.text());
}
