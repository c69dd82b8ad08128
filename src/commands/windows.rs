//! Times that are named by a word: `yesterday`, `2026-11-01`, `2026-11-01..07`, `7d`.

use chrono::{Datelike, Days, NaiveDate};

use super::context::Context;
use super::failure::Failure;
use super::span::{Span, SpanArgs};
use crate::model::{Moment, Timestamp, Window, calendar};

/// A time, and what to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it was typed.
    pub name: String,
    /// The time, as far as it is over.
    pub window: Window,
    /// Whether it goes on.
    pub goes_on: bool,
}

/// The time that a word names; `None` if it names none.
///
/// # Errors
/// It names one that ends before it begins, or that is still to come, or a year that nobody means.
pub fn named(word: &str, cx: &Context) -> Result<Option<Named>, Failure> {
    let name = word.trim().to_lowercase();
    let window = match by_word(&name, cx) {
        Some(window) => window,
        None => match (name.split_once(".."), length(&name, cx)) {
            (Some((from, to)), _) => between(from.trim(), to.trim().trim_start_matches('.'), cx)?,
            (None, Some(window)) => window,
            (None, None) => match date(&name)? {
                Some(date) => day(date, cx),
                None => return Ok(None),
            },
        },
    };
    Ok(Some(so_far(word.trim().to_owned(), window, cx)?))
}

/// The part of a time that is over.
fn so_far(name: String, window: Window, cx: &Context) -> Result<Named, Failure> {
    if window.from >= window.to {
        return Err(Failure::user(format!("{name} ends before it begins: write the earlier time first")));
    }
    if window.from >= cx.now {
        return Err(Failure::user(format!("{name} is still to come: it is {} now", cx.now)));
    }
    let goes_on = window.to > cx.now;
    let window = Span::between(Window { to: window.to.min(cx.now), ..window }, cx).window;
    Ok(Named { name, window, goes_on })
}

fn by_word(word: &str, cx: &Context) -> Option<Window> {
    let zone = cx.services.zone;
    let before = |window: Window, of: fn(Timestamp, _) -> Window| of(window.from.plus(-1), zone);
    let (day, week, month) =
        (calendar::day_of(cx.now, zone), calendar::week_of(cx.now, zone), calendar::month_of(cx.now, zone));
    match word {
        "today" => Some(day),
        "yesterday" => Some(before(day, calendar::day_of)),
        "this-week" | "week" => Some(week),
        "last-week" => Some(before(week, calendar::week_of)),
        "this-month" | "month" => Some(month),
        "last-month" => Some(before(month, calendar::month_of)),
        _ => None,
    }
}

/// The last stretch of time of a length, `7d`, behind the one before it.
pub fn last_two(word: &str, cx: &Context) -> Option<[Named; 2]> {
    let word = word.trim().to_lowercase();
    let last = length(&word, cx)?;
    let length = i64::try_from(last.length().0).ok()?;
    // What is a day or longer begins on a full hour, and so does what lies before it.
    let length = if length >= Timestamp::DAY { length - length % Timestamp::HOUR } else { length };
    let before = Window { from: last.from.plus(-length), to: last.from };
    let named = |name: String, window| Named { name, window: Span::between(window, cx).window, goes_on: false };
    Some([named(format!("{word} before"), before), named(format!("last {word}"), last)])
}

/// The last stretch of time of a length: `24h`, `7d`.
fn length(word: &str, cx: &Context) -> Option<Window> {
    let last = SpanArgs { last: Some(word.to_owned()), ..SpanArgs::default() };
    last.resolve(cx).ok().map(|span| span.window)
}

/// From one date or moment to another; a date counts to its end, and of the second the day is enough.
fn between(from: &str, to: &str, cx: &Context) -> Result<Window, Failure> {
    let unreadable =
        |text: &str| Failure::user(format!("{text:?} is no time: write 2026-11-01..07 or 2026-11-01..2026-11-07"));
    let zone = cx.services.zone;
    let moment = |text: &str| text.parse::<Moment>().ok().map(|moment| moment.at(zone));
    let first = date(from)?;
    let last = match date(to)? {
        Some(date) => Some(date),
        None => to.parse().ok().zip(first).and_then(|(day, first)| first.with_day(day)),
    };
    let begin = first.map(|date| calendar::start_of(date, zone)).or_else(|| moment(&from.to_uppercase()));
    let end = last.map(|date| day(date, cx).to).or_else(|| moment(&to.to_uppercase()));
    Ok(Window { from: begin.ok_or_else(|| unreadable(from))?, to: end.ok_or_else(|| unreadable(to))? })
}

fn day(date: NaiveDate, cx: &Context) -> Window {
    let zone = cx.services.zone;
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    Window { from: calendar::start_of(date, zone), to: calendar::start_of(next, zone) }
}

fn date(text: &str) -> Result<Option<NaiveDate>, Failure> {
    let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") else { return Ok(None) };
    match text.parse::<Moment>() {
        Ok(_) => Ok(Some(date)),
        Err(error) => Err(Failure::user(format!("{text:?} is no time: {error}"))),
    }
}
