//! How often a route may be used, as Discord tells in the headers of every answer.

use std::time::{Duration, Instant};

use super::routes::Route;

/// A number of requests for a length of time.
#[derive(Debug, Clone)]
pub struct Quota {
    route: Route,
    limit: usize,
    per: Duration,
    used: usize,
    until: Option<Instant>,
}

/// What Discord says of it with an answer.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub limit: usize,
    pub remaining: usize,
    pub reset_after: Duration,
    /// This request was one too many.
    pub exceeded: bool,
}

impl Quota {
    pub fn new(route: Route, limit: usize, per: Duration) -> Self {
        Self { route, limit, per, used: 0, until: None }
    }

    /// Counts a request, if it is one of this route.
    pub fn count(&mut self, route: Route, now: Instant) -> Option<Standing> {
        if route != self.route {
            return None;
        }
        let until = match self.until {
            Some(until) if until > now => until,
            _ => {
                self.used = 0;
                now + self.per
            }
        };
        self.until = Some(until);
        self.used += 1;
        let (limit, used) = (self.limit, self.used);
        let exceeded = used > limit;
        Some(Standing { limit, remaining: limit.saturating_sub(used), reset_after: until - now, exceeded })
    }
}
