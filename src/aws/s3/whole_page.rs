//! Pages of a listing that break off: where an answer ends with its connection, only
//! its text shows that it is not whole, and the SDK takes what is there for all of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// What a page ends with, but for white space.
const END: &[u8] = b"ListBucketResult>";

/// Sees how the answer to a call ends.
#[derive(Debug, Clone, Default)]
pub(super) struct WholePage(Arc<AtomicBool>);

impl WholePage {
    /// True if the last answer was a whole page.
    pub(super) fn was_seen(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for WholePage {
    fn name(&self) -> &'static str {
        "WholePage"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        self.0.store(body.trim_ascii_end().ends_with(END), Ordering::Relaxed);
        Ok(())
    }
}
