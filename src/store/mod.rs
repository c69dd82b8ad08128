//! The embedded store: two verbs, [`Store::ask`] a question and [`Store::apply`] a change, and a queue for new calls.
//!
//! It returns counts, sums, histograms and rows; it never gives a verdict. All SQL is below this module.

pub mod question;
