//! Which hours of the day see the most calls.

use std::cmp::Reverse;

use serde::Serialize;

/// One hour of the day in the configured zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BusyHour {
    /// 0 to 23: the hour that starts then.
    pub hour: usize,
    /// Calls that started in it.
    pub n: u64,
}

/// How many hours are named.
const NAMED: usize = 3;

/// The hours with the most calls, most first; of equals the earlier. Hours without calls are never named.
pub fn busiest(hours: &[u64; 24]) -> Vec<BusyHour> {
    let mut busy: Vec<BusyHour> =
        hours.iter().enumerate().filter(|(_, n)| **n > 0).map(|(hour, n)| BusyHour { hour, n: *n }).collect();
    busy.sort_by_key(|hour| Reverse(hour.n));
    busy.truncate(NAMED);
    busy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_calls_first_and_of_equals_the_earlier() {
        let mut hours = [0; 24];
        (hours[3], hours[9], hours[14], hours[20]) = (5, 7, 7, 1);
        let named: Vec<_> = busiest(&hours).into_iter().map(|hour| (hour.hour, hour.n)).collect();
        assert_eq!(named, [(9, 7), (14, 7), (3, 5)]);
        assert!(busiest(&[0; 24]).is_empty());
    }
}
