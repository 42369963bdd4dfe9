//! AWS, thin: what the user set goes in, SDK clients come out; one file a
//! service. Nothing is printed or decided here; errors become sentences.

mod error;
pub mod lambda;

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::config::SharedHttpClient;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::error::Error;

/// Where and as whom AWS is called, as far as the user said so. What is not
/// said is found as every AWS tool finds it: environment, profiles, SSO,
/// `credential_process`, container and instance roles.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
    /// `AWS_CA_BUNDLE`, read: certificates in PEM. The SDK does not look for it.
    pub ca_bundle: Option<Vec<u8>>,
}

/// Longest wait for a Region or credentials: a machine that is no instance does
/// not answer for instances.
const FINDING: Duration = Duration::from_secs(5);

impl Access {
    /// Looks for all that is needed to call AWS in `region`, or in the user's
    /// Region.
    pub(crate) async fn config(&self, region: Option<&str>) -> Result<SdkConfig, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = region.or(self.region.as_deref()) {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(bundle) = &self.ca_bundle {
            loader = loader.http_client(trusting(bundle)?);
        }
        let found = tokio::time::timeout(FINDING, loader.load()).await;
        let Some(config) = found.ok().filter(|config| config.region().is_some()) else {
            return Err(Error::usage("no Region is set")
                .hint("`--region eu-west-1`, AWS_REGION, or `region` in the profile"));
        };
        Ok(config)
    }
}

/// An HTTPS client that trusts these certificates beside those of the system.
fn trusting(bundle: &[u8]) -> Result<SharedHttpClient, Error> {
    let store = TrustStore::default().with_pem_certificate(bundle);
    let context = TlsContext::builder().with_trust_store(store).build().map_err(|error| {
        Error::usage(format!("AWS_CA_BUNDLE cannot be used: {error}"))
            .hint("it names a file of certificates in PEM")
    })?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context)
        .build_https())
}
