//! The models that can be asked now, in the order in which they are listed.

use std::sync::Arc;

use super::simulated;
use crate::model::names::{self, Named};
use crate::model::{ModelName, ModelSpec};

/// The models, and which of them answers unless people choose.
#[derive(Debug, Clone)]
pub struct Catalogue {
    models: Vec<Arc<ModelSpec>>,
    /// Simulated models, which are known even where they are not set up.
    simulated: Vec<Arc<ModelSpec>>,
    default: Option<ModelName>,
}

impl Catalogue {
    /// A catalogue; without a `default` the first model answers.
    pub fn new(models: Vec<ModelSpec>, default: Option<ModelName>) -> Self {
        let simulated = simulated::models().into_iter().chain(simulated::demo_models());
        Self {
            models: models.into_iter().map(Arc::new).collect(),
            simulated: simulated.map(Arc::new).collect(),
            default,
        }
    }

    /// A default that is none of the models, so that another one answers.
    pub fn astray(&self) -> Option<&ModelName> {
        self.default.as_ref().filter(|name| self.get(name.as_str()).is_none())
    }

    /// All models.
    pub fn models(&self) -> &[Arc<ModelSpec>] {
        &self.models
    }

    /// The model of that exact name.
    pub fn get(&self, name: &str) -> Option<&Arc<ModelSpec>> {
        self.models.iter().find(|model| model.name.as_str() == name)
    }

    /// What is known of a model. Simulated ones are known even where they are not set up.
    pub fn spec(&self, model: &ModelName) -> Option<Arc<ModelSpec>> {
        self.models.iter().chain(&self.simulated).find(|spec| spec.name == *model).cloned()
    }

    /// A model's name as people read it; of a model that is no longer set up, its plain name. Simulated models are
    /// labelled so even then.
    pub fn label(&self, model: &ModelName) -> String {
        self.spec(model).map_or_else(|| model.to_string(), |spec| spec.label.clone())
    }

    /// The model a person meant by `wanted`: part of its name, or of the label they read.
    pub fn find(&self, wanted: &str) -> Named<'_> {
        let by_name = names::find(wanted, self.models.iter().map(|model| model.name.as_str()));
        match (by_name, names::find(wanted, self.models.iter().map(|model| model.label.as_str()))) {
            (Named::None(_), Named::One(label)) => self.labelled(label).map_or(Named::None(vec![]), Named::One),
            (by_name, _) => by_name,
        }
    }

    fn labelled(&self, label: &str) -> Option<&str> {
        self.models.iter().find(|model| model.label == label).map(|model| model.name.as_str())
    }

    /// The model that answers where `chosen` was set: the chosen one if it is still there, else the default.
    pub fn in_force(&self, chosen: Option<&str>) -> Option<&Arc<ModelSpec>> {
        chosen
            .and_then(|name| self.get(name))
            .or_else(|| self.default.as_ref().and_then(|name| self.get(name.as_str())))
            .or_else(|| self.models.first())
    }
}
