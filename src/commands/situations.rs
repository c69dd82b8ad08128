//! What people may meet before there is much to look at: an empty store, one call, one model, nothing but errors, nothing that
//! costs money, a time to come, a model that nobody knows. Each of the commands that look deeper has a sensible reply to each,
//! and none shows a zero where nothing is known.
//!
//! A situation a file. What needs more calls than these is tested with its command.

mod all_errors;
mod all_free;
mod one_call;
mod one_model;
mod refused;
mod unread;

use crate::commands::testing::{Typist, owner_of};
use crate::model::{ErrorClass, Outcome, QueryType};
use crate::testing::{CallBuilder, call};

/// Thirty days up to yesterday with four calls each, made by this.
async fn a_month_of(each: impl Fn(CallBuilder, u64) -> CallBuilder) -> Typist {
    let calls = (0..120).map(|n| {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 10, 22).unwrap() + chrono::Days::new(n / 4);
        let at = format!("{date}T{:02}:{:02}:00Z", 9 + n % 4 * 2, n % 60);
        let call = call("sim-swift").at(&at).guild("town").channel("general").user("ann");
        let query_type = if n % 3 == 0 { QueryType::Code } else { QueryType::Question };
        each(call.query_type(query_type).with(|call| call.context.messages = Some(0)), n)
    });
    owner_of(calls.collect::<Vec<_>>()).await
}

/// A month in which every call failed.
async fn all_errors() -> Typist {
    a_month_of(|call, n| call.ms(900 + n).outcome(Outcome::Error(ErrorClass::Server))).await
}

/// A month of answers that cost nothing.
async fn all_free() -> Typist {
    a_month_of(|call, n| call.ms(1_000 + n * 7 % 90).ttft_ms(300).tokens(500, 100 + n % 9).cost_usd(0.0)).await
}

/// A month of one model.
async fn one_model() -> Typist {
    a_month_of(|call, n| call.ms(1_000 + n * 7 % 90).ttft_ms(300).tokens(500, 100 + n % 9).cost_usd(0.01)).await
}

/// One call, of which nothing but its time and its tokens are known.
async fn one_call() -> Typist {
    owner_of([call("sim-swift").guild("town").channel("general").user("ann").ms(900).tokens(10, 20)]).await
}
