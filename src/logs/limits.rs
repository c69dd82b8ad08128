//! What a log can say of one call at the most. A figure beyond is a mistake of the log, and would drown all others in
//! a sum.

use crate::model::{Micros, NanoUsd, Timestamp};

/// The longest time that any part of a call may have taken: a day.
const LONGEST: Micros = Micros(86_400_000_000);
/// The largest number of tokens or attempts.
const MOST: u64 = u32::MAX as u64;
/// The dearest call that is believed: a million dollars.
const DEAREST: NanoUsd = NanoUsd(1_000_000_000_000_000);
/// Behind the last point in time: the end of the year 2199.
const END: Timestamp = Timestamp(7_258_118_400_000_000);

/// A point in time within the years 1970 to 2199.
pub fn time(at: Timestamp) -> Result<Timestamp, &'static str> {
    if (Timestamp(0)..END).contains(&at) { Ok(at) } else { Err("is outside the years 1970 to 2199") }
}

/// A length of time of a day at the most.
pub fn length(length: Micros) -> Result<Micros, &'static str> {
    if length <= LONGEST { Ok(length) } else { Err("is longer than a day") }
}

/// A number of things that fits 32 bits.
pub fn count(count: u64) -> Result<u64, &'static str> {
    if count <= MOST { Ok(count) } else { Err("is too large") }
}

/// A cost that is not negative, and of a million dollars at the most.
pub fn cost(cost: NanoUsd) -> Result<NanoUsd, &'static str> {
    match cost {
        NanoUsd(..0) => Err("is negative"),
        cost if cost > DEAREST => Err("is too large"),
        cost => Ok(cost),
    }
}
