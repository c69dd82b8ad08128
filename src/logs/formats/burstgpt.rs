//! BurstGPT, a public trace of a campus chat service, in both layouts: the newer one adds `Session ID` and `Elapsed time`.
//!
//! Times are seconds from midnight of its first day, which is not published. A row without response tokens failed.

use super::{Format, Rule};
use crate::logs::field::Field;
use crate::logs::row::Row;
use crate::logs::time::Clock;
use crate::model::Timestamp;

pub const FORMAT: Format = Format {
    name: "burstgpt",
    marks: &[&["Timestamp"], &["Model"], &["Request tokens"], &["Response tokens"], &["Log Type", "Total tokens"]],
    rules: &[
        Rule::any(Field::Timestamp, &["Timestamp"]),
        Rule::any(Field::Model, &["Model"]),
        Rule::any(Field::Session, &["Session ID"]),
        Rule::any(Field::InputTokens, &["Request tokens"]),
        Rule::any(Field::OutputTokens, &["Response tokens"]),
        Rule::seconds(Field::ResponseTime, &["Elapsed time"]),
        Rule::seconds(Field::ModelTime, &["Elapsed time"]),
        Rule::derived(Field::Error, error),
    ],
    is_call: |_| true,
    whole: None,
    epoch: Some(Timestamp(0)),
};

fn error(row: &Row, _: &Clock) -> Option<String> {
    let output = row.text_alike("Response tokens")?;
    (output.parse() == Ok(0.0)).then(|| "no response".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::logs::ReadOptions;
    use crate::logs::tests::shown;

    fn of_2026(text: &str) -> String {
        let mut options = ReadOptions::default();
        options.clock.epoch = Some("2026-01-01T00:00:00Z".parse().unwrap());
        shown(text, &options)
    }

    #[test]
    fn the_older_layout() {
        let text = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n\
            5,ChatGPT,472,18,490,Conversation log\n\
            45.5,GPT-4,1087,0,1087,API log\n";
        insta::assert_snapshot!(of_2026(text), @r"
        2026-01-01T00:00:05Z ChatGPT in=472 out=18
        2026-01-01T00:00:45.500000Z GPT-4 in=1087 out=0 outcome=other
        ");
    }

    #[test]
    fn the_newer_layout() {
        let text = "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n\
            86400.0,a-1,43,GPT-4,906,446,1352,Conversation log\n\
            86401.0,,2.25,ChatGPT,36,29,65,API log\n";
        insta::assert_snapshot!(of_2026(text), @r"
        2026-01-02T00:00:00Z GPT-4 session=a-1 response=43000000 model=43000000 in=906 out=446
        2026-01-02T00:00:01Z ChatGPT response=2250000 model=2250000 in=36 out=29
        ");
        let by_itself = shown(text, &ReadOptions::default());
        assert!(by_itself.starts_with("1970-01-02T00:00:00Z"), "days count from 1970 where no start is given");
    }
}
