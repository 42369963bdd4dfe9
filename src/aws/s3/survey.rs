//! What a listing has, without getting any of it.

use std::sync::Arc;

use super::fetch::{moved, nothing};
use super::location::Listing;
use super::pages::Pages;
use super::{ListError, S3Client, S3Object};
use crate::aws::Session;
use crate::error::Error;
use firehose::failure::Choice;

impl Listing {
    /// Hands each object to `visit`, and what is to be done with it; `None` if it is
    /// none that could be wanted. Returns the session in the Region of the bucket.
    pub async fn survey(
        &self,
        session: &Session,
        visit: &mut (dyn FnMut(S3Object, Option<Choice>) + '_),
    ) -> Result<Session, Error> {
        let own = session.in_region(session.region().clone());
        let mut client = Arc::new(S3Client::new(own));
        let mut pages = Pages::start(&client, self, &self.prefixes, 0, None);
        let mut count = 0_u64;
        while let Some(page) = pages.next().await? {
            match page.objects {
                Ok(objects) => {
                    for (object, choice) in objects.kept {
                        count += u64::from(!object.is_folder());
                        visit(object, choice);
                    }
                }
                Err(ListError::Elsewhere(region)) => {
                    client = moved(&client, &region)?;
                    pages = Pages::start(&client, self, &self.prefixes, page.prefix, None);
                }
                Err(ListError::Denied(error) | ListError::Other(error)) => return Err(error),
            }
        }
        if self.is_named && count == 0 {
            return Err(nothing(self));
        }
        Ok(session.in_region(client.session.region().clone()))
    }
}
