//! The price table: finds what a model costs at a moment. Prices of the hoster's configuration win over it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::entry::{self, Entry, Price, TableError};
use super::name::{split_vendor, undated, without_region};
use crate::model::{ModelSpec, PriceId, Rates, Timestamp};

/// Dated prices of known models, and the hoster's own.
#[derive(Debug, Clone)]
pub struct PriceTable {
    entries: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
    with_rule: Vec<usize>,
    providers: BTreeSet<Arc<str>>,
    provider_aliases: BTreeMap<String, String>,
    resellers: BTreeMap<String, Vec<String>>,
    overrides: HashMap<String, Price>,
}

impl PriceTable {
    /// The table that comes with the program.
    pub fn builtin() -> Self {
        Self::parse(include_str!("prices.toml")).expect("the table that ships is read by a test")
    }

    /// Reads a table of the form of `prices.toml`.
    ///
    /// # Errors
    /// If it is malformed, or an entry cannot be right: a rate outside $0.001–$1000 per million, two that overlap.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let entry::Contents { entries, provider_aliases, resellers } = entry::parse(text)?;
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            for name in &entry.names {
                by_name.entry(name.clone()).or_default().push(index);
            }
        }
        let with_rule = (0..entries.len()).filter(|index| entries[*index].starts_with.is_some()).collect();
        let providers = entries.iter().map(|entry| entry.provider.clone()).collect();
        let overrides = HashMap::new();
        Ok(Self { entries, by_name, with_rule, providers, provider_aliases, resellers, overrides })
    }

    /// All entries, as the table lists them; overrides are not among them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Lets what the hoster says of a model's price win over the table: by its provider and id, and by its chat name.
    /// A model without a price that is not local changes nothing.
    pub fn override_for(&mut self, spec: &ModelSpec) {
        if let Some(price) = own_price(spec) {
            self.overrides.insert(key(spec.provider.as_str(), spec.id.as_str()), price.clone());
            self.overrides.insert(spec.name.as_str().to_ascii_lowercase(), price);
        }
    }

    /// What a configured model costs at a moment: what its own configuration says, or what the table does.
    pub fn price_of(&self, spec: &ModelSpec, at: Timestamp) -> Option<Price> {
        own_price(spec).or_else(|| self.lookup(spec.provider.as_str(), spec.id.as_str(), at))
    }

    /// What a provider's model costs at a moment; `None` where nobody has said.
    ///
    /// The id is tried as it is, then without its date, then without region and vendor, then by the table's rules. A
    /// name that the table knows, but not for that moment, has no price then. A reseller's ids are looked up at the
    /// vendors whose list prices it passes on.
    pub fn lookup(&self, provider: &str, id: &str, at: Timestamp) -> Option<Price> {
        if let Some(price) = self.overridden(&key(provider, id)) {
            return Some(price.clone());
        }
        let (provider, id) = (self.canonical(provider), lowercase(id));
        self.listed(&provider, &id, at).or_else(|| self.resold(&provider, &id, at)).cloned()
    }

    /// What a model costs that a log names as `provider/model`, or by its id alone. A bare id that several providers
    /// price, or one under a provider that is not known, has no price.
    pub fn lookup_any(&self, model: &str, at: Timestamp) -> Option<Price> {
        if let Some(price) = self.overridden(&lowercase(model)) {
            return Some(price.clone());
        }
        if let Some((provider, id)) = model.split_once('/').filter(|(provider, _)| self.knows(provider)) {
            return self.lookup(provider, id, at);
        }
        let id = lowercase(model);
        let providers: Vec<&str> = self.providers.iter().map(|provider| &**provider).collect();
        self.sold_by(&providers, without_region(&id), at).cloned()
    }

    fn overridden(&self, key: &str) -> Option<&Price> {
        self.overrides.get(key)
    }

    /// The price on a provider's own list.
    fn listed(&self, provider: &str, id: &str, at: Timestamp) -> Option<&Price> {
        let bare = self.without_own_name(provider, without_region(id));
        let names = [id, undated(id), bare, undated(bare)];
        let named = names.into_iter().find_map(|name| self.named(provider, name));
        match named {
            Some(entries) => entries.into_iter().find(|entry| entry.holds(at)),
            None => self.ruled(provider, undated(bare), at),
        }
        .map(|entry| &entry.price)
    }

    /// The price of the vendor whose model a reseller passes on.
    fn resold(&self, reseller: &str, id: &str, at: Timestamp) -> Option<&Price> {
        let vendors: Vec<&str> = self.resellers.get(reseller)?.iter().map(String::as_str).collect();
        self.sold_by(&vendors, without_region(id), at)
    }

    /// The price of the only one of these vendors that has it, or of the one that the id names.
    fn sold_by(&self, vendors: &[&str], id: &str, at: Timestamp) -> Option<&Price> {
        if let Some((vendor, rest)) = split_vendor(id) {
            let vendor = self.canonical(vendor);
            if vendors.contains(&&*vendor) {
                return self.listed(&vendor, rest, at);
            }
        }
        if id.contains('/') {
            return None;
        }
        let mut prices = vendors.iter().filter_map(|vendor| self.listed(vendor, id, at));
        prices.next().filter(|_| prices.next().is_none())
    }

    /// The entries of one name, at whatever time; `None` where the provider has no such name.
    fn named(&self, provider: &str, name: &str) -> Option<Vec<&Entry>> {
        let entries = self.by_name.get(name)?.iter().map(|index| &self.entries[*index]);
        let own: Vec<&Entry> = entries.filter(|entry| &*entry.provider == provider).collect();
        (!own.is_empty()).then_some(own)
    }

    /// The entry with the longest rule that fits.
    fn ruled(&self, provider: &str, id: &str, at: Timestamp) -> Option<&Entry> {
        let entries = self.with_rule.iter().map(|index| &self.entries[*index]);
        let own = entries.filter(|entry| &*entry.provider == provider && entry.holds(at));
        own.filter_map(|entry| Some((entry, entry.starts_with.as_deref().filter(|start| id.starts_with(start))?)))
            .max_by_key(|(_, start)| start.len())
            .map(|(entry, _)| entry)
    }

    /// The id without the provider's own name before it, which some logs repeat.
    fn without_own_name<'a>(&self, provider: &str, id: &'a str) -> &'a str {
        match split_vendor(id) {
            Some((vendor, rest)) if self.canonical(vendor) == provider => rest,
            _ => id,
        }
    }

    /// A provider by the word the table has for it.
    fn canonical<'a>(&'a self, provider: &'a str) -> Cow<'a, str> {
        let provider = lowercase(provider);
        match self.provider_aliases.get(&*provider) {
            Some(canonical) => Cow::Borrowed(canonical),
            None => provider,
        }
    }

    fn knows(&self, provider: &str) -> bool {
        let provider = self.canonical(provider);
        self.resellers.contains_key(&*provider) || self.providers.contains(&*provider)
    }
}

/// What the hoster says of a model's price: rates in the configuration, or that it runs on their own machine.
fn own_price(spec: &ModelSpec) -> Option<Price> {
    let free = || spec.local.then(|| Rates { free: true, ..Rates::default() });
    let rates = spec.price.clone().or_else(free)?;
    let label = key(spec.provider.as_str(), &spec.id);
    let id = if rates.free {
        format!("config/{label}@free")
    } else {
        // Configured rates have no date; a fingerprint tells one set from the next.
        format!("config/{label}@{}", &blake3::hash(format!("{rates:?}").as_bytes()).to_hex()[..8])
    };
    Some(Price { id: PriceId::from(id), rates: Arc::new(rates) })
}

fn key(provider: &str, id: &str) -> String {
    format!("{provider}/{id}").to_ascii_lowercase()
}

fn lowercase(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests;
