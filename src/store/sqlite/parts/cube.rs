//! The sums of a slot: of all its calls, of each model, of each model and type. The first stand first, so that who wants no
//! more reads no further.

use std::collections::BTreeMap;

use super::sums::{self, Sums};
use super::{Groups, Key, Part, TYPES, Wanted};
use crate::model::{Cell, varint};

/// The sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Cube {
    total: Sums,
    models: BTreeMap<i64, Model>,
}

/// The sums of a model, and by type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    total: Sums,
    types: [Option<Sums>; TYPES],
}

impl Cube {
    /// The sums of cells.
    pub fn of(groups: &Groups) -> Self {
        let mut cube = Self::default();
        groups.iter().for_each(|(key, cell)| cube.add(*key, &sums::of(cell)));
        cube
    }

    /// Adds the sums of a group.
    pub fn add(&mut self, (model, query_type): Key, sums: &Sums) {
        let model = self.models.entry(model).or_default();
        self.total.merge(sums);
        model.total.merge(sums);
        if let Some(of_type) = model.types.get_mut(query_type) {
            of_type.get_or_insert_default().merge(sums);
        }
    }

    /// Adds only the groups that are wanted.
    pub fn add_wanted(&mut self, mut bytes: &[u8], wanted: Wanted) -> Option<()> {
        let total = Sums::take(&mut bytes)?;
        if wanted.is_all() {
            self.total.merge(&total);
        }
        for _ in 0..varint::take(&mut bytes)? {
            let (number, of_model) = (varint::take_signed(&mut bytes)?, Sums::take(&mut bytes)?);
            let types = varint::take_run(&mut bytes)?;
            match wanted {
                Wanted { model: Some(model), .. } if model != number => {}
                Wanted { query_type: Some(query_type), .. } => self.add_type(number, types, query_type)?,
                Wanted { model, .. } => {
                    self.models.entry(number).or_default().add(&of_model, types)?;
                    if model.is_some() {
                        self.total.merge(&of_model);
                    }
                }
            }
        }
        Some(())
    }

    fn add_type(&mut self, model: i64, mut types: &[u8], wanted: usize) -> Option<()> {
        while !types.is_empty() {
            let (query_type, sums) = (take_type(&mut types)?, Sums::take(&mut types)?);
            if query_type == wanted {
                self.add((model, query_type), &sums);
            }
        }
        Some(())
    }

    /// The sums over all groups, as a cell without histograms.
    pub fn total(&self) -> Cell {
        sums::cell(&self.total)
    }

    /// The sums of each model, likewise.
    pub fn models(&self) -> impl Iterator<Item = (i64, Cell)> {
        self.models.iter().map(|(model, of_model)| (*model, sums::cell(&of_model.total)))
    }

    /// The sums of each model and type, likewise.
    pub fn groups(&self) -> impl Iterator<Item = (Key, Cell)> {
        self.models.iter().flat_map(|(model, of_model)| {
            let types = of_model.types.iter().enumerate();
            types.filter_map(move |(query_type, sums)| Some(((*model, query_type), sums::cell(sums.as_ref()?))))
        })
    }

    /// Adds only the sums over all groups.
    pub fn add_total(&mut self, mut bytes: &[u8]) -> Option<()> {
        self.total.merge(&Sums::take(&mut bytes)?);
        Some(())
    }

    /// Adds the sums over all groups and those of models, but not those of types.
    pub fn add_models(&mut self, mut bytes: &[u8]) -> Option<()> {
        self.total.merge(&Sums::take(&mut bytes)?);
        for _ in 0..varint::take(&mut bytes)? {
            let (number, of_model) = (varint::take_signed(&mut bytes)?, Sums::take(&mut bytes)?);
            varint::take_run(&mut bytes)?;
            self.models.entry(number).or_default().total.merge(&of_model);
        }
        Some(())
    }
}

impl Model {
    fn add(&mut self, total: &Sums, mut types: &[u8]) -> Option<()> {
        self.total.merge(total);
        while !types.is_empty() {
            let (query_type, sums) = (take_type(&mut types)?, Sums::take(&mut types)?);
            self.types[query_type].get_or_insert_default().merge(&sums);
        }
        Some(())
    }
}

fn take_type(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(varint::take(bytes)?).ok().filter(|query_type| *query_type < TYPES)
}

impl Part for Cube {
    const TABLE: &'static str = "slot_sums";

    fn add_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        self.add_wanted(bytes, Wanted::default())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.models.is_empty() {
            return bytes;
        }
        self.total.push(&mut bytes);
        varint::push(&mut bytes, self.models.len() as u64);
        for (number, model) in &self.models {
            varint::push_signed(&mut bytes, *number);
            model.total.push(&mut bytes);
            let mut types = Vec::new();
            for (query_type, sums) in model.types.iter().enumerate() {
                if let Some(sums) = sums {
                    varint::push(&mut types, query_type as u64);
                    sums.push(&mut types);
                }
            }
            varint::push_run(&mut bytes, &types);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::call;

    fn cube() -> Cube {
        let mut groups = Groups::new();
        for (model, query_type, calls) in [(1, 0, 2), (1, 3, 1), (7, 0, 5)] {
            let cell = groups.entry((model, query_type)).or_default();
            (0..calls).for_each(|_| cell.record(&call("m").build()));
        }
        Cube::of(&groups)
    }

    /// Calls: all, by model, by model and type.
    type Counts = (u64, Vec<(i64, u64)>, Vec<(Key, u64)>);

    fn counts(cube: &Cube) -> Counts {
        (
            cube.total().calls(),
            cube.models().map(|(model, cell)| (model, cell.calls())).collect(),
            cube.groups().map(|(key, cell)| (key, cell.calls())).collect(),
        )
    }

    #[test]
    fn comes_back_whole_or_as_far_as_it_is_wanted() {
        let bytes = cube().to_bytes();
        let read = |wanted| {
            let mut read = Cube::default();
            read.add_wanted(&bytes, wanted).unwrap();
            counts(&read)
        };
        assert_eq!(read(Wanted::default()), counts(&cube()));
        let one_model = Wanted { model: Some(1), query_type: None };
        assert_eq!(read(one_model), (3, vec![(1, 3)], vec![((1, 0), 2), ((1, 3), 1)]));
        let one_type = Wanted { model: None, query_type: Some(0) };
        assert_eq!(read(one_type), (7, vec![(1, 2), (7, 5)], vec![((1, 0), 2), ((7, 0), 5)]));
        assert_eq!(read(Wanted { model: Some(7), query_type: Some(3) }), (0, vec![], vec![]));
        let (mut total, mut models) = (Cube::default(), Cube::default());
        total.add_total(&bytes).unwrap();
        models.add_models(&bytes).unwrap();
        assert_eq!(counts(&total), (8, vec![], vec![]));
        assert_eq!(counts(&models), (8, vec![(1, 3), (7, 5)], vec![]));
    }

    #[test]
    fn half_of_the_bytes_is_refused() {
        let bytes = cube().to_bytes();
        assert_eq!(Cube::default().add_bytes(&bytes[..bytes.len() / 2]), None);
    }
}
