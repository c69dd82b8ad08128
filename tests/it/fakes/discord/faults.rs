//! Trouble on demand: what goes wrong with which request, how often. Plans are kept in order and used up one by one; a
//! request that is held waits for its guard and for nothing else.

use tokio::sync::watch;

use super::routes::Route;

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// 429; a global one concerns every route.
    RateLimited { retry_after_s: f64, global: bool },
    /// This status, with a body that says little.
    Status(u16),
    /// This status and code of Discord's.
    Code(u16, u32),
    /// The connection breaks, and nothing was done.
    HangUp,
    /// What was asked for is done, but the connection breaks before the answer.
    LoseAnswer,
    /// Nothing is done before the gate opens.
    Hold(Gate),
}

/// How far a held request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Expected,
    Reached,
    Open,
}

pub type Gate = watch::Sender<Stage>;

/// Keeps requests waiting. They go on when it is released or dropped.
#[derive(Debug)]
pub struct Held(Gate);

impl Held {
    /// A closed gate, and its keeper.
    pub fn new() -> (Self, Gate) {
        let gate = watch::Sender::new(Stage::Expected);
        (Self(gate.clone()), gate)
    }

    /// Waits until a request stands at the gate.
    pub async fn reached(&self) {
        let reached = self.0.subscribe().wait_for(|stage| *stage >= Stage::Reached).await.map(|stage| *stage);
        reached.expect("the gate is still there");
    }

    /// Lets everything pass.
    pub fn release(self) {}
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.send_replace(Stage::Open);
    }
}

/// A request waits at a gate.
pub async fn wait_at(gate: &Gate) {
    gate.send_if_modified(|stage| {
        let first = *stage == Stage::Expected;
        *stage = (*stage).max(Stage::Reached);
        first
    });
    let opened = gate.subscribe().wait_for(|stage| *stage == Stage::Open).await.map(|stage| *stage);
    opened.expect("the gate is still there");
}

impl Planned {
    fn is_due(&self) -> bool {
        let passed = matches!(&self.fault, Fault::Hold(gate) if *gate.borrow() == Stage::Open);
        self.left != Some(0) && !passed
    }
}

/// What is planned to go wrong.
#[derive(Debug, Default)]
pub struct Faults(Vec<Planned>);

#[derive(Debug)]
struct Planned {
    /// Any if `None`.
    route: Option<Route>,
    fault: Fault,
    /// How many more times; without end if `None`.
    left: Option<usize>,
}

impl Faults {
    /// Plans a fault for the next requests of a route, or of any.
    pub fn plan(&mut self, route: Option<Route>, fault: Fault, times: Option<usize>) {
        self.0.push(Planned { route, fault, left: times });
    }

    /// What goes wrong with this request: the earliest plan that is left for it.
    pub fn take(&mut self, route: Route) -> Option<Fault> {
        let concerns = |planned: &Planned| planned.route.is_none_or(|planned| planned == route);
        let planned = self.0.iter_mut().find(|planned| concerns(planned) && planned.is_due())?;
        planned.left = planned.left.map(|left| left - 1);
        Some(planned.fault.clone())
    }

    /// Nothing goes wrong any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
