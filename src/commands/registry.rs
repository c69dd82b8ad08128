//! The list of all commands, in the order in which help shows them. Adding one is a file, its `mod` line, a line here; an
//! architecture test holds them together, because a macro that emits `mod` lines would hide the files from rustfmt.

use std::sync::LazyLock;

use super::command::Entry;
use super::{
    about, ai, baseline, bottlenecks, compare, cost, ctx, diff, forecast, forget, heatmap, help, history, m, model,
    monitor, mydata, new, note, optout, persona, rate, report, retry, slowest, stats, stop, why,
};

/// All commands.
pub fn entries() -> &'static [Entry] {
    // Once: putting all their arguments together takes longer than most replies.
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        vec![
            Entry::of::<ai::Ai>(),
            Entry::of::<m::SwitchModel>(),
            Entry::of::<ctx::Ctx>(),
            Entry::of::<new::New>(),
            Entry::of::<retry::Retry>(),
            Entry::of::<rate::Rate>(),
            Entry::of::<stop::Stop>(),
            Entry::of::<persona::Persona>(),
            Entry::of::<help::Help<help::Everything>>(),
            Entry::of::<about::About>(),
            Entry::of::<stats::Stats>(),
            Entry::of::<model::Model>(),
            Entry::of::<slowest::Slowest>(),
            Entry::of::<why::Why>(),
            Entry::of::<bottlenecks::Bottlenecks>(),
            Entry::of::<compare::Compare>(),
            Entry::of::<history::History>(),
            Entry::of::<heatmap::Heatmap>(),
            Entry::of::<diff::Diff>(),
            Entry::of::<cost::Cost>(),
            Entry::of::<forecast::Forecast>(),
            Entry::of::<report::PerformanceReport>(),
            Entry::of::<note::Note>(),
            Entry::of::<baseline::Baselines>(),
            Entry::of::<monitor::Monitor>(),
            Entry::of::<mydata::MyData>(),
            Entry::of::<optout::OptOut>(),
            Entry::of::<forget::Forget>(),
            Entry::of::<help::Help<help::Perf>>(),
        ]
    });
    &ENTRIES
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::commands::Root;

    #[test]
    fn every_command_has_a_name_of_its_own_a_line_of_help_and_an_example() {
        let mut seen = HashSet::new();
        for Entry { spec, .. } in entries() {
            assert!(seen.insert((spec.root, spec.name)), "{} is there twice", spec.path());
            assert!(!spec.summary.is_empty() && spec.summary.len() <= 60, "{}", spec.path());
            assert!(!spec.examples.is_empty(), "{} shows no example", spec.path());
            assert!(spec.examples.iter().all(|line| line.starts_with(&spec.path())), "{}", spec.path());
        }
    }

    #[test]
    fn every_argument_has_help_and_one_root_holds_at_most_25_commands() {
        for entry in entries() {
            entry.clap.clone().debug_assert();
            for argument in entry.clap.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", entry.spec.path(), argument.get_id());
            }
        }
        let perf = entries().iter().filter(|entry| entry.spec.root == Root::Perf);
        assert!(perf.count() <= 25);
    }
}
