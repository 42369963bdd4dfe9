//! `GetObject` without what the SDK does around a call: an address that is found
//! once, the SDK's own connections and credentials, one attempt.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_credential_types::Credentials;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::user_agent::{ApiMetadata, AwsUserAgent};
use aws_sdk_s3::config::endpoint::{DefaultResolver, Endpoint, Params, ResolveEndpoint as _};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::retries::strategy::NeverRetryStrategy;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{SharedAuthScheme, SharedAuthSchemeOptionResolver};
use aws_smithy_runtime_api::client::endpoint::SharedEndpointResolver;
use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector as _, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::identity::{
    Identity, ResolveCachedIdentity as _, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::retries::SharedRetryStrategy;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::os_shim_internal::Env;
use hyper::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::get::{Reply, is_slow_down};
use super::signer::Signer;
use super::{ByteRange, S3Client, S3Object};
use crate::aws::{ATTEMPT_TIMEOUT, READ_TIMEOUT, Service, Session};

/// What stays as it is in a key (RFC 3986, unreserved), and slashes.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// After this many objects in a row that only the SDK could get, only the SDK is
/// asked: the clock may be off, or a proxy in between.
const MAX_WRONG: u32 = 4;

/// What comes of a get.
pub(super) enum QuickReply {
    Found(Reply),
    /// S3 asks to slow down.
    Slower,
    /// Anything else.
    Other,
}

/// Gets objects of one bucket.
#[derive(Debug)]
pub(super) struct QuickGet {
    bucket: String,
    /// The address of the bucket, without a slash at its end.
    url: String,
    /// Its parts.
    host: String,
    path: String,
    user_agent: String,
    is_payer: bool,
    connector: SharedHttpConnector,
    components: RuntimeComponents,
    identities: SharedIdentityResolver,
    signer: Signer,
    wrong: AtomicU32,
}

impl QuickGet {
    /// Makes no call. `None` where calls are not signed as those of most buckets
    /// are: directory buckets, access points of several Regions.
    pub(super) async fn new(client: &S3Client, bucket: &str) -> Option<Self> {
        let session = &client.session;
        let endpoint = DefaultResolver::new().resolve_endpoint(&place(session, bucket)?).await;
        let endpoint = endpoint.ok()?;
        let url = endpoint.url().trim_end_matches('/').to_owned();
        let address: Uri = url.parse().ok()?;
        let config = &session.config;
        let identities = SharedIdentityResolver::new(config.credentials_provider()?);
        let components = components(session, identities.clone())?;
        let settings = HttpConnectorSettings::builder().read_timeout(READ_TIMEOUT).build();
        let connector = config.http_client()?.http_connector(&settings, &components);
        let metadata = ApiMetadata::new("s3", env!("CARGO_PKG_VERSION"));
        let user_agent = AwsUserAgent::new_from_environment(Env::from_slice(&[]), metadata);
        Some(Self {
            bucket: bucket.to_owned(),
            host: address.authority()?.to_string(),
            path: address.path().trim_end_matches('/').to_owned(),
            url,
            user_agent: user_agent.aws_ua_header(),
            is_payer: session.requester_pays(),
            connector,
            components,
            identities,
            signer: signer(&endpoint)?,
            wrong: AtomicU32::new(0),
        })
    }

    /// True if objects of this bucket are to be asked for here.
    pub(super) fn serves(&self, bucket: &str) -> bool {
        self.bucket == bucket && self.wrong.load(Ordering::Relaxed) < MAX_WRONG
    }

    /// An object was not found here: the SDK has found it, or has not either.
    pub(super) fn was_wrong(&self, is_found: bool) {
        if is_found {
            self.wrong.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Starts to get a part of an object, as long as it is the one that was listed.
    pub(super) async fn get(&self, object: &S3Object, part: ByteRange) -> QuickReply {
        let Some(answer) = self.answer(object, part).await else { return QuickReply::Other };
        let status = answer.status().as_u16();
        if is_slow_down(status) {
            return QuickReply::Slower;
        }
        if status != if part.range().is_some() { 206 } else { 200 } {
            return QuickReply::Other;
        }
        self.wrong.store(0, Ordering::Relaxed);
        let header = |name: &str| answer.headers().get(name).map(str::to_owned);
        QuickReply::Found(Reply {
            etag: header("etag"),
            length: header("content-length").and_then(|length| length.parse().ok()),
            body: ByteStream::new(answer.into_body()),
        })
    }

    async fn answer(&self, object: &S3Object, part: ByteRange) -> Option<HttpResponse> {
        let identity = self.identity().await.ok()?;
        let request = self.request(object, part, &identity).ok()?;
        let answer = tokio::time::timeout(ATTEMPT_TIMEOUT, self.connector.call(request)).await;
        answer.ok()?.ok()
    }

    /// The credentials, as the SDK has them: found once, and again before they expire.
    async fn identity(&self) -> Result<Identity, BoxError> {
        let cache = self.components.identity_cache();
        let identities = self.identities.clone();
        cache.resolve_cached_identity(identities, &self.components, &ConfigBag::base()).await
    }

    fn request(
        &self,
        object: &S3Object,
        part: ByteRange,
        identity: &Identity,
    ) -> Result<HttpRequest, BoxError> {
        let key = utf8_percent_encode(&object.key, KEPT).to_string();
        let mut headers = vec![("host", self.host.clone())];
        headers.extend(part.range().map(|range| ("range", range)));
        headers.extend(object.etag.clone().map(|etag| ("if-match", etag)));
        if self.is_payer {
            headers.push(("x-amz-request-payer", "requester".to_owned()));
        }
        let credentials = identity.data::<Credentials>().ok_or("no credentials")?;
        let now = self.components.time_source().unwrap_or_default().now();
        self.signer.sign(&format!("{}/{key}", self.path), &mut headers, credentials, now)?;
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(format!("{}/{key}", self.url))?;
        headers.push(("user-agent", self.user_agent.clone()));
        for (name, value) in headers {
            request.headers_mut().try_insert(name, value)?;
        }
        Ok(request)
    }
}

/// What decides the address of a bucket.
fn place(session: &Session, bucket: &str) -> Option<Params> {
    let config = &session.config;
    let is_path = session.endpoint(Service::S3).is_some() && !bucket.starts_with("arn:");
    Params::builder()
        .bucket(bucket)
        .region(session.region().to_string())
        .set_endpoint(session.endpoint_url(Service::S3))
        .set_use_fips(config.use_fips())
        .set_use_dual_stack(config.use_dual_stack())
        .force_path_style(is_path)
        .use_arn_region(true)
        .build()
        .ok()
}

/// What signs calls at this address; `None` if they are not signed by Signature Version 4.
fn signer(endpoint: &Endpoint) -> Option<Signer> {
    let scheme = endpoint.auth_schemes().first().filter(|it| it.name() == "sigv4")?;
    let text = |name: &str| scheme.get(name)?.as_string();
    Some(Signer::new(text("signingRegion")?, text("signingName")?))
}

/// The parts of the SDK that a call is made of; those of a client that this needs
/// not are the simplest there are.
fn components(session: &Session, identities: SharedIdentityResolver) -> Option<RuntimeComponents> {
    let config = &session.config;
    let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    let address = StaticUriEndpointResolver::uri("http://localhost");
    let mut components = RuntimeComponentsBuilder::new("fh")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)))
        .with_endpoint_resolver(Some(SharedEndpointResolver::new(address)))
        .with_retry_strategy(Some(SharedRetryStrategy::new(NeverRetryStrategy::new())))
        .with_identity_resolver(SCHEME_ID, identities);
    components.set_identity_cache(config.identity_cache());
    components.set_time_source(config.time_source());
    components.set_sleep_impl(config.sleep_impl());
    components.build().ok()
}
