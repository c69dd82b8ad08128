//! Trains the query-type model, says how good it is, and writes `src/prompt/query_type.bin`.
//!
//!     cargo run --release --example train_query_type [FILE]
//!
//! What the types mean and what is printed: `docs/prompts.md`. It learns from our own labelled lines in
//! `src/prompt/labelled` and, where it is there, from the Arena-Hard prompts (version 2.0) in FILE, by default
//! `../shared/data/prompts/arena_hard.jsonl`. What is printed is measured on prompts that the model of that fold has not
//! seen, with weights rounded as they ship. The seed is fixed, so a second run prints the same figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use perfbot::model::QueryType;
use perfbot::prompt::features::{self, BUCKETS};
use perfbot::prompt::weights::{TYPES, Weights, rounded_idf, softmax};

const SEED: u64 = 20;
const FOLDS: usize = 5;
const EPOCHS: usize = 20;
const RATE: f32 = 0.1;
/// Pulls weights towards zero, at each step, by this share of themselves.
const DECAY: f32 = 1e-5;
/// One of our own lines counts as much as this many of the Arena-Hard prompts, which are longer than people chat.
const OWN_WEIGHT: f32 = 2.0;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file =
        std::env::args().nth(1).map_or_else(|| root.join("../shared/data/prompts/arena_hard.jsonl"), PathBuf::from);
    let arena = arena(&file)?;
    let own = labelled(&root.join("src/prompt/labelled"))?;
    println!("{} Arena-Hard prompts, {} lines of our own, {FOLDS}-fold, seed {SEED}", arena.len(), own.len());

    if arena.is_empty() {
        println!("{} is not there: training on our own lines alone, and nothing is written", file.display());
    } else {
        report("Arena-Hard, its three types, trained on nothing else", &cross_validate(&arena, &[]));
        report("Arena-Hard, six types, trained with all our own lines", &cross_validate(&arena, &own));
    }
    report("our own lines, six types, trained with what there is of Arena-Hard", &cross_validate(&own, &arena));

    let all: Vec<&Sample> = arena.iter().chain(&own).collect();
    let model = train(&all);
    let target = root.join("src/prompt/query_type.bin");
    if !arena.is_empty() {
        fs::write(&target, &model).with_context(|| format!("cannot write {}", target.display()))?;
        println!("wrote {} ({} bytes)", target.display(), model.len());
    }
    print_times();
    Ok(())
}

/// A prompt as the model sees it.
struct Sample {
    class: usize,
    buckets: Vec<usize>,
    weight: f32,
}

impl Sample {
    fn new(query_type: QueryType, text: &str, weight: f32) -> Self {
        let mut buckets = Vec::new();
        features::each(text, |bucket| buckets.push(bucket));
        Self { class: class_of(query_type), buckets, weight }
    }
}

fn class_of(query_type: QueryType) -> usize {
    QueryType::ALL.iter().position(|&known| known == query_type).expect("ALL has every type")
}

/// The prompts of Arena-Hard 2.0, whose categories are three of our types. None if there is no such file.
fn arena(file: &Path) -> Result<Vec<Sample>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut samples = Vec::new();
    for (line, row) in text.lines().enumerate() {
        let row: serde_json::Value =
            serde_json::from_str(row).with_context(|| format!("{}:{}: not JSON", file.display(), line + 1))?;
        let query_type = match (row["src"].as_str(), row["sub"].as_str()) {
            (Some("arena-hard-v2.0"), Some("coding")) => QueryType::Code,
            (Some("arena-hard-v2.0"), Some("math")) => QueryType::Reasoning,
            (Some("arena-hard-v2.0"), Some("creative_writing")) => QueryType::Creative,
            _ => continue,
        };
        samples.push(Sample::new(query_type, row["prompt"].as_str().unwrap_or_default(), 1.0));
    }
    Ok(samples)
}

/// Our own lines: a file a type, a line a prompt, `\n` for a line break within one.
fn labelled(folder: &Path) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for query_type in QueryType::ALL {
        let file = folder.join(format!("{query_type}.txt"));
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        samples.extend(text.lines().map(|line| Sample::new(query_type, &line.replace("\\n", "\n"), OWN_WEIGHT)));
    }
    Ok(samples)
}

/// Fits the model and gives the bytes of its weights file.
fn train(samples: &[&Sample]) -> Vec<u8> {
    let idf = idf(samples);
    let balance = balance(samples);
    let mut model = Model::new();
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut random = fastrand::Rng::with_seed(SEED);
    for _ in 0..EPOCHS {
        random.shuffle(&mut order);
        for &at in &order {
            let sample = samples[at];
            model.learn(sample, &idf, sample.weight * balance[sample.class]);
        }
    }
    let rows: Vec<_> =
        model.weights.iter().zip(&idf).map(|(row, &idf)| (row.map(|weight| weight * idf), idf)).collect();
    Weights::write(&model.bias, &rows)
}

/// ln((1 + prompts) / (1 + prompts with the feature)) + 1, rounded as it is in the file.
fn idf(samples: &[&Sample]) -> Vec<f32> {
    let mut holders = vec![0_u32; BUCKETS];
    for &bucket in samples.iter().flat_map(|sample| &sample.buckets) {
        holders[bucket] += 1;
    }
    let all = 1.0 + samples.len() as f32;
    holders.into_iter().map(|holders| rounded_idf((all / (1.0 + holders as f32)).ln() + 1.0)).collect()
}

/// What a sample of each type counts, so that all types count alike in sum.
fn balance(samples: &[&Sample]) -> [f32; TYPES] {
    let mut sums = [0.0; TYPES];
    for sample in samples {
        sums[sample.class] += sample.weight;
    }
    let present = sums.iter().filter(|&&sum| sum > 0.0).count() as f32;
    let total: f32 = sums.iter().sum();
    sums.map(|sum| if sum > 0.0 { total / (present * sum) } else { 0.0 })
}

/// Multinomial logistic regression, learnt a sample at a time with AdaGrad's step sizes.
struct Model {
    bias: [f32; TYPES],
    weights: Vec<[f32; TYPES]>,
    /// Sums of squared gradients, the biases' last.
    squares: Vec<[f32; TYPES]>,
}

impl Model {
    fn new() -> Self {
        let squares = vec![[1e-3; TYPES]; BUCKETS + 1];
        Self { bias: [0.0; TYPES], weights: vec![[0.0; TYPES]; BUCKETS], squares }
    }

    fn learn(&mut self, sample: &Sample, idf: &[f32], weight: f32) {
        let length = sample.buckets.iter().map(|&bucket| idf[bucket] * idf[bucket]).sum::<f32>().sqrt().max(1.0);
        let mut scores = self.bias;
        for &bucket in &sample.buckets {
            for (score, weight) in scores.iter_mut().zip(&self.weights[bucket]) {
                *score += weight * idf[bucket] / length;
            }
        }
        let mut error = softmax(scores);
        error[sample.class] -= 1.0;
        let error = error.map(|error| error * weight);
        for &bucket in &sample.buckets {
            let gradients: [f32; TYPES] =
                std::array::from_fn(|class| error[class] * idf[bucket] / length + DECAY * self.weights[bucket][class]);
            step(&mut self.weights[bucket], &mut self.squares[bucket], gradients);
        }
        step(&mut self.bias, &mut self.squares[BUCKETS], error);
    }
}

fn step(values: &mut [f32; TYPES], squares: &mut [f32; TYPES], gradients: [f32; TYPES]) {
    for class in 0..TYPES {
        squares[class] += gradients[class] * gradients[class];
        values[class] -= RATE * gradients[class] / squares[class].sqrt();
    }
}

/// `table[true type][guess]`, each prompt judged by a model that has seen `always` and the other folds.
type Table = [[u32; TYPES]; TYPES];

fn cross_validate(tested: &[Sample], always: &[Sample]) -> Table {
    let mut order: Vec<usize> = (0..tested.len()).collect();
    fastrand::Rng::with_seed(SEED).shuffle(&mut order);
    let mut table = Table::default();
    for fold in 0..FOLDS {
        let known = order.iter().enumerate().filter(|(place, _)| place % FOLDS != fold).map(|(_, &at)| &tested[at]);
        let model = train(&known.chain(always).collect::<Vec<_>>());
        for &at in order.iter().skip(fold).step_by(FOLDS) {
            table[tested[at].class][guess(&model, &tested[at])] += 1;
        }
    }
    table
}

fn guess(model: &[u8], sample: &Sample) -> usize {
    let weights = Weights::read(model.try_into().expect("a weights file has one length"));
    let mut sum = weights.sum();
    sample.buckets.iter().for_each(|&bucket| sum.add(bucket));
    class_of(sum.guess().0)
}

fn report(title: &str, table: &Table) {
    let total: u32 = table.iter().flatten().sum();
    let right: u32 = (0..TYPES).map(|class| table[class][class]).sum();
    println!("\n{title}: {right} of {total} = {:.3}", f64::from(right) / f64::from(total));
    println!("{:>12} {}", "is \\ guess", QueryType::ALL.map(|guess| format!("{guess:>9}")).concat());
    for (query_type, row) in QueryType::ALL.iter().zip(table).filter(|(_, row)| row.iter().sum::<u32>() > 0) {
        println!("{query_type:>12} {}", row.map(|count| format!("{count:>9}")).concat());
    }
}

/// Prints how long the classifier that this program was built with takes, per call.
fn print_times() {
    let prose = "The quick brown fox jumps over the lazy dog, and then it rests a while. ".repeat(40);
    let code = "for (let i = 0; i < n; i++) { sum += values[i] * weights[i]; }\n".repeat(40);
    let texts = [
        ("short question", "What is Python?"),
        ("2,000 characters of prose", &prose),
        ("2,000 characters of code", &code),
        ("2,000 letters and dots", &"a.".repeat(1_000)),
        ("2,000 Chinese characters", &(0..2_000).filter_map(|at| char::from_u32(0x4e00 + at * 7)).collect::<String>()),
        ("2,000 Cyrillic letters", &"слово ".repeat(334)),
        ("100,000 letters", &"a".repeat(100_000)),
    ];
    println!();
    for (name, text) in texts {
        println!("{:>7.2} µs a call: {name}", median_us(text));
    }
}

fn median_us(text: &str) -> f64 {
    const CALLS: u32 = 200;
    let mut rounds: Vec<f64> = (0..51)
        .map(|_| {
            let start = Instant::now();
            (0..CALLS).for_each(|_| {
                std::hint::black_box(perfbot::prompt::classify(std::hint::black_box(text)));
            });
            start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
