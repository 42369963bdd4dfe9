//! The services of AWS that are called.

/// A service of AWS that has an address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Firehose.
    Firehose,
    /// Lambda.
    Lambda,
    /// CloudWatch Logs.
    Logs,
    /// S3.
    S3,
    /// CloudWatch: metrics.
    CloudWatch,
    /// Athena.
    Athena,
    /// Glue.
    Glue,
    /// IAM.
    Iam,
    /// Kinesis Data Streams.
    Kinesis,
    /// KMS.
    Kms,
    /// STS, which hands out the credentials of roles.
    Sts,
    /// The portal of SSO, which hands out those of logins.
    Sso,
    /// The tokens of SSO.
    SsoOidc,
}

impl Service {
    pub(super) const ALL: [Self; 13] = [
        Self::Firehose,
        Self::Lambda,
        Self::Logs,
        Self::S3,
        Self::CloudWatch,
        Self::Athena,
        Self::Glue,
        Self::Iam,
        Self::Kinesis,
        Self::Kms,
        Self::Sts,
        Self::Sso,
        Self::SsoOidc,
    ];

    /// Its name in configuration files, and in capitals in variables (SDKs and
    /// tools reference guide, "Service-specific endpoints").
    pub(in crate::aws) const fn id(self) -> &'static str {
        match self {
            Self::CloudWatch => "cloudwatch",
            Self::Athena => "athena",
            Self::Glue => "glue",
            Self::Iam => "iam",
            Self::Kinesis => "kinesis",
            Self::Kms => "kms",
            Self::Firehose => "firehose",
            Self::Lambda => "lambda",
            Self::Logs => "cloudwatch_logs",
            Self::S3 => "s3",
            Self::Sts => "sts",
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
        }
    }

    /// True if it only hands out credentials: `--endpoint-url` is not for it.
    pub(super) const fn is_of_credentials(self) -> bool {
        matches!(self, Self::Sts | Self::Sso | Self::SsoOidc)
    }
}
