//! Questions about code go to a paid model although one on the hoster's own machine is rated as well.

use super::finding::Issue;
use super::quality;
use super::{Case, Scene};
use crate::advisor::lever::{Lever, Local};
use crate::advisor::log::is_ok;
use crate::model::{Call, ModelName, NanoUsd, QueryType};

pub(super) fn find(scene: &Scene) -> Vec<Case> {
    let local: Vec<&ModelName> =
        scene.world.offers().filter(|(_, offer)| offer.local).map(|(model, _)| model).collect();
    let remote = scene.world.offers().filter(|(_, offer)| !offer.local).map(|(model, _)| model);
    remote.filter_map(|model| local.iter().find_map(|local| case(scene, model, local))).collect()
}

fn is_code(call: &Call) -> bool {
    is_ok(call) && call.query_type == QueryType::Code
}

fn case(scene: &Scene, model: &ModelName, local: &ModelName) -> Option<Case> {
    let quality = quality::compared(scene, model, local, is_code);
    let own = || scene.log.numbered().filter(|(_, call)| is_ok(call) && call.model == *model);
    let paid = own().filter(|(_, call)| is_code(call) && call.cost > Some(NanoUsd::ZERO)).count() as u64;
    let lever = Lever::Local(Local { from: model.clone(), to: local.clone(), query_type: QueryType::Code });
    let issue = Issue::RemoteCode { model: model.clone(), local: local.clone(), quality };
    let counted = (paid, own().count() as u64);
    (paid > 0 && quality.is_as_good()).then(|| Case {
        issue,
        affected: scene.saved_by(&lever),
        counted,
        variance: None,
        lever: Some(lever),
        example: None,
    })
}
