//! A report as a table for spreadsheets: one line a figure, its path and its value.

use serde::Serialize;
use serde_json::Value;

/// The figures of a report, each with its path (`models[0].share`). What is unknown is empty. A text that a spreadsheet
/// would take for a formula is defused with an apostrophe.
pub fn csv(report: &impl Serialize) -> String {
    let mut lines = String::from("figure,value\n");
    // A report that cannot be serialised has no figures to show.
    let figures = serde_json::to_value(report).unwrap_or_default();
    write(&mut lines, "", &figures);
    lines
}

fn write(lines: &mut String, path: &str, value: &Value) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            let dot = if path.is_empty() { "" } else { "." };
            write(lines, &format!("{path}{dot}{name}"), value);
        }),
        Value::Array(items) => items.iter().zip(0..).for_each(|(value, index): (&Value, u32)| {
            write(lines, &format!("{path}[{index}]"), value);
        }),
        Value::Null => lines.push_str(&format!("{},\n", cell(path))),
        Value::String(text) => lines.push_str(&format!("{},{}\n", cell(path), cell(text))),
        number => lines.push_str(&format!("{},{number}\n", cell(path))),
    }
}

fn cell(text: &str) -> String {
    let defused = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    let quoted = defused.contains([',', '"', '\n', '\r']);
    if quoted { format!("\"{}\"", defused.replace('"', "\"\"")) } else { defused }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_figure_has_a_line_and_no_text_is_a_formula() {
        let report = json!({
            "n": 2, "cost": {"usd": null, "delta": -1.5},
            "models": [{"model": "=HYPERLINK(\"x\")"}, {"model": "a, b"}],
        });
        insta::assert_snapshot!(csv(&report), @r#"
        figure,value
        n,2
        cost.usd,
        cost.delta,-1.5
        models[0].model,"'=HYPERLINK(""x"")"
        models[1].model,"a, b"
        "#);
    }
}
