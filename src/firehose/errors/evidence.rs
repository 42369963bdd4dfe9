//! How sure it is what Firehose does.

/// Where the knowledge of an outcome or an error code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Failure records or error events of the real service show it.
    Captured,
    /// One report of the real service shows it, or a part of it.
    Partial,
    /// AWS's documentation names it; no record was published that shows it.
    Documented,
    /// Only emulators, blogs or a guess have it.
    Unconfirmed,
    /// The language, the runtime or the SDK of a function shows it, without
    /// Firehose.
    Reproduced,
}

impl Evidence {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::Partial => "partial",
            Self::Documented => "documented",
            Self::Unconfirmed => "unconfirmed",
            Self::Reproduced => "reproduced",
        }
    }

    /// What that means, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Captured => "Seen in failure records or error events of the real service.",
            Self::Partial => {
                "Seen in part: failure records or a report of the real service do not show all of \
                 this."
            }
            Self::Documented => {
                "Named by AWS's documentation; we know of no failure record that shows it."
            }
            Self::Unconfirmed => {
                "Unconfirmed: it is in emulators, blogs or a single report only, and AWS's \
                 documentation that we know does not name it."
            }
            Self::Reproduced => {
                "Reproduced: the language, the runtime or the SDK prints it, wherever the function \
                 runs."
            }
        }
    }
}
