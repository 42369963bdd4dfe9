//! The HTTPS client of all calls, and what it watches.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Bytes;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::proxy::{Proxies, Proxy};
use crate::error::Error;

/// Most bytes of an answer that are held: Lambda's 6 MB are the largest there
/// is, the rest is head-room.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Whom to trust: the system's certificates, or only those in `bundle`, like
/// the AWS CLI.
pub(super) fn trust(bundle: Option<&Path>) -> Result<TlsContext, Error> {
    let trust = match bundle {
        None => TrustStore::default(),
        Some(file) => {
            TrustStore::empty().with_native_roots(false).with_pem_certificate(certificates(file)?)
        }
    };
    TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| Error::internal(format!("no TLS: {error}")))
}

/// Makes a client with connections of its own, over these proxies.
pub(super) fn client(tls: &TlsContext, proxies: &Arc<Proxies>) -> Result<SharedHttpClient, Error> {
    let over = |proxy: &Option<Proxy>| -> Result<Option<SharedHttpClient>, Error> {
        let Some(proxy) = proxy else { return Ok(None) };
        let config = ProxyConfig::all(proxy.url().clone());
        let config =
            config.map_err(|error| Error::user(format!("{}: {error}", proxy.variable())))?;
        Ok(Some(way(config, tls.clone())))
    };
    let routes = Routes {
        http: over(&proxies.http)?,
        https: over(&proxies.https)?,
        direct: way(ProxyConfig::disabled(), tls.clone()),
        proxies: Arc::clone(proxies),
    };
    Ok(SharedHttpClient::new(Routed(Arc::new(routes))))
}

/// A client for one way to the network.
fn way(proxy: ProxyConfig, tls: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector
            .proxy_config(proxy.clone())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.clone())
            .build()
    })
}

/// The ways to the network; each call takes its own.
#[derive(Debug)]
struct Routes {
    proxies: Arc<Proxies>,
    direct: SharedHttpClient,
    http: Option<SharedHttpClient>,
    https: Option<SharedHttpClient>,
}

impl Routes {
    fn of(&self, request: &HttpRequest) -> &SharedHttpClient {
        if self.http.is_none() && self.https.is_none() {
            return &self.direct;
        }
        let address = request.uri().parse().ok();
        let is_proxied =
            address.as_ref().is_some_and(|address| self.proxies.get(address).is_some());
        let is_https = address.and_then(|it: hyper::Uri| it.scheme().cloned())
            == Some(hyper::http::uri::Scheme::HTTPS);
        let proxied = if is_https { &self.https } else { &self.http };
        proxied.as_ref().filter(|_| is_proxied).unwrap_or(&self.direct)
    }
}

/// The client for the SDK: it only knows where a call goes when it is made.
#[derive(Debug)]
struct Routed(Arc<Routes>);

impl HttpClient for Routed {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Route {
            routes: Arc::clone(&self.0),
            settings: settings.clone(),
            components: components.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.direct.connector_metadata()
    }
}

/// Makes calls with the same settings, each on its way.
#[derive(Debug)]
struct Route {
    routes: Arc<Routes>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for Route {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // It keeps its connections itself.
        let client = self.routes.of(&request);
        client.http_connector(&self.settings, &self.components).call(request)
    }
}

/// Reads a file of certificates in PEM and keeps those that can be used: the
/// client cannot do without that, a bundle of many may hold an odd one.
fn certificates(file: &Path) -> Result<Vec<u8>, Error> {
    let name = file.display();
    let wrong = |why: String| {
        Error::user(format!("cannot use the certificates in `{name}`: {why}"))
            .hint("check `--ca-bundle`, AWS_CA_BUNDLE and `ca_bundle` in ~/.aws/config")
    };
    let mut pem = Vec::new();
    let all = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    for certificate in all {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        if RootCertStore::empty().add(certificate.clone()).is_ok() {
            pem.extend_from_slice(b"-----BEGIN CERTIFICATE-----\n");
            pem.extend_from_slice(STANDARD.encode(&certificate).as_bytes());
            pem.extend_from_slice(b"\n-----END CERTIFICATE-----\n");
        }
    }
    if pem.is_empty() {
        return Err(wrong("it has no certificates".to_owned()));
    }
    Ok(pem)
}

/// Sees each call of a client: remembers where it went, for messages, and
/// bounds the answer.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    url: Arc<Mutex<Option<String>>>,
    date: Arc<Mutex<Option<String>>>,
    most: usize,
}

impl Default for Watch {
    fn default() -> Self {
        Self { url: Arc::default(), date: Arc::default(), most: MAX_ANSWER }
    }
}

impl Watch {
    /// The same for answers that are not held: they have no bound.
    pub(super) fn unbounded(&self) -> Self {
        Self { most: usize::MAX, ..self.clone() }
    }

    /// The `Date` of the last answer, once there was one.
    pub(super) fn date(&self) -> Option<String> {
        self.date.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The URL of the last call without its query, once there was one.
    pub(super) fn url(&self) -> Option<String> {
        self.url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let url: hyper::Uri = context.request().uri().parse()?;
        if let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) {
            let last = format!("{scheme}://{authority}{}", url.path());
            *self.url.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        }
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.date.lock().unwrap_or_else(PoisonError::into_inner) = date;
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::empty());
        // A piece keeps the buffer that it was read into, which may be many times as large.
        let pieces = whole.map_frame(|it| it.map_data(|data| Bytes::copy_from_slice(&data)));
        *body = SdkBody::from_body_1_x(Limited::new(pieces, self.most));
        Ok(())
    }
}
