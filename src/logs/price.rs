//! Costs for calls whose log names none.

use crate::model::{Call, NanoUsd, Outcome, PriceId};

/// Prices a call where its log gave no cost, it was answered by a model, and the price is known. A cost that the log
/// gave stands. Failed calls stay unpriced: whether they were billed is not known.
pub fn fill_cost(call: &mut Call, price: impl Fn(&Call) -> Option<(PriceId, NanoUsd)>) {
    let answered = call.outcome.answered() && call.outcome != Outcome::Cached;
    if call.cost.is_none()
        && answered
        && let Some((id, cost)) = price(call)
    {
        call.price = Some(id);
        call.cost = Some(cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorClass, Timestamp};

    fn priced(cost: Option<i64>, outcome: Outcome) -> Option<i64> {
        let mut call = Call::new(Timestamp(0), "m".into());
        call.cost = cost.map(NanoUsd);
        call.outcome = outcome;
        fill_cost(&mut call, |_| Some(("p".into(), NanoUsd(7))));
        assert_eq!(call.price.is_some(), call.cost == Some(NanoUsd(7)));
        call.cost.map(|cost| cost.0)
    }

    #[test]
    fn only_answers_without_a_cost_are_priced() {
        assert_eq!(priced(None, Outcome::Ok), Some(7));
        assert_eq!(priced(Some(3), Outcome::Ok), Some(3));
        assert_eq!(priced(None, Outcome::Cached), None);
        assert_eq!(priced(None, Outcome::Error(ErrorClass::Other)), None);
    }
}
