//! Costs for calls whose log names none.

use crate::model::{Call, NanoUsd, Outcome, PriceId};
use crate::pricing::{PriceTable, cost};

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

/// What a call of a log costs by the table: under its provider where the log names one, else by the model's name alone.
pub fn price_of(table: &PriceTable, call: &Call) -> Option<(PriceId, NanoUsd)> {
    let name = call.model.as_str();
    let price = match call.provider.as_ref().map(AsRef::as_ref) {
        Some(provider) => {
            let id = name.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
            table.lookup(provider, id, call.at)
        }
        None => table.lookup_any(name, call.at),
    }?;
    Some((price.id, cost(&price.rates, &call.usage)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorClass, Timestamp};

    #[test]
    fn models_are_priced_by_provider_and_by_name() {
        let table = PriceTable::builtin();
        let cost = |provider: Option<&str>, model: &str| {
            let mut call = Call::new("2026-11-01T00:00:00Z".parse().unwrap(), model.into());
            call.provider = provider.map(Into::into);
            call.usage.input = Some(1_000_000);
            call.usage.output = Some(0);
            price_of(&table, &call).map(|(_, cost)| cost)
        };
        let bare = cost(None, "claude-haiku-4-5");
        assert!(bare.is_some_and(|cost| cost > NanoUsd::ZERO));
        assert_eq!(cost(None, "anthropic/claude-haiku-4-5"), bare);
        assert_eq!(cost(Some("anthropic"), "claude-haiku-4-5"), bare);
        assert_eq!(cost(Some("anthropic"), "anthropic/claude-haiku-4-5"), bare);
        assert_eq!(cost(Some("somebody"), "claude-haiku-4-5"), None, "another host has its own price");
        assert_eq!(cost(None, "conv"), None);
    }

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
