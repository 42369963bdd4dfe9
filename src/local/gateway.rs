//! One address for all services.
//!
//! ```text
//! loopback (who, how much, how long) ─▶ route ─▶ S3, which takes bodies as they come
//!                                            └▶ Api, which takes them whole
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};

use super::faults::{Chance, SharedFaults, lock};
use super::refusal::{Refusal, refuse};
use super::route::{self, Protocol, Route, Service};
use super::s3::S3;
use crate::loopback::{Body, Handler, Limits};

/// What is taken. Most is for S3: an object has 5 GiB at the most if it is put at
/// once, and the tokens of logins make long heads.
pub const LIMITS: Limits = Limits {
    connections: 64,
    head: 64 * 1024,
    head_timeout: Duration::from_secs(30),
    body: 5 * 1024 * 1024 * 1024,
    body_timeout: Duration::from_secs(30),
};

/// The body of an answer.
pub type ReplyBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// An answer, or the end of the connection.
pub type Reply = Result<Response<ReplyBody>, Broken>;

/// The connection breaks here, on purpose.
#[derive(Debug)]
pub struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is broken on purpose")
    }
}

impl std::error::Error for Broken {}

/// A request whose body is there.
#[derive(Debug)]
pub struct Call {
    /// Method, path and headers.
    pub head: Parts,
    /// The body, up to what its service takes.
    pub body: Bytes,
}

/// A service that takes bodies whole.
#[async_trait::async_trait]
pub trait Api: Send + Sync {
    /// Answers a request.
    async fn call(&self, call: Call) -> Reply;
}

/// All services at one address.
pub struct Gateway {
    s3: S3,
    apis: BTreeMap<Service, Arc<dyn Api>>,
    own: Option<Arc<dyn Api>>,
    faults: SharedFaults,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("services", &self.apis.keys()).finish_non_exhaustive()
    }
}

impl Gateway {
    /// S3, and nothing else yet, for logins that these faults make expire.
    pub fn new(s3: S3, faults: SharedFaults) -> Self {
        Self { s3, apis: BTreeMap::new(), own: None, faults }
    }

    /// The same with another service.
    #[must_use]
    pub fn with(mut self, service: Service, api: Arc<dyn Api>) -> Self {
        self.apis.insert(service, api);
        self
    }

    /// The same with what answers under `/_fh/`, and browsers at `/`.
    #[must_use]
    pub fn with_own(self, own: Arc<dyn Api>) -> Self {
        Self { own: Some(own), ..self }
    }

    async fn call(&self, head: Parts, body: Body) -> Reply {
        let route = route::find(&head);
        if let Some(protocol) = route.protocol()
            && lock(&self.faults).happens(Chance::ExpiredToken)
        {
            return refuse(protocol, &Refusal::expired(protocol));
        }
        match route {
            Route::To(Service::S3) => match self.s3.answer(Request::from_parts(head, body)).await {
                Ok(answer) => Ok(sandboxed(answer.map(UnsyncBoxBody::new))),
                Err(_) => Err(Broken),
            },
            Route::To(service) => match whole(body, service).await {
                Ok(body) => self.to(service, Call { head, body }).await,
                Err(refusal) => refuse(service.protocol(), &refusal),
            },
            Route::ByAction => match whole(body, Service::Sts).await {
                Ok(body) => {
                    let service = Service::of_action(&action(&body));
                    self.to(service, Call { head, body }).await
                }
                Err(refusal) => refuse(Protocol::Query, &refusal),
            },
            Route::Own => match (&self.own, whole(body, Service::Sts).await) {
                (Some(own), Ok(body)) => own.call(Call { head, body }).await,
                (None, _) => {
                    let why = "nothing is served at this path";
                    refuse(Protocol::RestJson, &Refusal::unsupported(why))
                }
                (_, Err(refusal)) => refuse(Protocol::RestJson, &refusal),
            },
            Route::Unknown(name, protocol) => {
                let has = Service::names();
                let why = format!("fh local does not serve {name}; it serves {has}");
                refuse(protocol, &Refusal::unsupported(why))
            }
        }
    }

    async fn to(&self, service: Service, call: Call) -> Reply {
        if let Some(api) = self.apis.get(&service) {
            return api.call(call).await;
        }
        let why = format!("{service:?} is not served here");
        refuse(service.protocol(), &Refusal::unsupported(why))
    }
}

/// The same answer; a browser that opens an object runs nothing of it, as it would
/// run at the address of our own page.
fn sandboxed(mut answer: Response<ReplyBody>) -> Response<ReplyBody> {
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// A body, if its service takes as much.
async fn whole(body: Body, service: Service) -> Result<Bytes, Refusal> {
    let most = service.max_body();
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => Err(Refusal {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "RequestEntityTooLargeException".to_owned(),
            message: format!("the body of the request could not be read: {error}"),
        }),
    }
}

/// The `Action` of a form.
pub(super) fn action(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| *name == "Action")
        .map(|(_, action)| action.to_owned())
        .unwrap_or_default()
}

impl Handler for Gateway {
    type Body = ReplyBody;
    type Error = Broken;

    const HAS_OTHER_NAMES: bool = true;

    fn refuse(&self, why: &'static str) -> Reply {
        let refusal = Refusal {
            status: StatusCode::FORBIDDEN,
            code: "AccessDeniedException".to_owned(),
            message: why.to_owned(),
        };
        refuse(Protocol::Json, &refusal)
    }

    async fn answer(&self, request: Request<Body>) -> Reply {
        let (head, body) = request.into_parts();
        self.call(head, body).await
    }
}

/// A body that is there.
pub(super) fn full(bytes: impl Into<Bytes>) -> ReplyBody {
    UnsyncBoxBody::new(Full::new(bytes.into()).map_err(|never| match never {}))
}
