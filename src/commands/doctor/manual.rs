//! What `fh doctor --help` and the manual say after the examples.

/// How it works, and what it cannot see.
pub const DETAILS: &str =
    "Severity: an `error` keeps records from arriving, a `warning` will hurt, a `note` is worth \
knowing. Confidence: `certain`, the facts say so; `likely` and `possible`, they suggest or allow \
it. Each finding names its evidence. Where no check finds an error, the metrics are read together \
into one sentence.

The calls are made in three waves: the description; what it names; what that leads to. They \
read and never write: iam:SimulatePrincipalPolicy answers what a role may do and calls nothing.

What cannot be checked from outside: service control policies, policies of VPC endpoints, bucket \
and key policies in detail, and the function's own code (`fh invoke` runs it).";
