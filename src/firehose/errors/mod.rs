//! What every error code of Firehose means: what happened, what is lost, where
//! to look, what to change, how to see it again.
//!
//! Pure data and the search in it. [`ErrorCode`] has what is known of a code, an
//! [`Explanation`] adds the prose; `pages` has them, a file for each destination
//! or step. A code that nothing shows is marked, not left out: whoever meets it
//! must find that out.

mod attempts;
pub(crate) mod code;
mod evidence;
mod explanation;
mod family;
mod find;
mod key_error;
mod names;
mod pages;
mod queries;
mod report;
mod scope;
mod spelling;
mod tally;

pub use attempts::Attempts;
pub use code::{ErrorCode, is_logged_by_function};
pub use evidence::Evidence;
pub use explanation::{Case, Explanation};
pub use family::Family;
pub use find::{closest, exact, find, query_for, quoted_in};
pub use key_error::is_of_environ;
pub use pages::{DOCTOR, ERRORS, EVENT, FAILED, RESPONSE, STAGED, all};
pub use queries::queries;
pub use scope::Scope;
pub use tally::{CodeCounts, Counted};

#[cfg(test)]
mod tests;
