//! Figures on Discord: as text and as slash commands, with buttons, suggestions and files.

use super::{World, all_rows};

/// A reply with its figures made the same each time.
fn shape(text: &str) -> String {
    text.lines()
        .map(|line| if line.contains("ms") || line.contains("0.0") { "…" } else { line })
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn stats_as_text_and_as_a_slash_command_with_buttons_that_look_again() {
    let mut world = World::new().await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    world.asks(&ann, &general, "!ai What is Rust?").await;
    let reply = world.ask(&ann, &general, "!perf stats").await;
    insta::assert_snapshot!(shape(&reply.text()), @"
    **📊 Performance Statistics (last 24h, n=1)**
    -# Since 2026-11-20 12:00 UTC (full UTC hour).

    **Response Times:**
    ```
             Response  Model  First token
    …
    …
    P95             –      –            –
    P99             –      –            –
    n               1      1            1
    ```
    -# Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

    **Breakdown by Model:**
    ```
                       Average  Share  Calls
    …
    ```
    **Throughput (whole window):**
    ```
    …
    …
    ```
    **Token Usage:**
    ```
    Total:   92 tokens (n=1)
    Input:   26 tokens (n=1)
    Output:  66 tokens (n=1)
    ```
    **Cost:**
    ```
    …
    …
    …
    …
    …
    Priced:      100% of answers
    ```
    **Waste (failed, back-off, cut, stopped):**
    ```
    Time:  none
    Cost:  none
    ```
    **Errors:**
    ```
    All:  0 of 1 (0%)
    ```
    **Busiest Hours (UTC):**
    ```
    12:00–13:00:  1 call
    ```
    Next: `!perf slowest`
    ");
    assert_eq!(reply.buttons(), ["1 h", "24 h", "7 d", "30 d", "CSV"]);
    let slash = world.uses(&ann, &general, "/perf stats last:7d").await;
    assert!(slash.text().contains("(last 7d, n=1)") && !slash.is_ephemeral(), "{}", slash.text());
    world.stop().await;
    world.start().await;
    let pressed = world.discord.answered(&world.discord.presses(&bob, &reply, "30 d")).await;
    assert_eq!(pressed, reply, "the reply itself is brought up to date");
    assert!(reply.text().contains("(last 30d, n=1)"), "{}", reply.text());
    let file = world.discord.answered(&world.discord.presses(&bob, &reply, "CSV")).await;
    assert!(file.is_ephemeral());
    assert!(String::from_utf8(file.file("stats.csv")).unwrap().starts_with("figure,value\nn,1\n"));
}

#[tokio::test]
async fn model_and_slowest_look_again_too() {
    let mut world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.asks(&ann, &general, "!ai What is Rust?").await;
    let model = world.ask(&ann, &general, "!perf model swift").await;
    let slowest = world.uses(&ann, &general, "/perf slowest top:3").await;
    world.stop().await;
    world.start().await;
    for (reply, line, name) in [(&model, "Swift", "model.csv"), (&slowest, "Slowest", "slowest.csv")] {
        assert_eq!(reply.buttons(), ["1 h", "24 h", "7 d", "30 d", "CSV"]);
        let pressed = world.discord.answered(&world.discord.presses(&ann, reply, "7 d")).await;
        let headline = pressed.text().lines().next().unwrap_or_default().to_owned();
        assert!(headline.contains(line) && headline.contains("(last 7d, n=1)"), "{headline}");
        let file = world.discord.answered(&world.discord.presses(&ann, reply, "CSV")).await;
        assert!(file.is_ephemeral() && !file.file(name).is_empty(), "{}", file.text());
    }
}

#[tokio::test]
async fn what_is_ones_own_is_shown_to_oneself_only() {
    let world = World::new().await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    world.asks(&ann, &general, "!ai hi").await;
    for line in ["/perf stats user:me", "/perf slowest private:true", "/mydata show", "/rate score:4", "/help"] {
        let reply = world.uses(&ann, &general, &line.replace("user:me", &format!("user:{}", ann.name()))).await;
        assert!(reply.is_ephemeral(), "{line}");
    }
    assert!(!general.seen_by(&bob).contains("What is kept of you"));
    let refused = world.ask(&ann, &general, "!perf mydata").await;
    assert!(refused.text().contains("is for your eyes only") && refused.text().contains("/mydata show"));
    let direct = world.ask(&ann, &ann.dm(), "!perf mydata").await;
    assert!(direct.text().contains("What is kept of you"), "{}", direct.text());
}

#[tokio::test]
async fn models_and_windows_are_suggested() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.asks(&ann, &general, "!ai hi").await;
    world.until_stored(all_rows(), |rows| !rows.is_empty()).await;
    let suggested = async |line: &str| {
        let suggestions = world.discord.suggestions(&ann, &general, line).await;
        suggestions.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(suggested("/m name:").await, "sim-swift sim-steady sim-deep");
    assert_eq!(suggested("/m name:deep").await, "sim-deep");
    assert_eq!(suggested("/perf stats model:s").await, "sim-swift");
    assert_eq!(suggested("/perf stats last:3").await, "30d");
}

#[tokio::test]
async fn a_command_that_takes_long_says_so_in_time() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.registered("perf").await;
    let asked = world.discord.slash(&ann, &general, "/ai question:hi");
    let answer = world.discord.answered(&asked).await;
    let deferred = world.discord.requests().into_iter().find(|request| request.path.contains("/callback")).unwrap();
    assert_eq!(deferred.body["type"], 5, "an answer of a model is announced at once");
    world.discord.until(|| answer.text().contains("-# Swift").then_some(())).await;
}

#[tokio::test]
async fn buttons_of_another_version_and_of_nobody_are_answered_too() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.asks(&ann, &general, "!ai hi").await;
    let long = world.ask(&ann, &general, &format!("!perf stats --model sim-swift --type {}", "other")).await;
    assert_eq!(long.buttons().len(), 5);
    let pressed = world.discord.answered(&world.discord.presses(&ann, &long, "7 d")).await;
    assert!(pressed.text().contains("(last 7d, Swift (simulated), other, n="), "{}", pressed.text());
}
