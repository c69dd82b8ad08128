//! What is asked for is not there: a time to come, a model that nobody knows, two of the same.

use super::one_model;

/// The commands that look at a time of one's choice.
const OF_A_TIME: [&str; 6] = ["compare swift deep", "history", "heatmap", "bottlenecks", "cost", "report"];

#[tokio::test]
async fn a_time_to_come() {
    let owner = one_model().await;
    for command in OF_A_TIME {
        for to in ["", " --to 2027-02-01"] {
            let reply = owner.says(&format!("!perf {command} --from 2027-01-01{to}")).await;
            assert!(
                reply.starts_with("--from (2027-01-01T00:00:00Z) is still to come, since it is "),
                "{command}: {reply}"
            );
        }
    }
    insta::assert_snapshot!(owner.says("!perf diff 2026-11-01..07 2027-01-01..07").await, @"2027-01-01..07 is still to come: it is 2026-11-21T12:00:13Z now.");
    insta::assert_snapshot!(owner.says("!perf forecast --from 2027-01-01").await, @"Unknown option --from (!perf help forecast shows how)");
    insta::assert_snapshot!(owner.says("!perf why --from 2027-01-01").await, @"Unknown option --from (!perf help why shows how)");
}

#[tokio::test]
async fn a_model_that_nobody_knows() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf compare swift sim-swoft").await, @r#"No calls of a model "sim-swoft"; did you mean sim-swift?"#);
    insta::assert_snapshot!(owner.says("!perf compare claude gpt").await, @r#"No calls of a model "claude"; there are sim-swift."#);
    for command in ["history", "heatmap", "diff yesterday today", "forecast", "cost"] {
        let reply = owner.says(&format!("!perf {command} --model sim-swoft")).await;
        assert_eq!(reply, "No calls of a model \"sim-swoft\"; did you mean sim-swift?", "{command}");
    }
    insta::assert_snapshot!(owner.says("!perf why sim-swoft").await, @r#""sim-swoft" is no number of a call: !perf slowest shows some; or reply to an answer."#);
}

#[tokio::test]
async fn two_of_the_same() {
    let owner = one_model().await;
    insta::assert_snapshot!(owner.says("!perf compare swift swift").await, @"sim-swift is named twice: a model is compared with another one.");
    insta::assert_snapshot!(owner.says("!perf compare swift sim-swift").await, @"sim-swift is named twice: a model is compared with another one.");
    insta::assert_snapshot!(owner.says("!perf diff 7d 3d").await, @"7d and 3d overlap (2026-11-18 12:00 – 2026-11-21 12:00 UTC): name two times apart, since calls in both would be held against themselves.");
    insta::assert_snapshot!(owner.says("!perf diff this-week this-week").await, @"this-week and this-week are the same time: name two that differ.");
}
