//! How often Firehose tries.

/// How often Firehose tries before it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// The outcome is final: `attemptsMade` is 1.
    Once,
    /// The call of the transform is repeated: `attemptsMade` is 1 +
    /// `NumberOfRetries`, which is 3 unless it is set (developer guide, "Data
    /// transformation").
    AllRetries,
    /// Firehose retries writing to S3 for as long as it keeps the records.
    UntilStored,
    /// The retry duration of the destination, 0 to 7,200 seconds (API
    /// reference, `RetryOptions`).
    RetryDuration,
    /// Nothing that we know of shows it.
    Unknown,
}

impl Attempts {
    /// `attemptsMade` for a transform with this `NumberOfRetries` (3 unless it is
    /// set: developer guide, "Data transformation"); `None` where it depends on
    /// more than that.
    pub const fn count(self, retries: u32) -> Option<u32> {
        match self {
            Self::Once => Some(1),
            Self::AllRetries => Some(retries + 1),
            Self::UntilStored | Self::RetryDuration | Self::Unknown => None,
        }
    }

    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::AllRetries => "all-retries",
            Self::UntilStored => "until-stored",
            Self::RetryDuration => "retry-duration",
            Self::Unknown => "unknown",
        }
    }

    /// What that means, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Once => "1. It is final: Firehose does not try these records again.",
            Self::AllRetries => {
                "All of them: 1 plus NumberOfRetries, so attemptsMade is 4 unless the stream \
                 sets it. Each sends the same records with the same ids again, under a new \
                 invocationId."
            }
            Self::UntilStored => "Firehose retries for as long as it keeps the records.",
            Self::RetryDuration => {
                "As many as fit into the retry duration of the destination (0 to 7,200 seconds), \
                 if this is retried at all; attemptsMade of the failure record counts them."
            }
            Self::Unknown => {
                "Not known; attemptsMade of the failure record, if there is one, counts them."
            }
        }
    }
}
