use proptest::prelude::*;

use super::*;

fn rate(usd_per_million: f64) -> Option<Rate> {
    Some(Rate::from_usd_per_million(usd_per_million).unwrap())
}

/// Fresh, read, written for five minutes, written for an hour, output.
fn tokens([fresh, read, short, long, output]: [u64; 5]) -> Usage {
    Usage {
        input: Some(fresh + read + short + long),
        output: Some(output),
        cache_read: Some(read),
        cache_write_5m: Some(short),
        cache_write_1h: Some(long),
        ..Usage::default()
    }
}

fn check(rates: &Rates, counts: [u64; 5], nanos: i64) {
    assert_eq!(cost(rates, &tokens(counts)), Some(NanoUsd(nanos)));
}

#[test]
fn cache_writes_are_not_charged_again_as_fresh_input() {
    let rates = Rates { input: rate(5.0), cache_write_5m: rate(6.25), output: rate(25.0), ..Rates::default() };
    check(&rates, [6, 0, 159_217, 0, 2_745], 1_063_761_250);
}

#[test]
fn cache_reads_have_their_own_rate() {
    let rates = Rates { input: rate(1.25), cache_read: rate(0.125), output: rate(10.0), ..Rates::default() };
    check(&rates, [51_232, 1_188_096, 0, 0, 12_909], 341_642_000);
}

#[test]
fn reads_and_writes_of_both_lengths_are_charged() {
    let rates = Rates {
        input: rate(3.0),
        cache_read: rate(0.30),
        cache_write_5m: rate(3.75),
        cache_write_1h: rate(6.0),
        output: rate(15.0),
        ..Rates::default()
    };
    check(&rates, [3, 73_030, 2_124, 0, 1_059], 45_768_000);
    check(&rates, [3, 73_030, 0, 2_124, 1_059], 50_547_000);
    check(&rates, [3, 7_917, 350, 0, 442], 10_326_600);
}

#[test]
fn a_tier_is_a_cliff() {
    let tiers = vec![Tier { above: 200_000, input: rate(6.0), ..Tier::default() }];
    let rates = Rates { input: rate(3.0), output: rate(15.0), tiers, ..Rates::default() };
    check(&rates, [200_000, 0, 0, 0, 0], 600_000_000);
    check(&rates, [200_001, 0, 0, 0, 0], 1_200_006_000);
    // What the tier leaves out keeps its base rate, and the highest tier that is reached wins.
    check(&rates, [200_001, 0, 0, 0, 1_000], 1_215_006_000);
    let mut rates = rates;
    rates.tiers.insert(0, Tier { above: 300_000, input: rate(9.0), ..Tier::default() });
    check(&rates, [300_001, 0, 0, 0, 0], 2_700_009_000);
}

#[test]
fn reasoning_is_a_part_of_the_output() {
    let rates = Rates { input: rate(1.0), output: rate(10.0), ..Rates::default() };
    let usage = Usage { reasoning: Some(200), ..tokens([0, 0, 0, 0, 300]) };
    assert_eq!(cost(&rates, &usage), Some(NanoUsd(3_000_000)));
    let own_rate = Rates { reasoning: rate(20.0), ..rates };
    assert_eq!(cost(&own_rate, &usage), Some(NanoUsd(5_000_000)));
    let more_than_said = Usage { reasoning: Some(900), ..usage };
    assert_eq!(cost(&own_rate, &more_than_said), Some(NanoUsd(6_000_000)));
}

#[test]
fn a_missing_rate_is_unknown_and_free_is_zero() {
    let rates = Rates { input: rate(1.0), output: rate(1.0), ..Rates::default() };
    assert_eq!(cost(&rates, &tokens([10, 5, 0, 0, 1])), None);
    check(&rates, [10, 0, 0, 0, 1], 11_000);
    assert_eq!(cost(&Rates::default(), &tokens([0; 5])), Some(NanoUsd::ZERO), "no tokens need no rate");
    let free = Rates { free: true, ..Rates::default() };
    assert_eq!(cost(&free, &tokens([10, 5, 0, 0, 1])), Some(NanoUsd::ZERO));
    assert_eq!(cost(&free, &Usage::default()), Some(NanoUsd::ZERO));
}

#[test]
fn unknown_counts_are_unknown_but_unreported_details_are_none() {
    let rates = Rates { input: rate(2.0), output: rate(4.0), ..Rates::default() };
    assert_eq!(cost(&rates, &Usage { input: Some(5), ..Usage::default() }), None);
    assert_eq!(cost(&rates, &Usage { output: Some(5), ..Usage::default() }), None);
    let plain = Usage { input: Some(5), output: Some(5), ..Usage::default() };
    assert_eq!(cost(&rates, &plain), Some(NanoUsd(30_000)));
}

#[test]
fn parts_larger_than_the_whole_leave_no_fresh_input() {
    let rates = Rates { input: rate(2.0), cache_read: rate(1.0), output: rate(4.0), ..Rates::default() };
    let usage = Usage { input: Some(100), output: Some(0), cache_read: Some(150), ..Usage::default() };
    assert_eq!(cost(&rates, &usage), Some(NanoUsd(150_000)));
}

#[test]
fn rounding_happens_once_at_the_end() {
    let rates = Rates { input: rate(0.0375), cache_read: rate(0.0375), output: rate(0.3), ..Rates::default() };
    check(&rates, [1, 0, 0, 0, 0], 38);
    check(&rates, [1, 1, 0, 0, 0], 75);
    assert_eq!(ceiling(&rates, 3, 0), Some(NanoUsd(113)));
    check(&rates, [3, 0, 0, 0, 0], 113);
    let finest = Rates { input: rate(0.001), output: rate(0.001), ..Rates::default() };
    check(&finest, [1, 0, 0, 0, 0], 1);
    let below = Rates { input: Some(Rate::from_pico_usd(499)), output: rate(1.0), ..Rates::default() };
    check(&below, [1, 0, 0, 0, 0], 0);
    assert_eq!(ceiling(&below, 1, 0), Some(NanoUsd(1)));
}

#[test]
fn amounts_beyond_all_money_are_unknown() {
    let rates = Rates { input: rate(1000.0), output: rate(1000.0), ..Rates::default() };
    assert_eq!(cost(&rates, &Usage { input: Some(u64::MAX), output: Some(u64::MAX), ..Usage::default() }), None);
    assert_eq!(ceiling(&rates, u64::MAX, u64::MAX), None);
}

#[test]
fn ceilings_of_unknown_and_of_free_rates() {
    let rates = Rates { input: rate(1.0), output: rate(5.0), ..Rates::default() };
    assert_eq!(ceiling(&rates, 1_000, 1_000), Some(NanoUsd(6_000_000)));
    assert_eq!(ceiling(&Rates { output: None, ..rates.clone() }, 1, 1), None);
    assert_eq!(ceiling(&Rates { free: true, ..Rates::default() }, 1, 1), Some(NanoUsd::ZERO));
    let with_cache = Rates { cache_write_5m: rate(1.25), cache_read: rate(0.1), ..rates };
    assert_eq!(ceiling(&with_cache, 1_000, 1_000), Some(NanoUsd(6_250_000)));
}

fn any_rate() -> impl Strategy<Value = Option<Rate>> {
    proptest::option::of((1_000_u64..=1_000_000_000).prop_map(Rate::from_pico_usd))
}

prop_compose! {
    fn any_tier()(above in 0_u64..2_000, input in any_rate(), output in any_rate(), cache_read in any_rate(),
        cache_write_5m in any_rate(), cache_write_1h in any_rate()) -> Tier {
        Tier { above, input, output, cache_read, cache_write_5m, cache_write_1h }
    }
}

prop_compose! {
    fn any_rates()(input in any_rate(), output in any_rate(), cache_read in any_rate(), cache_write_5m in any_rate(),
        cache_write_1h in any_rate(), reasoning in any_rate(), tiers in proptest::collection::vec(any_tier(), 0..3)) -> Rates {
        Rates { input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, tiers, free: false }
    }
}

proptest! {
    #[test]
    fn no_call_costs_more_than_its_ceiling(rates in any_rates(), counts in proptest::array::uniform5(0_u64..1_000),
        reasoning in 0_u64..1_000, spare in 0_u64..10) {
        let usage = Usage { reasoning: Some(reasoning), ..tokens(counts) };
        let most = ceiling(&rates, usage.input.unwrap() + spare, counts[4] + spare);
        if let (Some(cost), Some(most)) = (cost(&rates, &usage), most) {
            prop_assert!(cost <= most, "{cost:?} > {most:?}");
        }
    }

    #[test]
    fn cost_agrees_with_plain_fractions(rates in any_rates(), counts in proptest::array::uniform5(0_u64..1_000)) {
        let rates = Rates { tiers: Vec::new(), ..rates };
        let kinds = [rates.input, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h, rates.output];
        let usd = counts.into_iter().zip(kinds).map(|(n, rate)| match rate {
            Some(rate) => Some(n as f64 * rate.as_usd_per_million() / 1e6),
            None => (n == 0).then_some(0.0),
        }).sum::<Option<f64>>();
        let cost = cost(&rates, &tokens(counts)).map(NanoUsd::as_usd);
        prop_assert_eq!(cost.is_some(), usd.is_some());
        if let (Some(cost), Some(usd)) = (cost, usd) {
            prop_assert!((cost - usd).abs() <= 0.500_1e-9, "{} is not {}", cost, usd);
        }
    }
}
