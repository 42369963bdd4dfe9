//! Objects of S3 as inputs.

/// One version of an object of S3: which one an input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion {
    /// Name of the bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its `ETag`, quotes included.
    pub etag: Option<String>,
    /// Its size in bytes, if it was listed.
    pub size: Option<u64>,
}
