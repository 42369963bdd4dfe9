//! How much fails at once.

/// What fails with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A record alone.
    Record,
    /// Every record of an invocation of the transform.
    Batch,
    /// What is delivered at once: an object, a request, a COPY.
    Delivery,
    /// Whatever the stream has, until the cause is gone.
    Stream,
    /// Nothing that we know of shows it.
    Unknown,
}

impl Scope {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Batch => "batch",
            Self::Delivery => "delivery",
            Self::Stream => "stream",
            Self::Unknown => "unknown",
        }
    }

    /// What that means, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Record => "Only this record; the others of its batch continue.",
            Self::Batch => "Every record of the batch, including the good ones.",
            Self::Delivery => "All records that were delivered together.",
            Self::Stream => "The whole stream, until this is fixed.",
            Self::Unknown => "Not known: a record alone or all that were delivered with it.",
        }
    }
}
