//! Which service a request is for: AWS's services have names of their own, and
//! here they share one address.

use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::http::request::Parts;
use hyper::{Method, Uri};

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are AWS's names")]
pub enum Service {
    Firehose,
    S3,
    Logs,
    Lambda,
    Sts,
    Iam,
    Kms,
    CloudWatch,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JSON, with the operation in `X-Amz-Target`.
    Json,
    /// JSON, with the operation in method and path.
    RestJson,
    /// A form, answered with XML.
    Query,
    /// S3's own.
    S3,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// To a service.
    To(Service),
    /// To the service that has the `Action` of the form.
    ByAction,
    /// To `fh local` itself: its page and what that reads.
    Own,
    /// To one that is not here: its name, and how it expects an answer.
    Unknown(String, Protocol),
}

impl Route {
    /// How an error is answered; none for `fh local` itself.
    pub(super) const fn protocol(&self) -> Option<Protocol> {
        match self {
            Self::To(service) => Some(service.protocol()),
            Self::ByAction => Some(Protocol::Query),
            Self::Own => None,
            Self::Unknown(_, protocol) => Some(*protocol),
        }
    }
}

/// A service: itself, its name in signatures, the prefix of its targets.
const SERVICES: [(Service, &str, &str); 8] = [
    (Service::Firehose, "firehose", "Firehose_20150804"),
    (Service::S3, "s3", ""),
    (Service::Logs, "logs", "Logs_20140328"),
    (Service::Lambda, "lambda", ""),
    (Service::Sts, "sts", ""),
    (Service::Iam, "iam", ""),
    (Service::Kms, "kms", "TrentService"),
    (Service::CloudWatch, "monitoring", "GraniteServiceVersion20100801"),
];

/// Operations of STS, for requests that nobody has signed; the other forms are
/// for IAM.
const STS_ACTIONS: [&str; 4] =
    ["GetCallerIdentity", "AssumeRole", "GetSessionToken", "AssumeRoleWithWebIdentity"];

const TARGET: &str = "x-amz-target";

impl Service {
    /// All of them, by their names in signatures.
    pub fn names() -> String {
        let names: Vec<_> = SERVICES.iter().map(|(_, name, _)| *name).collect();
        names.join(", ")
    }

    /// The service that has this name in signatures.
    pub(super) fn named(name: &str) -> Option<Self> {
        SERVICES.iter().find(|(_, it, _)| *it == name).map(|(service, ..)| *service)
    }

    /// The service of an action, as forms name it.
    pub(super) fn of_action(action: &str) -> Self {
        if STS_ACTIONS.contains(&action) { Self::Sts } else { Self::Iam }
    }

    /// How it is spoken to.
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Firehose | Self::Logs | Self::Kms | Self::CloudWatch => Protocol::Json,
            Self::Lambda => Protocol::RestJson,
            Self::Sts | Self::Iam => Protocol::Query,
            Self::S3 => Protocol::S3,
        }
    }

    /// Most bytes of a body that is read whole.
    pub(super) const fn max_body(self) -> usize {
        const MIB: usize = 1024 * 1024;
        match self {
            // 4 MiB of records in base64; 1 MiB of log events, which JSON makes more of.
            Self::Firehose | Self::Logs => 8 * MIB,
            // `CreateFunction` takes 50 MB in base64.
            Self::Lambda => 72 * MIB,
            Self::Sts | Self::Iam | Self::Kms | Self::CloudWatch | Self::S3 => MIB,
        }
    }
}

/// Finds out where a request goes: by the service that it is signed for, else
/// its target, else its path, else the action of its form; the rest is for S3.
pub(super) fn find(head: &Parts) -> Route {
    let protocol = protocol(head);
    if let Some(name) = scope(&head.headers, &head.uri) {
        return Service::named(name)
            .map_or_else(|| Route::Unknown(name.to_owned(), protocol), Route::To);
    }
    if let Some(target) = header(&head.headers, TARGET) {
        let prefix = target.split('.').next().unwrap_or_default();
        let found = SERVICES.iter().find(|(.., it)| !it.is_empty() && *it == prefix);
        return found.map_or_else(
            || Route::Unknown(prefix.to_owned(), protocol),
            |(service, ..)| Route::To(*service),
        );
    }
    if is_own(head) {
        return Route::Own;
    }
    if is_lambda(head.uri.path()) {
        return Route::To(Service::Lambda);
    }
    if protocol == Protocol::Query { Route::ByAction } else { Route::To(Service::S3) }
}

/// How a request wants to be answered, whatever the service.
fn protocol(head: &Parts) -> Protocol {
    let kind = header(&head.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    if head.headers.contains_key(TARGET) {
        Protocol::Json
    } else if head.method == Method::POST
        && head.uri.path() == "/"
        && kind.starts_with("application/x-www-form-urlencoded")
    {
        Protocol::Query
    } else if kind.starts_with("application/json") {
        Protocol::RestJson
    } else {
        Protocol::S3
    }
}

/// The service that a request is signed for:
/// `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, in the header or the address.
fn scope<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let of = |text: &'a str, slash: &str| text.split(slash).nth(3).filter(|it| !it.is_empty());
    if let Some(header) = header(headers, AUTHORIZATION.as_str()) {
        let (_, credential) = header.split_once("Credential=")?;
        return of(credential.split([',', ' ']).next()?, "/");
    }
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, credential) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-credential"))?;
    of(credential, if credential.contains('/') { "/" } else { "%2F" })
}

/// True for `/_fh/…`, which is in no bucket, and for a browser at the door.
fn is_own(head: &Parts) -> bool {
    let accepts = header(&head.headers, ACCEPT.as_str()).unwrap_or_default();
    let is_browser = head.method == Method::GET && accepts.contains("text/html");
    let path = head.uri.path();
    path.starts_with("/_fh/") || (path == "/" && head.uri.query().is_none() && is_browser)
}

/// True for the paths of Lambda: a date and then what it is about.
fn is_lambda(path: &str) -> bool {
    let mut parts = path.trim_start_matches('/').split('/');
    let (date, what) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
    let is_date = date.len() == "2015-03-31".len() && date.as_bytes().iter().all(is_digit);
    is_date && ["functions", "event-source-mappings", "layers", "account-settings"].contains(&what)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn route(method: Method, uri: &str, headers: &[(&str, &str)]) -> Route {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        find(&request.body(()).unwrap().into_parts().0)
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=KEY/20261129/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=00"
        )
    }

    #[test]
    fn a_signature_names_the_service() {
        for (service, name, _) in SERVICES {
            let signed = signed(name);
            let headers = [("authorization", signed.as_str()), (TARGET, "Other.Thing")];
            assert_eq!(route(Method::POST, "/", &headers), Route::To(service));
        }
        let signed = signed("dynamodb");
        let headers = [("authorization", signed.as_str()), (TARGET, "DynamoDB_20120810.GetItem")];
        let unknown = Route::Unknown("dynamodb".to_owned(), Protocol::Json);
        assert_eq!(route(Method::POST, "/", &headers), unknown);
    }

    #[test]
    fn a_presigned_address_names_the_service() {
        let uri = "/b/k?X-Amz-Credential=KEY%2F20261129%2Feu-west-1%2Fs3%2Faws4_request";
        assert_eq!(route(Method::GET, uri, &[]), Route::To(Service::S3));
        let uri = uri.replace("%2F", "/").replace("/s3/", "/sts/");
        assert_eq!(route(Method::GET, &uri, &[]), Route::To(Service::Sts));
    }

    #[test]
    fn what_nobody_signed_goes_by_target_path_or_form() {
        let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        for (method, uri, headers, wanted) in [
            (
                Method::POST,
                "/",
                vec![(TARGET, "Logs_20140328.PutLogEvents")],
                Route::To(Service::Logs),
            ),
            (
                Method::POST,
                "/",
                vec![(TARGET, "Firehose_20150804.PutRecord")],
                Route::To(Service::Firehose),
            ),
            (
                Method::POST,
                "/",
                vec![(TARGET, "X.Y")],
                Route::Unknown("X".to_owned(), Protocol::Json),
            ),
            (
                Method::POST,
                "/2015-03-31/functions/app/invocations",
                vec![],
                Route::To(Service::Lambda),
            ),
            (Method::GET, "/2015-03-31/orders", vec![], Route::To(Service::S3)),
            (Method::POST, "/", vec![form], Route::ByAction),
            (Method::POST, "/bucket?delete", vec![form], Route::To(Service::S3)),
            (
                Method::GET,
                "/bucket/key",
                vec![("authorization", "Basic x")],
                Route::To(Service::S3),
            ),
            (Method::GET, "/", vec![], Route::To(Service::S3)),
            (Method::GET, "/", vec![("accept", "text/html,*/*")], Route::Own),
            (Method::GET, "/?list-type=2", vec![("accept", "text/html")], Route::To(Service::S3)),
            (Method::POST, "/_fh/flush", vec![], Route::Own),
        ] {
            assert_eq!(route(method, uri, &headers), wanted, "{uri} {headers:?}");
        }
    }
}
