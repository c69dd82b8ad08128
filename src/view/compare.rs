//! The reply to `compare`.

use super::format::{NONE, count, dollars, duration, fit_all, number, share, tokens};
use super::stats::{of, or_none};
use super::{Block, Figure, Frame};
use crate::analysis::compare::{Advantage, BestFor, Comparison, Lead, ModelFigures, Verdict, Verdicts};
use crate::model::{ModelName, QueryType};

/// Columns for the name of a model.
const NAME_COLUMNS: usize = 20;

/// The blocks of the reply.
pub fn blocks(report: &Comparison, frame: &Frame) -> Vec<Block> {
    let labels: Vec<String> = report.models.iter().map(|model| (frame.label)(&model.model)).collect();
    let names = fit_all(&labels, NAME_COLUMNS);
    let at = |wanted: &ModelName| report.models.iter().position(|model| model.model == *wanted);
    let name = |model: &ModelName| at(model).map_or_else(|| model.to_string(), |at| names[at].clone());
    let only = report.query_type.map(|only| format!(", {only} only")).unwrap_or_default();
    let mut blocks =
        frame.headline(&format!("⚡ Model Comparison: {}{only}", names.join(" vs ")), report.n, report.window);
    if report.n == 0 {
        blocks.push(Block::Text("No calls of these models in this window.".into()));
        blocks.push(frame.next_longer(report.window));
        return blocks;
    }
    let verdicts = &report.verdicts;
    let section = |title: &str, figure: fn(&ModelFigures) -> String, winner: String| {
        let figures = report.models.iter().map(|model| Figure::new(name(&model.model), figure(model))).collect();
        [Block::Title(title.into()), Block::Figures(figures), Block::Text(winner)]
    };
    blocks.extend(section("Speed", speed, Words::SPEED.winner(&verdicts.speed, &name)));
    blocks.extend(section("Quality (user ratings)", quality, Words::QUALITY.winner(&verdicts.quality, &name)));
    blocks.extend(section("Cost", cost, Words::COST.winner(&verdicts.cost, &name)));
    blocks.extend([Block::Title("Token Efficiency".into()), token_efficiency(report, &name)]);
    blocks.push(Block::Text(Words::TOKENS.winner(&verdicts.token_efficiency, &name)));
    blocks.extend(recommendation(report, &name));
    blocks.push(like_for_like(report));
    let first = report.models.first().map_or("stats".to_owned(), |model| format!("model {}", model.model));
    blocks.push(frame.next(&format!("perf {first}")));
    blocks
}

fn speed(model: &ModelFigures) -> String {
    match model.response_time_ms.mean {
        Some(mean) => format!("{} avg{}", duration(mean), of(model.response_time_ms.n)),
        None if model.errors.total > 0 => {
            format!("{NONE} ({} of {} failed)", count(model.errors.total), count(model.n))
        }
        None if model.n == 0 => format!("{NONE} (no calls)"),
        None => format!("{NONE} (no times)"),
    }
}

fn quality(model: &ModelFigures) -> String {
    let unrated = if model.n == 0 { "no calls" } else { "not rated" };
    model.rating.mean.map_or_else(|| format!("{NONE} ({unrated})"), |mean| format!("{mean:.1}/5{}", of(model.rating.n)))
}

fn cost(model: &ModelFigures) -> String {
    let unknown = || if model.n == 0 { format!("{NONE} (no calls)") } else { "unknown".to_owned() };
    let mean = model.cost.per_call_usd;
    mean.map_or_else(unknown, |mean| format!("{}/query{}", dollars(mean), of(model.cost.n)))
}

fn token_efficiency(report: &Comparison, name: &dyn Fn(&ModelName) -> String) -> Block {
    let row = |model: &ModelFigures| {
        let usage = &model.tokens;
        let ratio = |ratio: f64| format!("{}:1", if ratio >= 0.1 { format!("{ratio:.1}") } else { number(ratio) });
        let output = or_none(usage.output_mean, |mean| tokens(mean.round() as u64));
        vec![name(&model.model), or_none(usage.input_per_output, ratio), output, count(usage.output_n)]
    };
    let head = ["", "In/out", "Output", "n"].map(str::to_owned).to_vec();
    Block::Table { head, rows: report.models.iter().map(row).collect() }
}

/// The words for who wins at what.
struct Words {
    /// A share of less time, money, tokens; or of a higher rating.
    better: fn(&str) -> String,
    /// What stands before the model that it is better than.
    than: &'static str,
    sign: &'static str,
    /// What it counts.
    counted: &'static str,
    /// Of whom nothing is known.
    unknown: &'static str,
}

impl Words {
    const SPEED: Self = Self {
        better: |by| format!("{by} faster"),
        than: "than",
        sign: " ⚡",
        counted: "timed calls",
        unknown: "not every model has a timed call that ended ok",
    };
    const QUALITY: Self = Self {
        better: |by| format!("+{by} quality"),
        than: "over",
        sign: " ⭐",
        counted: "ratings",
        unknown: "not every model is rated",
    };
    const COST: Self = Self {
        better: |by| format!("{by} cheaper"),
        than: "than",
        sign: " 💰",
        counted: "priced calls",
        unknown: "the cost of some model is not known",
    };
    const TOKENS: Self = Self {
        better: |by| format!("{by} fewer output tokens: more concise"),
        than: "than",
        sign: "",
        counted: "answers",
        unknown: "the output of some model is not known",
    };

    fn winner(&self, verdict: &Verdict, name: &dyn Fn(&ModelName) -> String) -> String {
        match verdict {
            Verdict::Unknown => format!("Winner: {NONE} ({})", self.unknown),
            Verdict::NothingShared => format!("Winner: {NONE} (no type of question that both were asked)"),
            Verdict::NotEnoughData { have, needed } => {
                format!("Winner: {NONE} (not enough data: {have} of {needed} {} of the same types)", self.counted)
            }
            Verdict::NoWinner { difference_share, .. } if *difference_share < 0.02 => {
                "Winner: none (no difference)".into()
            }
            Verdict::NoWinner { difference_share, .. } => {
                format!("Winner: none (a difference of {} may be chance)", share(*difference_share))
            }
            Verdict::Winner { model, leads } => {
                format!("Winner: {} ({}){}", name(model), self.lead(leads, name), self.sign)
            }
        }
    }

    /// Over the only other model, or over the one that comes nearest.
    fn lead(&self, leads: &[Lead], name: &dyn Fn(&ModelName) -> String) -> String {
        let nearest = leads.iter().min_by(|a, b| a.difference_share.total_cmp(&b.difference_share));
        let by = nearest.map(|lead| (self.better)(&share(lead.difference_share))).unwrap_or_default();
        match (leads, nearest) {
            ([_, _, ..], Some(lead)) => format!("{by} {} {}", self.than, name(&lead.over)),
            _ => by,
        }
    }
}

fn recommendation(report: &Comparison, name: &dyn Fn(&ModelName) -> String) -> Vec<Block> {
    let mut blocks = vec![Block::Title("Recommendation".into())];
    if report.best_for.iter().all(|best| best.types.is_empty()) {
        let text = "No type of question for which one is clearly the better choice.";
        blocks.push(Block::Text(text.into()));
        return blocks;
    }
    let line = |best: &BestFor| match &best.types[..] {
        [] => format!("Use {} for: {}", name(&best.model), otherwise(&report.verdicts, &best.model)),
        types => {
            format!("Use {} for: {}", name(&best.model), types.iter().map(advantage).collect::<Vec<_>>().join(", "))
        }
    };
    blocks.push(Block::Text(report.best_for.iter().map(line).collect::<Vec<_>>().join("\n")));
    blocks
}

/// What speaks for a model that is the better choice for no type of question.
fn otherwise(verdicts: &Verdicts, model: &ModelName) -> &'static str {
    match (verdicts.speed.winner() == Some(model), verdicts.cost.winner() == Some(model)) {
        (true, true) => "whatever should be quick or cheap (faster and cheaper on the same questions)",
        (true, false) => "whatever should be quick (faster on the same questions)",
        (false, true) => "whatever should be cheap (cheaper on the same questions)",
        (false, false) => "nothing that it is clearly better at",
    }
}

fn advantage(of: &Advantage) -> String {
    let words = [(of.better_rated, "better rated"), (of.faster, "faster"), (of.cheaper, "cheaper")];
    let why: Vec<&str> = words.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect();
    format!("{} ({})", of.query_type, why.join(" and "))
}

/// On what the verdicts rest.
fn like_for_like(report: &Comparison) -> Block {
    let list = |types: &[QueryType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (shared, apart) = report.shared_types();
    let shared = match &shared[..] {
        [] => "Winners are judged on types of question that the models share; there are none.".to_owned(),
        types => format!("Winners are judged on the same types of question ({}), not on the averages.", list(types)),
    };
    let apart = if apart.is_empty() { String::new() } else { format!(" Not asked of all: {}.", list(&apart)) };
    Block::Note(shared + &apart)
}

#[cfg(test)]
mod tests;
