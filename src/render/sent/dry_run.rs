//! What would be sent.

use serde::Serialize;

use crate::render::Document;
use crate::render::page::Page;
use crate::terminal;
use firehose::size;

/// A run that sends nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    dry_run: bool,
    #[serde(flatten)]
    plan: Option<DryRunPlan>,
}

/// What would be sent.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRunPlan {
    /// Records.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Requests that take them.
    pub requests: u64,
    /// Records that cannot be sent.
    pub left_out: u64,
}

impl DryRun {
    /// A dry run, with what would be sent if that can be known.
    pub const fn new(plan: Option<DryRunPlan>) -> Self {
        Self { dry_run: true, plan }
    }
}

impl Document for DryRun {
    fn json(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page<'_>) {
        let Some(plan) = self.plan else {
            return page.line("dry run: nothing was sent");
        };
        page.line(&format!(
            "dry run: {}, {} in {}; nothing was sent",
            terminal::plural(plan.records, "record"),
            size(plan.bytes),
            terminal::plural(plan.requests, "request")
        ));
    }
}
