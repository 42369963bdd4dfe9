//! AWS on this machine, used as its users do: with the AWS CLI, boto3, s5cmd,
//! and requests as SDKs send them.

mod guard;
mod harness;
#[path = "../support/installed.rs"]
mod installed;
#[expect(dead_code, reason = "the tests here look from outside")]
#[path = "../support/local_server.rs"]
mod local_server;
mod moto_suites;
mod s3;
mod services;
mod whole;
