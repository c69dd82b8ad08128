//! The provider that a model is asked through: the network, or the built-in simulation.

use super::provider::{Frames, KeyRing, Provider, Remote, Request};
use super::simulated::Simulated;
use crate::model::ProviderKind;

/// All providers behind one face.
pub struct Providers {
    remote: Remote,
    simulated: Simulated,
}

impl Providers {
    /// Providers that are asked with these keys.
    pub fn new(keys: KeyRing, simulated: Simulated) -> Self {
        Self { remote: Remote::new(keys), simulated }
    }
}

impl Provider for Providers {
    fn stream(&self, request: &Request) -> Frames {
        match request.model.kind {
            ProviderKind::Simulated => self.simulated.stream(request),
            _ => self.remote.stream(request),
        }
    }
}
