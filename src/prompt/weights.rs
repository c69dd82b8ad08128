//! The weights of the query-type model as they lie in `query_type.bin`, and the sum they are for.
//!
//! A text with features *f* has, for each type *c*, the score `bias_c + scale · Σ_f w_cf / √(Σ_f idf_f²)`: logistic
//! regression over tf-idf of unit length, the idf already multiplied into the weight. The shares come from a softmax.
//! The file: `scale` and six biases as little-endian `f32`, then eight bytes a bucket – six signed weights in the order
//! of [`QueryType::ALL`], `idf²` in steps of [`IDF_STEP`], and a zero.

use super::features::BUCKETS;
use crate::model::QueryType;

/// The number of types.
pub const TYPES: usize = QueryType::ALL.len();

/// The length of the file in bytes.
pub const SIZE: usize = HEADER + BUCKETS * LANES;

/// Below this share the best guess is not believed, and the type is [`QueryType::Other`].
pub const FLOOR: f32 = 0.30;

/// What one step of the seventh byte of a bucket stands for.
pub const IDF_STEP: f32 = 0.5;

const LANES: usize = 8;
const IDF_LANE: usize = 6;
const HEADER: usize = 4 * (1 + TYPES);

/// The weights of a trained model.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    scale: f32,
    bias: [f32; TYPES],
    buckets: &'a [[u8; LANES]],
}

/// The running sum over a text's features.
pub struct Sum<'a> {
    weights: &'a Weights<'a>,
    lanes: [i32; LANES],
}

impl Weights<'static> {
    /// The weights that this program was built with.
    pub fn shipped() -> Self {
        static FILE: &[u8; SIZE] = include_bytes!("query_type.bin");
        Weights::read(FILE)
    }
}

impl<'a> Weights<'a> {
    /// Reads the bytes of a weights file.
    pub fn read(file: &'a [u8; SIZE]) -> Self {
        let (header, buckets) = file.split_at(HEADER);
        let number = |at: usize| f32::from_le_bytes(std::array::from_fn(|byte| header[4 * at + byte]));
        Self { scale: number(0), bias: std::array::from_fn(|class| number(1 + class)), buckets: buckets.as_chunks().0 }
    }

    /// Writes a weights file: for each bucket six weights (idf multiplied in) and the idf of the bucket.
    pub fn write(bias: &[f32; TYPES], buckets: &[([f32; TYPES], f32)]) -> Vec<u8> {
        let largest = buckets.iter().flat_map(|(weights, _)| weights).fold(f32::MIN_POSITIVE, |m, w| m.max(w.abs()));
        let scale = largest / 127.0;
        let mut file: Vec<u8> = std::iter::once(&scale).chain(bias).flat_map(|number| number.to_le_bytes()).collect();
        for (weights, idf) in buckets {
            file.extend(weights.map(|weight| (weight / scale).round() as i8 as u8));
            file.extend([idf_byte(*idf), 0]);
        }
        file
    }

    /// An empty sum, to which the features of one text are added.
    pub fn sum(&'a self) -> Sum<'a> {
        Sum { weights: self, lanes: [0; LANES] }
    }
}

impl Sum<'_> {
    /// Adds a feature.
    #[inline]
    pub fn add(&mut self, bucket: usize) {
        let row = &self.weights.buckets[bucket];
        for (lane, byte) in self.lanes.iter_mut().zip(row) {
            *lane += i32::from(*byte as i8);
        }
    }

    /// The type with the largest share – [`QueryType::Other`] if even that is below [`FLOOR`] – and that share.
    pub fn guess(&self) -> (QueryType, f32) {
        let guesses = QueryType::ALL.into_iter().zip(self.shares());
        let (guess, share) = guesses.max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are six types");
        (if share < FLOOR { QueryType::Other } else { guess }, share)
    }

    /// The share of each type, in the order of [`QueryType::ALL`]; they add up to 1.
    fn shares(&self) -> [f32; TYPES] {
        let length = (self.lanes[IDF_LANE] as f32 * IDF_STEP).sqrt().max(1.0);
        let Weights { scale, bias, .. } = self.weights;
        softmax(std::array::from_fn(|class| bias[class] + scale * self.lanes[class] as f32 / length))
    }
}

/// The idf as it comes back from the file: the program that trains must use this one.
pub fn rounded_idf(idf: f32) -> f32 {
    (f32::from(idf_byte(idf)) * IDF_STEP).sqrt()
}

/// Scores as shares that add up to 1.
pub fn softmax(scores: [f32; TYPES]) -> [f32; TYPES] {
    let largest = scores.into_iter().fold(f32::MIN, f32::max);
    let powers = scores.map(|score| (score - largest).exp());
    let total: f32 = powers.iter().sum();
    powers.map(|power| power / total)
}

fn idf_byte(idf: f32) -> u8 {
    (idf * idf / IDF_STEP).round().clamp(0.0, 127.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_back_what_was_written() {
        let mut buckets = vec![([0.0; TYPES], 0.0); BUCKETS];
        buckets[3] = ([2.54, -1.27, 0.0, 0.0, 0.0, 0.02], 2.0);
        let file = Weights::write(&[0.5, 0.0, 0.0, 0.0, 0.0, -0.5], &buckets);
        let weights = Weights::read(file.as_slice().try_into().unwrap());

        let mut sum = weights.sum();
        sum.add(3);
        // idf² = 4, so the length is 2: scores 0.5 + 2.54 / 2, −1.27 / 2, 0, 0, 0, −0.5 + 0.02 / 2.
        let expected = softmax([1.77, -0.635, 0.0, 0.0, 0.0, -0.49]);
        for (share, expected) in sum.shares().into_iter().zip(expected) {
            assert!((share - expected).abs() < 1e-3, "{share} is not {expected}");
        }
        assert_eq!(sum.guess().0, QueryType::Code);
    }

    #[test]
    fn below_the_floor_the_type_is_other() {
        let file = Weights::write(&[0.1, 0.0, 0.0, 0.0, 0.0, 0.0], &vec![([0.0; TYPES], 0.0); BUCKETS]);
        let (guess, share) = Weights::read(file.as_slice().try_into().unwrap()).sum().guess();
        assert_eq!(guess, QueryType::Other);
        assert!((0.16..FLOOR).contains(&share), "{share}");
    }

    #[test]
    fn shares_add_up_to_one_even_for_extreme_scores() {
        for scores in [[0.0; TYPES], [1e30, 0.0, -1e30, 1.0, 2.0, 3.0]] {
            assert!((softmax(scores).iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn an_idf_survives_rounding() {
        for idf in [1.0, 2.5, 7.5] {
            assert!((rounded_idf(idf) - idf).abs() < 0.15, "{idf}");
        }
    }
}
