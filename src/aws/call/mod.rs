//! One call of AWS without a crate of the SDK: signed, retried, watched and explained
//! as those of the SDK are, by the parts that they are made of.
//!
//! For services of which a few operations are used. The crate of a service costs half
//! a minute or more of building and a megabyte (IAM 86 s, Lambda 60 s, CloudWatch
//! 32 s), a call here some lines:
//!
//! ```text
//! Request::json(…) | Request::query(…) | Request::rest(…) ─▶ Session::call ─▶ T
//! ```

mod errors;
mod host;
mod known;
mod xml;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::recursion_detection::RecursionDetectionInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{CallContext, is_about_credentials, never_left};
use super::{Service, Session};
use crate::error::Error;
use errors::Refused;
use errors::error_metadata;
pub(super) use known::fact_context;
pub(super) use xml::{Row, rows};

/// What stays as it is in a part of a path or of a form (RFC 3986, unreserved).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is sent.
#[derive(Clone)]
pub(super) struct Request {
    service: Service,
    operation: &'static str,
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    patience: Patience,
    /// The service whose address is called: an emulator's may answer for others.
    called_at: Service,
}

/// How long an answer is waited for, and how often it is asked for.
#[derive(Debug, Clone, Copy)]
enum Patience {
    /// As for all calls of the session.
    Usual,
    /// One attempt that may take this long, silence included.
    Once(Duration),
}

impl Request {
    /// A call in AWS's JSON protocol, 1.0 or 1.1: `POST /` with the name in a header.
    pub(super) fn json(service: Service, operation: &'static str, input: &impl Serialize) -> Self {
        let (version, target) = service.json_protocol();
        let headers = vec![
            ("content-type", format!("application/x-amz-json-{version}")),
            ("x-amz-target", format!("{target}.{operation}")),
        ];
        // The inputs are structs of texts and numbers, which always serialise.
        let body = serde_json::to_vec(input).unwrap_or_default();
        Self { headers, body, ..Self::new(service, operation, "POST", "/".to_owned()) }
    }

    /// A call in the query protocol: `POST /` of a form; the answer is XML.
    pub(super) fn query(
        service: Service,
        operation: &'static str,
        parameters: &[(&str, &str)],
    ) -> Self {
        let mut form = format!("Action={operation}&Version={}", service.query_version());
        for (name, value) in parameters {
            form.push('&');
            form.extend(utf8_percent_encode(name, KEPT));
            form.push('=');
            form.extend(utf8_percent_encode(value, KEPT));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let body = form.into_bytes();
        Self { headers, body, ..Self::new(service, operation, "POST", "/".to_owned()) }
    }

    /// A call that is a method and a path: parts between slashes, which are escaped
    /// here.
    pub(super) fn rest(
        service: Service,
        operation: &'static str,
        method: &'static str,
        parts: &[&str],
    ) -> Self {
        let mut path = String::new();
        for part in parts {
            path.push('/');
            path.extend(utf8_percent_encode(part, KEPT));
        }
        Self::new(service, operation, method, path)
    }

    fn new(service: Service, operation: &'static str, method: &'static str, path: String) -> Self {
        let (headers, body, patience) = (Vec::new(), Vec::new(), Patience::Usual);
        let called_at = service;
        Self { service, operation, method, path, headers, body, patience, called_at }
    }

    /// Adds a parameter after the path.
    pub(super) fn parameter(mut self, name: &str, value: &str) -> Self {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        self.path.extend(utf8_percent_encode(name, KEPT));
        self.path.push('=');
        self.path.extend(utf8_percent_encode(value, KEPT));
        self
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sets the body.
    pub(super) fn body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    /// Makes one attempt, which may take `timeout`.
    pub(super) fn once(self, timeout: Duration) -> Self {
        Self { patience: Patience::Once(timeout), ..self }
    }

    /// Calls it at the address of `service`.
    pub(super) fn at(self, service: Service) -> Self {
        Self { called_at: service, ..self }
    }

    fn into_http(self) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method(self.method)?;
        request.set_uri(self.path)?;
        for (name, value) in self.headers {
            request.headers_mut().try_insert(name, value)?;
        }
        Ok(request)
    }
}

impl fmt::Debug for Request {
    /// Without the body, which is the user's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// A call that failed.
#[derive(Debug)]
pub(super) struct CallError {
    /// AWS's code, if AWS answered.
    pub(super) code: Option<String>,
    /// The status of the answer, if there was one.
    pub(super) status: Option<u16>,
    /// It may still have been done.
    pub(super) may_be_done: bool,
    /// What failed and why.
    pub(super) error: Error,
}

/// True if a call that failed may have been done: nothing says that AWS refused it.
pub(super) fn may_be_done<E: StdError + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::DispatchFailure(failure) if failure.is_user() => false,
        SdkError::ServiceError(answer) => {
            // 408: a proxy says that it did not get it all, or not in time.
            !matches!(answer.raw().status().as_u16(), 400..=407 | 409..=499)
        }
        error => !is_about_credentials(error) && !never_left(error),
    }
}

impl From<CallError> for Error {
    fn from(it: CallError) -> Self {
        it.error
    }
}

impl Session {
    /// Makes a call and reads its answer; `read` returns `None` for what is not an
    /// answer of this operation.
    pub(super) async fn call<T>(
        &self,
        request: Request,
        context: &CallContext,
        read: fn(&HttpResponse) -> Option<T>,
    ) -> Result<T, CallError>
    where
        T: fmt::Debug + Send + Sync + 'static,
    {
        let (url, region) = self.place(&request);
        let operation = self
            .operation(&request, &url, region)
            .serializer(Request::into_http)
            .deserializer(move |response| {
                if response.status().is_success() {
                    read(response).ok_or_else(|| Refused::default().into())
                } else {
                    Err(Refused(error_metadata(response)).into())
                }
            })
            .build();
        operation.invoke(request).await.map_err(|error: SdkError<Refused, HttpResponse>| {
            CallError {
                code: error.as_service_error().and_then(|it| it.0.code()).map(str::to_owned),
                status: error.raw_response().map(|it| it.status().as_u16()),
                may_be_done: may_be_done(&error),
                error: self.error(context, &error),
            }
        })
    }

    /// The address of a call and the Region that it is signed for.
    fn place(&self, request: &Request) -> (String, Region) {
        let is_fips = self.config.use_fips() == Some(true);
        let is_dual_stack = self.config.use_dual_stack() == Some(true);
        let host = host::find(request.service, self.region.as_str(), is_fips, is_dual_stack);
        let url = self.endpoint_url(request.called_at);
        let url = url.unwrap_or_else(|| format!("https://{}", host.name));
        (url, Region::new(host.signing_region))
    }

    /// A call of the SDK's kind, with all that its crates add to one.
    fn operation(&self, request: &Request, url: &str, region: Region) -> OperationBuilder {
        let name = request.service.host_prefix();
        let mut operation = Operation::builder()
            .behavior_version(BehaviorVersion::latest())
            .service_name(request.service.id())
            .operation_name(request.operation)
            .endpoint_url(url)
            .with_connection_poisoning()
            .interceptor(ServiceClockSkewInterceptor::new())
            .interceptor(RequestInfoInterceptor::new())
            .interceptor(UserAgentInterceptor::new())
            .interceptor(InvocationIdInterceptor::new())
            .interceptor(RecursionDetectionInterceptor::new())
            .interceptor(self.watch.clone())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<Refused>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refused>::new())
            .retry_classifier(ServiceClockSkewClassifier::<Refused>::new())
            .runtime_plugin(self.signing(name, region, request.service.id()));
        if let Some(client) = self.config.http_client() {
            operation = operation.http_client(client);
        }
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        if let Some(time) = self.config.time_source() {
            operation = operation.time_source(time);
        }
        let usual = self.config.timeout_config().cloned();
        match request.patience {
            Patience::Usual => {
                if let Some(timeouts) = usual {
                    operation = operation.timeout_config(timeouts);
                }
                let retries = self.config.retry_config().cloned();
                operation.standard_retry(&retries.unwrap_or_else(RetryConfig::standard))
            }
            Patience::Once(timeout) => {
                let mut timeouts = TimeoutConfig::builder();
                timeouts.set_connect_timeout(usual.and_then(|it| it.connect_timeout()));
                let timeouts = timeouts.operation_timeout(timeout).build();
                operation.timeout_config(timeouts).no_retry()
            }
        }
    }

    /// How calls are signed, as whom, and how they name themselves.
    fn signing(&self, name: &'static str, region: Region, id: &'static str) -> StaticRuntimePlugin {
        let signing = SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(region.clone())),
            name: Some(SigningName::from_static(name)),
            ..SigV4OperationSigningConfig::default()
        };
        let mut layer = Layer::new("fh");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(signing);
        layer.store_put(SigningRegion::from(region.clone()));
        layer.store_put(region);
        layer.store_put(SigningName::from_static(name));
        layer.store_put(ApiMetadata::new(id, env!("CARGO_PKG_VERSION")));
        if let Some(name) = self.config.app_name() {
            layer.store_put(name.clone());
        }
        let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
        let mut components = RuntimeComponentsBuilder::new("fh")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)));
        if let Some(provider) = self.config.credentials_provider() {
            let identity = SharedIdentityResolver::new(provider);
            components = components.with_identity_resolver(SCHEME_ID, identity);
        }
        components.set_identity_cache(self.config.identity_cache());
        StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
    }
}

/// Reads an answer in JSON; for [`Session::call`].
pub(super) fn json<T: DeserializeOwned>(response: &HttpResponse) -> Option<T> {
    serde_json::from_slice(response.body().bytes()?).ok()
}

/// The text of an answer in XML, to be read by [`rows`]; for [`Session::call`].
pub(super) fn text(response: &HttpResponse) -> Option<&str> {
    str::from_utf8(response.body().bytes()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_says_that_nothing_was_done() {
        for (status, expected) in [
            (400, false),
            (403, false),
            (429, false),
            (408, true),
            (500, true),
            (504, true),
            (200, true),
        ] {
            let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
            let error = SdkError::service_error(Refused::default(), answer);
            assert_eq!(may_be_done(&error), expected, "{status}");
        }
        assert!(may_be_done(&SdkError::<Refused, _>::timeout_error("no answer")));
        assert!(!may_be_done(&SdkError::<Refused, _>::construction_failure("no body")));
    }
}
