//! Where a service is called if nothing else is set, and how its calls are named.

use super::Service;

/// A host and the Region that calls of it are signed for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) signing_region: String,
}

/// A partition of AWS (botocore, `partitions.json`, and the rules of IAM's endpoint).
struct Partition {
    /// What its Regions start with.
    regions: &'static str,
    suffix: &'static str,
    dual_stack_suffix: &'static str,
    /// Host of IAM, which is one for all Regions, and the Region that signs for it.
    iam: (&'static str, &'static str),
}

/// All but the largest, which comes last and takes what is left.
const PARTITIONS: [Partition; 8] = [
    Partition {
        regions: "cn-",
        suffix: "amazonaws.com.cn",
        dual_stack_suffix: "api.amazonwebservices.com.cn",
        iam: ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    },
    Partition {
        regions: "us-gov-",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        iam: ("iam.us-gov.amazonaws.com", "us-gov-west-1"),
    },
    Partition {
        regions: "eusc-",
        suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
        iam: ("iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
    },
    Partition {
        regions: "us-iso-",
        suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
        iam: ("iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
    },
    Partition {
        regions: "us-isob-",
        suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
        iam: ("iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
    },
    Partition {
        regions: "eu-isoe-",
        suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        iam: ("iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"),
    },
    Partition {
        regions: "us-isof-",
        suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
        iam: ("iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1"),
    },
    Partition {
        regions: "",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        iam: ("iam.amazonaws.com", "us-east-1"),
    },
];

/// The host of a service: `firehose.eu-west-1.amazonaws.com`. IAM has one for the
/// whole partition, and one that is FIPS in the largest.
pub(super) fn find(service: Service, region: &str, is_fips: bool, is_dual_stack: bool) -> Host {
    let [.., largest] = &PARTITIONS;
    let partition = PARTITIONS.iter().find(|it| region.starts_with(it.regions));
    let partition = partition.unwrap_or(largest);
    if service == Service::Iam {
        let (name, signing_region) = partition.iam;
        let has_fips = is_fips && partition.regions.is_empty();
        let name = if has_fips { "iam-fips.amazonaws.com" } else { name };
        return Host { name: name.to_owned(), signing_region: signing_region.to_owned() };
    }
    let fips = if is_fips { "-fips" } else { "" };
    let suffix = if is_dual_stack { partition.dual_stack_suffix } else { partition.suffix };
    let name = format!("{}{fips}.{region}.{suffix}", service.host_prefix());
    Host { name, signing_region: region.to_owned() }
}

impl Service {
    /// What its host starts with and its signatures are for.
    pub(super) const fn host_prefix(self) -> &'static str {
        match self {
            Self::CloudWatch => "monitoring",
            Self::Logs => "logs",
            Self::Sso => "portal.sso",
            Self::SsoOidc => "oidc",
            other => other.id(),
        }
    }

    /// Version of the JSON protocol, and what `X-Amz-Target` starts with (botocore,
    /// `jsonVersion` and `targetPrefix` of the service).
    pub(super) const fn json_protocol(self) -> (&'static str, &'static str) {
        match self {
            Self::CloudWatch => ("1.0", "GraniteServiceVersion20100801"),
            Self::Firehose => ("1.1", "Firehose_20150804"),
            Self::Athena => ("1.1", "AmazonAthena"),
            Self::Glue => ("1.1", "AWSGlue"),
            Self::Kinesis => ("1.1", "Kinesis_20131202"),
            Self::Kms => ("1.1", "TrentService"),
            Self::Logs => ("1.1", "Logs_20140328"),
            // They have no such protocol, and no call of it is made.
            Self::Iam | Self::Lambda | Self::S3 | Self::Sts | Self::Sso | Self::SsoOidc => {
                ("1.1", "")
            }
        }
    }

    /// `Version` in the query protocol (botocore, `apiVersion`).
    pub(super) const fn query_version(self) -> &'static str {
        match self {
            Self::Iam => "2010-05-08",
            _ => "2011-06-15",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(service: Service, region: &str, is_fips: bool, is_dual_stack: bool) -> String {
        let host = find(service, region, is_fips, is_dual_stack);
        format!("{} {}", host.name, host.signing_region)
    }

    #[test]
    fn a_service_is_where_the_aws_cli_calls_it() {
        use Service::{CloudWatch, Firehose, Iam, Kms};
        for (service, region, is_fips, is_dual_stack, expected) in [
            (Firehose, "eu-west-1", false, false, "firehose.eu-west-1.amazonaws.com eu-west-1"),
            (CloudWatch, "eu-west-1", false, true, "monitoring.eu-west-1.api.aws eu-west-1"),
            (Kms, "us-east-1", true, false, "kms-fips.us-east-1.amazonaws.com us-east-1"),
            (Kms, "cn-north-1", false, false, "kms.cn-north-1.amazonaws.com.cn cn-north-1"),
            (Kms, "us-gov-west-1", true, true, "kms-fips.us-gov-west-1.api.aws us-gov-west-1"),
            (Kms, "eusc-de-east-1", false, false, "kms.eusc-de-east-1.amazonaws.eu eusc-de-east-1"),
            (Iam, "eu-west-1", false, false, "iam.amazonaws.com us-east-1"),
            (Iam, "eu-west-1", true, false, "iam-fips.amazonaws.com us-east-1"),
            (Iam, "us-gov-east-1", true, false, "iam.us-gov.amazonaws.com us-gov-west-1"),
            (Iam, "cn-northwest-1", false, false, "iam.cn-north-1.amazonaws.com.cn cn-north-1"),
        ] {
            assert_eq!(name(service, region, is_fips, is_dual_stack), expected);
        }
    }
}
