//! AWS on this machine: services that speak its protocols, with faults on
//! purpose. State is pure (time goes in), servers around it are thin.

pub mod logs;
