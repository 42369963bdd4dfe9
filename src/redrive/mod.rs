//! Puts failed records back, so that none is lost and none is sent twice unseen.

pub mod ledger;
