//! A report for tests, with what makes layouts hard: long names, other letters, a long table.

use super::{Document, Section};
use crate::view::chart::samples;
use crate::view::{Block, Chart, Figure};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.into(), blocks }
}

fn chart(chart: Chart) -> Block {
    Block::Chart(Box::new(chart))
}

fn figures(figures: &[(&str, &str)]) -> Block {
    Block::Figures(figures.iter().map(|(label, value)| Figure::new(*label, *value)).collect())
}

/// A month.
pub fn report() -> Document {
    Document {
        title: "Performance report".into(),
        subtitle: "2026-10-22 – 2026-11-21 UTC · 18,240 calls · 3 servers".into(),
        sections: vec![
            summary(),
            section(
                "Response times",
                vec![
                    figures(&[("Average", "2.3s"), ("Median", "1.8s"), ("P95", "4.6s"), ("P99", "9.1s")]),
                    Block::Note("Over 17,911 calls that ended ok.".into()),
                    chart(samples::distribution()),
                    chart(samples::heatmap()),
                ],
            ),
            models(),
            section(
                "Bottlenecks",
                vec![Block::Numbered(vec![
                    words(&[
                        "Issue #1: context too large (high, impact score 71)",
                        "Impact: 1.2s per query, 4,300s per day; $3.90 per day. Current: 28 messages on average.",
                        "Recommendation: !ctx=10. Expected saving: 0.9s per query (31%), $2.80 per day.",
                    ]),
                    words(&["Issue #2: repeats not cached (medium, impact score 38)", "814 questions were asked before within the window, 324 of them within an hour."]),
                ])],
            ),
            section(
                "Historical trends",
                vec![
                    chart(samples::history()),
                    Block::List(words(&[
                        "No clear trend of the response time (Mann–Kendall p=0.31 over 30 days).",
                        "Tokens grow by 4.1% a week (95% interval 1.2% to 7.0%), which at today's prices comes to $11.20 more a month in three months, unless the context is cut as recommended above.",
                    ])),
                ],
            ),
            section(
                "The slowest call",
                vec![chart(samples::waterfall()), Block::Next("!perf why 4711".into())],
            ),
            section(
                "Method and coverage",
                vec![
                    Block::Text("Percentiles are nearest ranks of histograms whose buckets are at most 0.8% wide. Costs are what providers reported, at the prices of the day; 99.2% of answered calls could be priced.".into()),
                    Block::Note("Simulated models have invented prices and are left out of all sums.".into()),
                ],
            ),
        ],
    }
}

fn summary() -> Section {
    section(
        "Executive summary",
        vec![
            Block::Text("Costs can fall from $280 to $168 a month (40%) with three changes, and the average answer comes 0.9 seconds sooner. Nothing else changes for the people who ask.".into()),
            figures(&[
                ("Calls", "18,240 (n=18,240)"),
                ("Average response", "2.3s (P95 4.6s)"),
                ("Cost", "$280.40 a month"),
                ("Error rate", "1.1% (n=18,240)"),
            ]),
            Block::Title("Key findings".into()),
            Block::List(words(&[
                "📈 Wednesday afternoons are slowest (3.5s mean at 14:00, n=212): high volume on one provider.",
                "💰 62% of the money goes to Sonnet for questions that Haiku answers as well (4.6 against 4.7 of 5).",
                "🔁 Every eleventh question is a repeat within a day.",
            ])),
        ],
    )
}

fn models() -> Section {
    let head = words(&["Model", "Calls", "Average", "P95", "Errors", "Cost", "Per query"]);
    let mut rows = vec![
        words(&["Claude Sonnet 4.5", "9,120", "3.1s", "6.8s", "1.2%", "$238.10", "$0.0261"]),
        words(&["Claude Haiku 4.5", "8,804", "1.2s", "2.3s", "0.9%", "$42.30", "$0.0048"]),
        words(&["通义千问-最长的模型名称-用于测试换行-2026-11-21", "201", "4.0s", "–", "2%", "unknown", "unknown"]),
        words(&[
            "Большая языковая модель с очень длинным названием (simulated)",
            "77",
            "2.2s",
            "–",
            "0%",
            "$0.00",
            "$0.00",
        ]),
        words(&["مساعد الذكاء الاصطناعي", "38", "2.9s", "–", "0%", "$0.00", "$0.00"]),
    ];
    rows.extend((1..=24).map(|n| {
        vec![
            format!("fine-tuned-model-{n:02}"),
            n.to_string(),
            "1.0s".into(),
            "–".into(),
            "0%".into(),
            "$0.01".into(),
            "$0.0004".into(),
        ]
    }));
    section(
        "Per-model breakdown",
        vec![Block::Table { head, rows }, Block::Note("P95 is shown from 20 calls on.".into())],
    )
}
