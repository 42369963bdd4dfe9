//! Tags objects that are done with.

use std::sync::Arc;

use super::arguments::RedriveArgs;
use super::objects::Object;
use crate::aws::{Tagger, block_on};
use crate::context;
use crate::error::Error;

/// Objects that cannot be tagged are told one by one up to this.
const TOLD: u64 = 10;

/// Tags these objects, if that was asked for: how many of how many. What was
/// tagged before stays so.
pub(super) fn tag(args: &RedriveArgs, finished: &[Arc<Object>]) -> Option<(u64, u64)> {
    let tag = args.tag_done.as_ref()?;
    let objects: Vec<_> = finished.iter().filter_map(|it| it.s3.as_ref()).collect();
    let wanted = objects.len() as u64;
    let tagged = block_on(async {
        let mut tagger = Tagger::open(&args.aws, &tag.key, &tag.value).await?;
        let (mut done, mut failed) = (0, 0);
        for object in objects {
            match tagger.put(&object.bucket, &object.key).await {
                Ok(()) => done += 1,
                Err(error) => {
                    failed += 1;
                    if failed <= TOLD {
                        context::report(&error);
                    }
                }
            }
        }
        Ok(done)
    });
    // The records are where they should be: that is not to be lost over this.
    let tagged = tagged.unwrap_or_else(|error: Error| {
        context::report(&error);
        0
    });
    Some((tagged, wanted))
}
