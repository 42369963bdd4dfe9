//! The flags of every command that calls AWS.

use std::path::PathBuf;

use super::settings::EndpointUrl;
use firehose::names::RegionName;

/// Flags of every command that calls AWS. What they leave open comes from
/// where every AWS tool takes it: the environment, `~/.aws`, the machine's role.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct AwsArgs {
    /// AWS profile; takes precedence over keys in the environment
    #[arg(long, value_name = "NAME", help_heading = "AWS options")]
    pub profile: Option<String>,
    /// AWS Region, e.g. eu-west-1
    #[arg(long, value_name = "REGION", help_heading = "AWS options")]
    pub region: Option<RegionName>,
    /// Endpoint to call instead of AWS, e.g. of an emulator
    #[arg(long, value_name = "URL", help_heading = "AWS options")]
    pub endpoint_url: Option<EndpointUrl>,
    /// Certificates to trust instead of the system's. The variable is read with
    /// the other settings, so that an empty one counts as none.
    #[arg(
        long,
        value_name = "FILE",
        help = "CA certificate bundle to use instead of the system's (PEM) [env: AWS_CA_BUNDLE]",
        long_help = None,
        help_heading = "AWS options"
    )]
    pub ca_bundle: Option<PathBuf>,
    /// Agree to pay for requests to Requester Pays buckets
    #[arg(long, help_heading = "AWS options")]
    pub request_payer: bool,
}

impl AwsArgs {
    /// The flags that a printed command with a `--region` of its own needs to reach the
    /// same account.
    pub fn to_args_but_region(&self) -> Vec<String> {
        let profile = self.profile.iter().flat_map(|it| ["--profile".to_owned(), it.clone()]);
        let endpoint = self.endpoint_url.iter();
        let endpoint =
            endpoint.flat_map(|it| ["--endpoint-url".to_owned(), it.as_str().to_owned()]);
        profile.chain(endpoint).collect()
    }

    /// The flags as they were given, for a command line that is printed.
    pub fn to_args(&self) -> Vec<String> {
        let flags = [
            ("--profile", self.profile.clone()),
            ("--region", self.region.as_ref().map(ToString::to_string)),
            ("--endpoint-url", self.endpoint_url.as_ref().map(|url| url.as_str().to_owned())),
            ("--ca-bundle", self.ca_bundle.as_ref().map(|file| file.display().to_string())),
        ];
        let given = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        let payer = self.request_payer.then(|| "--request-payer".to_owned());
        given.flat_map(|(flag, value)| [flag.to_owned(), value]).chain(payer).collect()
    }
}
