//! The HTTP side: reads a request, keeps a record of it, holds it against Discord's own description, lets go wrong what is
//! planned, and otherwise does what is asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::body;
use super::endpoints::{self, Call, Reply};
use super::faults::{Fault, wait_at};
use super::hub::Hub;
use super::openapi;
use super::quota::Standing;
use super::refusal::Refusal;
use super::requests::Request;
use super::routes::Route;
use super::server::Peer;

/// Where Discord's API begins.
const ROOT: &str = "/api/v10";

/// Answers any request that is not the gateway's.
pub async fn serve(
    State(hub): State<Arc<Hub>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: axum::extract::Request,
) -> Response {
    let asked = Asked::read(&hub, request).await;
    let number = asked.record(&hub);
    let standing = asked.route.as_ref().and_then(|(route, _)| count(&hub, *route));
    if let Some(standing) = standing.filter(|standing| standing.exceeded) {
        hub.act(|state| state.requests[number].status = Some(429));
        return told(limited(standing.reset_after.as_secs_f64(), false), &standing);
    }
    let fault = asked.route.as_ref().and_then(|(route, _)| hub.act(|state| state.faults.take(*route)));
    let answer = match fault {
        Some(Fault::HangUp) => return hang_up(&hub, peer).await,
        Some(Fault::LoseAnswer) => {
            // Whatever came of it, nobody hears.
            _ = asked.act(&hub);
            return hang_up(&hub, peer).await;
        }
        Some(Fault::Hold(gate)) => {
            wait_at(&gate).await;
            asked.act(&hub)
        }
        Some(Fault::RateLimited { retry_after_s, global }) => Err(Trouble::Limited { retry_after_s, global }),
        Some(Fault::Status(status)) => Err(Refusal::status(status).into()),
        Some(Fault::Code(status, code)) => Err(Refusal::of(code).with_status(status).into()),
        None => asked.act(&hub),
    };
    let response = answer.map_or_else(Trouble::into_response, written);
    let status = Some(response.status().as_u16());
    // A test that forgets what was asked so far does not wait for the last answer.
    hub.act(|state| state.requests.get_mut(number).into_iter().for_each(|request| request.status = status));
    standing.iter().fold(response, told)
}

fn count(hub: &Hub, route: Route) -> Option<Standing> {
    hub.act(|state| state.quota.as_mut().and_then(|quota| quota.count(route, Instant::now())))
}

/// An answer with what there is left to use.
fn told(mut response: Response, standing: &Standing) -> Response {
    let headers = [
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining.to_string()),
        ("x-ratelimit-reset-after", format!("{:.3}", standing.reset_after.as_secs_f64())),
        ("x-ratelimit-reset", format!("{:.3}", reset_at(standing))),
        ("x-ratelimit-bucket", "a-bucket".to_owned()),
    ];
    for (name, value) in headers {
        let value = value.parse().expect("figures are fit for headers");
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

/// When a limit ends, in seconds since 1970.
fn reset_at(standing: &Standing) -> f64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later than 1970");
    (now + standing.reset_after).as_secs_f64()
}

/// A request that was read but not decided.
struct Asked {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    authorized: bool,
    at: Instant,
    parcel: Result<body::Parcel, Refusal>,
    route: Option<(Route, Vec<String>)>,
}

impl Asked {
    async fn read(hub: &Hub, request: axum::extract::Request) -> Self {
        let method = request.method().as_str().to_owned();
        let path = request.uri().path();
        // Files have addresses outside of the API, as they have at Discord.
        let path = path.strip_prefix(ROOT).or(path.starts_with("/attachments/").then_some(path));
        let path = path.unwrap_or_default().to_owned();
        let query = request.uri().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pair =
            |pair: &str| pair.split_once('=').map_or((pair.into(), String::new()), |(a, b)| (a.into(), b.into()));
        let query = query.map(pair).collect();
        let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let authorized = token.is_some_and(|token| token.strip_prefix("Bot ") == Some(&hub.token));
        let route = Route::of(&method, &path);
        let (at, parcel) = body::read(request).await;
        Self { method, path, query, authorized, at, parcel, route }
    }

    /// Puts it on the record, together with what Discord's description says against it.
    fn record(&self, hub: &Hub) -> usize {
        let parcel = self.parcel.clone().unwrap_or_default();
        let wrong = match &self.route {
            Some((Route::Download, _)) => Vec::new(),
            Some(_) => openapi::wrong_with(&self.method, &self.path, &self.query, &parcel.body),
            None => vec![format!("{} {} is not known to the fake", self.method, self.path)],
        };
        let request = Request {
            route: self.route.as_ref().map(|(route, _)| *route),
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: parcel.body,
            files: parcel.files.iter().map(|file| (file.name.clone(), file.bytes.len())).collect(),
            at: self.at,
            status: None,
        };
        hub.act(|state| {
            state.violations.extend(wrong);
            state.requests.push(request);
            state.requests.len() - 1
        })
    }

    fn act(&self, hub: &Hub) -> Result<Reply, Trouble> {
        let Some((route, arguments)) = &self.route else { return Err(Refusal::status(404).into()) };
        if route.needs_token() && !self.authorized {
            return Err(Refusal::of(0).into());
        }
        let parcel = self.parcel.clone()?;
        let call = Call { route: *route, arguments: arguments.clone(), query: self.query.clone(), parcel };
        let outcome = hub.act(|state| {
            let reads_everything = !state.sessions.privileged_refused;
            endpoints::answer(&mut state.world, &call, reads_everything)
        });
        Ok(outcome?)
    }
}

/// Breaks the connection. The answer that is returned reaches nobody.
async fn hang_up(hub: &Hub, peer: SocketAddr) -> Response {
    hub.break_wire(peer);
    std::future::pending().await
}

/// Why there is no answer.
enum Trouble {
    Refused(Refusal),
    Limited { retry_after_s: f64, global: bool },
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => {
                let status = StatusCode::from_u16(refusal.status).expect("a status of HTTP");
                (status, Json(refusal.body())).into_response()
            }
            Self::Limited { retry_after_s, global } => limited(retry_after_s, global),
        }
    }
}

fn limited(retry_after_s: f64, global: bool) -> Response {
    let words = "You are being rate limited.";
    let body = json!({ "message": words, "retry_after": retry_after_s, "global": global });
    let scope = if global { "global" } else { "user" };
    let name = HeaderName::from_static;
    let headers = [
        (RETRY_AFTER, retry_after_s.ceil().to_string()),
        (name("x-ratelimit-scope"), scope.to_owned()),
        (name("x-ratelimit-global"), global.to_string()),
    ];
    (StatusCode::TOO_MANY_REQUESTS, headers, Json(body)).into_response()
}

fn written(reply: Reply) -> Response {
    match reply {
        Reply::Done => StatusCode::NO_CONTENT.into_response(),
        Reply::Json(body) => Json(body).into_response(),
        Reply::File { content_type, bytes } => ([(CONTENT_TYPE, content_type)], bytes).into_response(),
    }
}
