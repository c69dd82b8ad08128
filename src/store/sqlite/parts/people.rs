//! How many different people there were in a slot: exact as long as they are few, then a HyperLogLog sketch (Flajolet and
//! others, 2007) of 4,096 registers, off by about 1.6 %. Two sketches merge into that of both slots together.

use std::collections::BTreeSet;

use super::Part;

/// The people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct People {
    /// Each of them, by hashed number, as long as they are few.
    few: BTreeSet<u32>,
    /// From then on a register each: the longest run of zeros seen, and one.
    many: Option<Box<Registers>>,
}

type Registers = [u8; REGISTERS];

const REGISTERS: usize = 4_096;
const BITS: u32 = REGISTERS.ilog2();

/// Up to how many people each is kept: then both forms are about as long.
const FEW: usize = REGISTERS / 4;

impl People {
    /// Counts a person, by number; 0 is nobody.
    pub fn add(&mut self, person: i64) {
        if person > 0 {
            self.add_hashed(hashed(person as u64));
        }
    }

    /// Counts the people of another slot.
    pub fn merge(&mut self, other: &Self) {
        other.few.iter().for_each(|person| self.add_hashed(*person));
        if let Some(theirs) = &other.many {
            self.merge_registers(theirs);
        }
    }

    /// How many there were.
    pub fn estimate(&self) -> u64 {
        self.many.as_ref().map_or(self.few.len() as u64, |registers| estimate(registers))
    }

    fn add_hashed(&mut self, person: u32) {
        match &mut self.many {
            Some(registers) => raise(registers, person),
            None => _ = self.few.insert(person),
        }
        if self.few.len() >= FEW {
            self.registers();
        }
    }

    fn merge_registers(&mut self, theirs: &Registers) {
        let registers = self.registers().iter_mut();
        registers.zip(theirs).for_each(|(here, there)| *here = (*here).max(*there));
    }

    /// The registers, also of those who were kept one by one so far.
    fn registers(&mut self) -> &mut Registers {
        let registers = self.many.get_or_insert_with(|| Box::new([0; REGISTERS]));
        std::mem::take(&mut self.few).into_iter().for_each(|person| raise(registers, person));
        registers
    }
}

fn raise(registers: &mut Registers, person: u32) {
    let register = &mut registers[(person >> (32 - BITS)) as usize];
    let zeros = (person << BITS | 1 << (BITS - 1)).leading_zeros() as u8;
    *register = (*register).max(zeros + 1);
}

/// The raw estimate, or that of linear counting while registers are empty enough.
fn estimate(registers: &Registers) -> u64 {
    let m = REGISTERS as f64;
    let alpha = 0.7213 / (1.0 + 1.079 / m);
    let sum: f64 = registers.iter().map(|zeros| (-f64::from(*zeros)).exp2()).sum();
    let raw = alpha * m * m / sum;
    let empty = registers.iter().filter(|zeros| **zeros == 0).count();
    let estimate = if raw <= 2.5 * m && empty > 0 { m * (m / empty as f64).ln() } else { raw };
    estimate.round() as u64
}

/// A number's bits well mixed (the finisher of SplitMix64), of which the upper half is kept.
fn hashed(number: u64) -> u32 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 32) as u32
}

impl Part for People {
    const TABLE: &'static str = "slot_people";

    fn add_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        if let Ok(registers) = bytes.try_into() {
            self.merge_registers(registers);
            return Some(());
        }
        let (people, rest) = bytes.as_chunks();
        people.iter().for_each(|person| self.add_hashed(u32::from_le_bytes(*person)));
        rest.is_empty().then_some(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        match &self.many {
            Some(registers) => registers.to_vec(),
            None => self.few.iter().flat_map(|person| person.to_le_bytes()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(numbers: std::ops::Range<i64>) -> People {
        let mut people = People::default();
        numbers.for_each(|number| people.add(number));
        people
    }

    #[test]
    fn few_are_counted_exactly_and_nobody_is_not() {
        let mut some = people(0..900);
        some.merge(&people(800..1_000));
        assert_eq!(some.estimate(), 999);
    }

    #[test]
    fn many_are_estimated_within_a_few_percent_also_when_merged_and_stored() {
        for n in [1_100, 5_000, 20_000, 300_000] {
            let mut all = people(1..n / 2);
            all.add_bytes(&people(n / 3..n).to_bytes()).unwrap();
            let off = (all.estimate() as f64 / (n - 1) as f64 - 1.0).abs();
            assert!(off < 0.05, "{n}: {}", all.estimate());
            assert_eq!(all.to_bytes().len(), REGISTERS);
        }
        assert_eq!(People::default().add_bytes(&[1, 2, 3]), None);
    }
}
