//! What all streams work with.

use std::sync::Arc;

use crate::local::faults::SharedFaults;
use crate::local::history::History;
use crate::local::lambda::Functions;
use crate::local::log_writer::LogWriter;
use crate::local::metrics::SharedMetrics;
use crate::local::s3::Objects;
use crate::local::saved::SavedFolder;

/// What streams have in common.
#[derive(Debug)]
pub struct Hands {
    /// Where transforms are.
    pub functions: Arc<Functions>,
    /// Where objects go.
    pub objects: Arc<Objects>,
    /// Where errors are logged.
    pub logs: Arc<LogWriter>,
    /// What goes wrong on purpose.
    pub faults: SharedFaults,
    /// What CloudWatch counts.
    pub metrics: SharedMetrics,
    /// Who is told.
    pub history: Arc<History>,
    /// Where streams are kept; none if they end with the process.
    pub saved: Option<Arc<SavedFolder>>,
}
