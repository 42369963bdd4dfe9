//! The texts of `fh doctor --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Find out why nothing arrives

Looks at a delivery stream and all that it uses: roles, function, bucket, keys, log \
groups, source, metrics and recent failures. Runs 32 checks, the likeliest cause \
first, and prints for each problem what is wrong, why it matters, how certain that \
is, and the command that fixes it. Nothing is changed and no record is sent.

No right is needed beyond firehose:DescribeDeliveryStream: what cannot be read is \
reported as unknown, never as passed. `--policy` prints the policy that allows the \
rest.

Exits with 0 if there are notes at most, with 1 if there is an error (with \
`--strict`: or a warning), and with 3 if the stream cannot be described.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh doctor --stream orders                    why does nothing arrive?
  fh doctor --stream orders --check 'role-*'   only these checks
  fh doctor --stream orders --log-group /aws/lambda/shop
  fh doctor --offline stream.json              a saved describe-delivery-stream, without AWS
  fh doctor --stream orders --policy           the read-only policy that all checks need
  fh doctor --list                             all checks and the rights they need";

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
