//! Tags objects that are done with.

use std::sync::Arc;

use super::Redrive;
use super::objects::Object;
use crate::aws::{Tagger, block_on};
use crate::context;
use crate::signals::Signals;

/// Objects that cannot be tagged are reported one by one up to this.
const MAX_REPORTED: u64 = 10;

/// How the tagging came out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tagging {
    /// Objects that were tagged, and those to be tagged, if that was asked for.
    pub(crate) counts: Option<(u64, u64)>,
    /// A signal has stopped it.
    pub(crate) is_interrupted: bool,
}

impl Redrive<'_> {
    /// Tags these objects, if that was asked for. What was tagged before stays
    /// so.
    pub(crate) fn tag(&self, finished: &[Arc<Object>]) -> Tagging {
        let Some(tag) = &self.options.tag else { return Tagging::default() };
        let objects: Vec<_> = finished.iter().filter_map(|it| it.s3.as_ref()).collect();
        let wanted = objects.len() as u64;
        let (mut done, mut failed, mut is_interrupted) = (0, 0, false);
        let ended = block_on(async {
            let mut signals = Signals::listen()?;
            let mut tagger = Tagger::new(&self.target.session, &tag.key, &tag.value)?;
            for object in objects {
                let put = tokio::select! {
                    put = tagger.put(&object.bucket, &object.key) => put,
                    () = signals.next() => {
                        is_interrupted = true;
                        break;
                    }
                };
                match put {
                    Ok(()) => done += 1,
                    Err(error) => {
                        failed += 1;
                        if failed <= MAX_REPORTED {
                            context::report(&error);
                        }
                    }
                }
            }
            Ok(())
        });
        // The records are where they should be: that is not to be lost over this.
        if let Err(error) = ended {
            context::report(&error);
        }
        Tagging { counts: Some((done, wanted)), is_interrupted }
    }
}
