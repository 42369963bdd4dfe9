//! An emulator of Lambda that runs already: RIE in a container, `sam local
//! start-lambda`, `cargo lambda watch`.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap};
use hyper::http::uri::Authority;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use firehose::json;
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::invocation::{FunctionError, Invocation, InvocationResult, Log, Phase};

/// Most that is read of an answer, beyond what Lambda takes: an emulator may
/// not keep the limit, and that is to be reported, not to be guessed.
const MAX_BODY: usize = 2 * MAX_RESPONSE_PAYLOAD;

/// Where to post an event.
#[derive(Debug)]
pub struct EndpointFunction {
    /// `HOST:PORT`.
    authority: Authority,
    path: String,
    timeout: Duration,
}

impl EndpointFunction {
    /// Takes a URL. One with a path is used as it is; one without gets the path
    /// of Lambda's Invoke for the function `name`. RIE knows its function by
    /// the name `function`.
    pub fn new(url: &str, name: &str, timeout: Duration) -> Result<Self, Error> {
        let wrong = |why: &str| Error::user(format!("`{url}` is not a Lambda endpoint: {why}"));
        let uri: Uri = url.parse().map_err(|_| wrong("not a URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(wrong("Lambda emulators use http, not https")
                    .hint("for a deployed function, use `--function NAME`"));
            }
            _ => return Err(wrong("it must start with `http://`")),
        }
        let authority = uri.authority().cloned().ok_or_else(|| wrong("it has no host"))?;
        let path = match uri.path_and_query().map_or("/", |path| path.as_str()) {
            "/" => format!("/2015-03-31/functions/{name}/invocations"),
            path => path.to_owned(),
        };
        Ok(Self { authority, path, timeout })
    }

    /// Posts `event`.
    pub async fn invoke(&self, event: &[u8]) -> Result<Invocation, Error> {
        let started = Instant::now();
        let posting = self.post(Bytes::copy_from_slice(event));
        let (request_id, result) = match timeout_at(started + self.timeout, posting).await {
            Ok(result) => result?,
            Err(_) => {
                (None, InvocationResult::TimedOut { limit: self.timeout, phase: Phase::Invoke })
            }
        };
        let duration = started.elapsed();
        let log = Log::default();
        Ok(Invocation { request_id, duration, log, ..Invocation::new(result) })
    }

    async fn post(&self, event: Bytes) -> Result<(Option<String>, InvocationResult), Error> {
        let at = self.authority.as_str();
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = self.authority.port_u16().unwrap_or(80);
        let stream = TcpStream::connect((host, port)).await.map_err(|error| {
            Error::user(format!("cannot connect to `{at}`: {error}")).hint(
                "start the emulator first, e.g. `sam local start-lambda`, `cargo lambda watch` \
                 or `docker run -p 9000:8080 IMAGE`",
            )
        })?;
        let broken = |error: hyper::Error| {
            Error::user(format!("`{at}` does not respond like Lambda: {error}"))
        };
        stream.set_nodelay(true).map_err(|error| Error::unreadable(at, error))?;
        let io = TokioIo::new(stream);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(io).await.map_err(broken)?;
        let request = Request::post(self.path.as_str())
            .header(HOST, at)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(event))
            .map_err(|error| Error::internal(format!("bad request: {error}")))?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            self.read(response).await
        };
        tokio::pin!(exchange);
        tokio::select! {
            // What has arrived counts, also where the connection has ended.
            biased;
            result = &mut exchange => result,
            _ = connection => exchange.await,
        }
    }

    async fn read(
        &self,
        response: Response<Incoming>,
    ) -> Result<(Option<String>, InvocationResult), Error> {
        let (head, body) = response.into_parts();
        let header = |name: &str| text(&head.headers, name);
        let request_id =
            header("x-amzn-requestid").or_else(|| header("lambda-runtime-aws-request-id"));
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes().to_vec(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return Ok((request_id, InvocationResult::TooLarge { bytes: MAX_BODY as u64 }));
            }
            Err(error) => {
                let at = &self.authority;
                return Err(Error::user(format!("`{at}` cut off its response: {error}")));
            }
        };
        let is_error = head.headers.contains_key("x-amz-function-error");
        if !is_error && !head.status.is_success() && looks_like_error(&body).is_none() {
            return Err(self.refused(head.status, &body));
        }
        Ok((request_id, self.sort(is_error, body)))
    }

    /// Tells an error from a response: by Lambda's header, else, since RIE has
    /// none, by its keys.
    fn sort(&self, is_error: bool, body: Vec<u8>) -> InvocationResult {
        // What RIE writes instead of an error.
        if body.starts_with(b"Task timed out after ") {
            return InvocationResult::TimedOut { limit: self.timeout, phase: Phase::Invoke };
        }
        match looks_like_error(&body) {
            Some(error) if error.is_timeout() => {
                let limit = error.time_limit().unwrap_or(self.timeout);
                InvocationResult::TimedOut { limit, phase: Phase::Invoke }
            }
            Some(error) => InvocationResult::FunctionError(error),
            None if is_error => InvocationResult::FunctionError(FunctionError::parse(&body)),
            None => InvocationResult::from_response(body),
        }
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> Error {
        let Self { authority, path, .. } = self;
        let reply: String = String::from_utf8_lossy(body).chars().take(200).collect();
        let error = Error::user(format!("`http://{authority}{path}` returned {status}: {reply}"));
        if status == StatusCode::NOT_FOUND {
            return error.hint("pass its name in the emulator with `--function-name NAME`");
        }
        error
    }
}

/// Reads a body that has an `errorType` or an `errorMessage` and no records.
fn looks_like_error(body: &[u8]) -> Option<FunctionError> {
    let mut fields = json::fields(body, json::skip_space(body, 0)).map_while(Result::ok);
    if fields.any(|field| field.is(b"records")) {
        return None;
    }
    let error = FunctionError::parse(body);
    let has_reason = !error.error_type.is_empty() || !error.message.is_empty();
    has_reason.then_some(error)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}
