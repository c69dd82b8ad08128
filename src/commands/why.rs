//! `!perf why`: where the time of one call went.

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::why::{self, USUAL_CAP, USUAL_SPAN, WhyInput};
use crate::model::{CallId, Filter, MessageId, StoredCall, Timestamp, Window};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};
use clap::Args;

/// The command.
pub struct Why;

/// Its arguments.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// A call's number, or the id or link of its answer. Without it: the answer you reply to, or the last one here.
    #[arg(value_name = "CALL")]
    call: Option<String>,
}

impl Command for Why {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "why",
        summary: "Where one call's time went, stage by stage.",
        details: "Reply to an answer, or name a call by the number that perf slowest shows. It is held against calls of \
                  the same model and type in the 30 days before it, from 6 such calls on.",
        examples: &["perf why", "perf why 4711"],
        slash: "perf why",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = WhyArgs;
    type Facts = WhyInput;
    type Report = why::Why;

    async fn load(args: WhyArgs, cx: &Context) -> Result<WhyInput, Failure> {
        let call = match args.call.as_deref().map(str::trim).filter(|word| !word.is_empty()) {
            Some(word) => named(word, cx).await?,
            None => meant(cx).await?,
        };
        let window = Window { from: call.call.at.plus(-USUAL_SPAN), to: call.call.at };
        let filter =
            Filter { model: Some(call.call.model.clone()), query_type: Some(call.call.query_type), user: None };
        let recent = question::Recent { window, scope: cx.scope(), filter, limit: USUAL_CAP };
        let usual = cx.services.store.ask(recent).await?;
        let call = cx.veiled(vec![call]).pop().ok_or_else(nothing_here)?;
        Ok(WhyInput { call, window, usual })
    }

    fn analyze(input: WhyInput) -> Analyzed<why::Why> {
        Analyzed::report(why::why(input))
    }

    fn render(why: &why::Why, cx: &Context) -> Vec<Block> {
        cx.framed(&WindowTitle::Last("30d".to_owned()), |frame| view::why::blocks(why, frame))
    }
}

/// The call of that number, or whose answer the message of that number carries.
async fn named(word: &str, cx: &Context) -> Result<StoredCall, Failure> {
    let number = word.rsplit('/').next().unwrap_or(word).trim_start_matches('#');
    let id = number.parse().map_err(|_| {
        let typed = cx.typed("perf slowest");
        Failure::user(format!("{word:?} is no number of a call: {typed} shows some; or reply to an answer"))
    })?;
    if let Some(call) = shown(CallId(id), cx).await? {
        return Ok(call);
    }
    let call = answer_in(number.into(), cx).await?;
    call.ok_or_else(|| Failure::user(format!("there is no call or answer {number} that may be shown here")))
}

/// The answer that is replied to, or else the last one here.
async fn meant(cx: &Context) -> Result<StoredCall, Failure> {
    if let Some(message) = &cx.reply_to {
        let call = answer_in(message.clone(), cx).await?;
        return call.ok_or_else(|| Failure::user("the message you reply to is no answer that I know the figures of"));
    }
    let last = question::LastAnswer { channel: cx.place.channel.clone(), user: None };
    match cx.services.store.ask(last).await? {
        Some(last) => shown(last.id, cx).await?.ok_or_else(nothing_here),
        None => Err(nothing_here()),
    }
}

fn nothing_here() -> Failure {
    Failure::user("there is no answer here yet: name the number of a call")
}

/// The call whose answer a message carries, if it may be shown here.
async fn answer_in(message: MessageId, cx: &Context) -> Result<Option<StoredCall>, Failure> {
    let asked = Window { from: Timestamp(i64::MIN), to: cx.now };
    match cx.services.store.ask(question::AnswerOf { message, asked }).await? {
        Some(answer) => shown(answer.id, cx).await,
        None => Ok(None),
    }
}

/// The call of that number, if it may be shown here.
async fn shown(call: CallId, cx: &Context) -> Result<Option<StoredCall>, Failure> {
    let one = question::One { call, scope: cx.scope(), readable: cx.readable.clone() };
    Ok(cx.services.store.ask(one).await?)
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_keeping, owner_of};
    use crate::model::{ErrorClass, Outcome, QueryType, Role, StorePrompts};
    use crate::testing::{CallBuilder, call};

    /// Twenty usual answers, and one that was long and came after a failed attempt.
    fn a_long_one() -> Vec<CallBuilder> {
        let of = |minute: usize| {
            let call = call("sim-deep").at(&format!("2026-11-20T13:{minute:02}:00Z")).guild("town").channel("ops");
            call.user("bob").query_type(QueryType::Code)
        };
        let usual = (0..20).map(|n| {
            of(n)
                .ms(3_000 + 20 * n as u64)
                .model_ms(2_950 + 20 * n as u64)
                .ttft_ms(850)
                .tokens(1_200, 2_001 + 10 * n as u64)
        });
        let long = of(30).ms(12_300).model_ms(9_950).ttft_ms(850).tokens(1_300, 9_200).attempts(2, 2_000, 310);
        let long = long.failing([ErrorClass::RateLimit]);
        usual.chain([long.cost_usd(0.14).with(|call| call.message = Some("71 72".into()))]).collect()
    }

    #[tokio::test]
    async fn of_a_long_answer() {
        let owner = owner_of(a_long_one()).await;
        insta::assert_snapshot!(owner.says("!perf why 21").await, @"
        🔎 Where 12.3s went: call 21
        Code generation, Deep (simulated), 2026-11-20 13:30 UTC

        12.3s: 9.1s writing 9,200 tokens (typical 2,091), 2.0s back-off after a failed attempt (rate limit), 850ms to the first token (typical 850ms).
        Slow: 100% of 20 code answers of Deep (simulated) in the 30 days before it were faster (typical 3.2s).

        Stages:
                         Time  Typical  Share
        perfbot          40ms     50ms   0.3%
        Failed attempt  310ms      0ms   2.5%
        Back-off         2.0s      0ms    16%
        First token     850ms    850ms   6.9%
        Writing          9.1s     2.3s    74%
        All             12.3s     3.2s

        Longer Than Typical:
        - about 7.8s: a longer answer
        - about 2.0s: back-off between attempts

        Where the 12.3s of call 21 went
        perfbot         ╵                         40ms (typical 50ms)
        Failed attempt  x                         0.3s · rate limit
        Back-off         ░░░░                     2.0s
        First token          ▒╵                   0.8s (typical 0.8s)
        Writing               █████╵████████████  9.1s · 9,200 tokens (typical 2.3s)
                        0                  12.3s
        ■ perfbot  ▒ model reads  █ model writes  ░ waiting  x failed  ╵ typical end

        This Call:
        Input tokens:   1,300 (typical 1,200)
        Output tokens:  9,200 (typical 2,091)
        Attempts:       2 (1 failed: rate limit)
        Cost:           $0.14
        Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece.

        Next: !help persona
        ");
    }

    #[tokio::test]
    async fn of_the_answer_that_is_replied_to_or_named_or_the_last_one() {
        let bob = owner_of(a_long_one()).await.other("bob", Role::Member).in_guild("town", "ops");
        let whole = bob.says("!perf why 21").await;
        assert_eq!(bob.replying_to("72").says("!perf why").await, whole);
        assert_eq!(bob.says("!perf why https://chat.example/town/ops/71").await, whole);
        assert_eq!(bob.says("!perf why #21").await, whole);
        assert_eq!(bob.says("!perf why").await, whole);
        insta::assert_snapshot!(bob.replying_to("73").says("!perf why").await, @"The message you reply to is no answer that I know the figures of.");
    }

    #[tokio::test]
    async fn of_others_only_as_far_as_single_calls_may_be_seen() {
        let owner = owner_of(a_long_one()).await;
        let (bob, eve) = (owner.other("bob", Role::Member), owner.other("eve", Role::Member));
        assert!(bob.says("!perf why 21").await.contains("call 21"), "his own, in private");
        insta::assert_snapshot!(eve.says("!perf why 21").await, @"There is no call or answer 21 that may be shown here.");
        insta::assert_snapshot!(eve.says("!perf why 71").await, @"There is no call or answer 71 that may be shown here.");
        assert!(eve.in_guild("town", "ops").says("!perf why 21").await.contains("call 21"), "she reads the channel");
        let elsewhere = eve.in_guild("town", "general");
        assert!(elsewhere.says("!perf why 21").await.contains("that may be shown here"));
        assert!(elsewhere.replying_to("71").says("!perf why").await.contains("no answer that I know"));
        assert!(eve.in_guild("village", "ops").says("!perf why 21").await.contains("that may be shown here"));
    }

    #[tokio::test]
    async fn of_one_call_of_a_failed_one_and_of_one_without_times() {
        let failed =
            call("sim-swift").ms(7_000).outcome(Outcome::Error(ErrorClass::RateLimit)).attempts(4, 5_000, 1_900);
        let failed = failed.with(|call| call.times.model = None);
        let owner = owner_of([call("sim-swift").ms(900).tokens(10, 20), failed, call("gpt")]).await;
        insta::assert_snapshot!(owner.says("!perf why 1").await, @"
        🔎 Where 900ms went: call 1
        Type unknown, Swift (simulated), 2026-11-20 12:00 UTC

        900ms: 900ms answering with 20 tokens.
        Typical: – (not enough data: 0 of 6 answers of unknown type of Swift (simulated) in the 30 days before it)

        Stages:
                 Time  Typical  Share
        Answer  900ms        –   100%
        All     900ms        –

        Where the 900ms of call 1 went
        Answer  ██████████████████████████████████████████████████  0.9s · 20 tokens
                0                                             0.9s
        █ model writes

        This Call:
        Input tokens:   10
        Output tokens:  20
        Attempts:       1
        Cost:           unknown
        Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece.

        Next: !perf slowest
        ");
        insta::assert_snapshot!(owner.says("!perf why 2").await, @"
        🔎 Where 7.0s went: call 2
        Type unknown, Swift (simulated), 2026-11-20 12:00 UTC

        7.0s: 5.0s back-off between attempts, 1.9s in 4 failed attempts. It ended: rate limit.
        Typical: – (not enough data: 0 of 6 answers of unknown type of Swift (simulated) in the 30 days before it)

        Stages:
                          Time  Typical  Share
        perfbot          100ms        –   1.4%
        Failed attempts   1.9s        –    27%
        Back-off          5.0s        –    71%
        All               7.0s        –

        Where the 7.0s of call 2 went
        perfbot          ■                                         0.1s
        Failed attempts   xxxxxxxxxx                               1.9s · rate limit
        Back-off                    ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  5.0s
                         0                                   7.0s
        ■ perfbot  ░ waiting  x failed

        This Call:
        Input tokens:   unknown
        Output tokens:  unknown
        Attempts:       4 (4 failed; the last: rate limit, why the others is not known)
        Cost:           unknown
        Typical: medians. Failed attempts, back-off and perfbot's own work are known in sum; each is drawn in one piece.

        Next: !perf slowest
        ");
        insta::assert_snapshot!(owner.says("!perf why 3").await, @"
        🔎 Where the time went: call 3
        Type unknown, gpt, 2026-11-20 12:00 UTC

        Nothing is known of its time; it ended: ok.

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn a_prompt_shows_only_where_it_may() {
        let owner = owner_keeping(StorePrompts::Preview, a_day()).await;
        assert!(owner.says("!perf why 35").await.contains("\"a reasoning prompt\""));
        let bob = owner.other("bob", Role::Member).in_guild("town", "ops");
        assert!(!bob.says("!perf why 26").await.contains("prompt"));
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf why").await, @"There is no answer here yet: name the number of a call.");
        insta::assert_snapshot!(owner.says("!perf why 4711").await, @"There is no call or answer 4711 that may be shown here.");
        insta::assert_snapshot!(owner.says("!perf why so slow").await, @r#""slow" is one word too many (!perf help why shows how)"#);
        insta::assert_snapshot!(owner.says("!perf why slow").await, @r#""slow" is no number of a call: !perf slowest shows some; or reply to an answer."#);
        insta::assert_snapshot!(owner.says("!perf why 99999999999999999999").await, @r#""99999999999999999999" is no number of a call: !perf slowest shows some; or reply to an answer."#);
    }
}
