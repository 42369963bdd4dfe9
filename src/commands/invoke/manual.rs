//! The texts of `fh invoke --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Run the transform on an event and check its response

A handler runs as on Lambda: in its own process, which speaks the Lambda Runtime API \
on 127.0.0.1, through the official runtime interface client (awslambdaric, \
aws-lambda-ric) where it is installed and, for Node.js, built. Its standard output and error are the log. \
Failures are reported the way Firehose does: error code, attempts, scope. The \
response is checked as by `fh check`. `--function` calls the deployed function and \
shows the end of its log; it really runs, with all its side effects.

A file or a folder is enough where it has one function that looks like a handler: \
named lambda_handler, handler or lambdaHandler, or with the first parameter event; \
without either, the working folder is looked through. \
Without an event and without standard input, a function on this machine is called with \
a sample.

The function gets Lambda's environment and little of yours: PATH, HOME and what an \
interpreter needs. `--env` passes more variables. The function gets your AWS \
credentials only with `--pass-credentials`, which passes AWS_ACCESS_KEY_ID, \
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_CONFIG_FILE, \
AWS_SHARED_CREDENTIALS_FILE, AWS_CA_BUNDLE and the variables of roles, web \
identities and containers, and gives access to ~/.aws and the instance's role.

`--isolate` finds the records that make the call fail: one, or several that fail only \
together. It halves the event in a warm process as long as the call fails in the same \
way (the same exception, timeout, exit or broken rule), until no record can be left \
out. It calls several times where the result depends on it, and names no record of a \
function that answers differently each time. Exits with 0 if the call does not fail.

The function and its child processes are killed at the timeout, on Ctrl-C and at the \
end. A process that leaves both its process group and its parent escapes that.

`--transform` needs no code: `passthrough` returns each record as it came, `newline` \
adds a newline to records that do not end with one, `cloudwatch-logs` extracts the log \
events of CloudWatch Logs subscriptions, `tour` adds a currency to the records of \
`fh send-demo` but fails for some of them, and `tour-fixed` does that without failing.

Exits with 1 if the function failed or its response breaks a rule, and with 2 if it \
could not be called.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh invoke app.py                                              its handler, a sample event
  fh invoke --handler app.lambda_handler --event event.json     Python: app.py
  fh invoke --handler index.handler --code src < event.json     Node.js: src/index.mjs
  fh invoke --bootstrap target/lambda/orders/bootstrap < event.json
  fh invoke --exec 'jq -c -f transform.jq' --event event.json   any program
  fh event --records 5 | fh invoke --transform tour             no code at all
  fh invoke --function orders:live --event event.json           the deployed function
  fh invoke --lambda-endpoint http://localhost:9000 < event.json
  fh invoke --handler app.lambda_handler --event event.json --diff --watch
  fh invoke --handler app.lambda_handler --event event.json --repeat 100
  fh invoke --handler app.lambda_handler --event event.json --isolate
  fh invoke --handler app.lambda_handler --raw < event.json | fh decode";

/// How a function is run, and the fields of the output.
pub const DETAILS: &str = "Limits: a function on this machine is killed with its child processes at \
`--timeout` (Firehose waits up to 5 minutes) and above `--memory` (Linux). As on Lambda, it fails \
if it loads neither in 10 s nor in its timeout. As on Lambda, the response of a Node.js callback \
waits until the event loop is empty, unless context.callbackWaitsForEmptyEventLoop is false.

`--repeat N --concurrency N` shows percentiles and finds responses that differ. `--isolate` also \
shows what the other records do without those it found; `--save-event` writes the event with these \
records alone, byte for byte, and prints the command that runs it; it replaces only a part of the \
same event. Of a response that breaks several \
rules, one is isolated, first one that fails the whole batch. Ctrl-C ends the search and shows what \
is left by then. `--function` asks before it calls the deployed function many times.

Fields of `--output ndjson` and `json`: a call has `type` (`call`), `outcome`, `requestId`, \
`durationMs`, `initDurationMs`, `maxMemoryBytes`, `response`, `error`, `firehose` (`errorCode`, \
`scope`, `attempts`, `evidence`, `alsoSeen`), `judgement` and `log`; several calls end with a \
`summary` (`good`, `broken`, `failed`, …). Of a log over 1 MiB, the beginning and the end are kept: \
`logBytesCut` bytes are cut after `logCutAfter` lines. For `judgement` and `evidence` see fh check \
--help. If two behaviors were captured, `alsoSeen` has the other one.

Fields of `--isolate --output json`: `conclusion` (`isolated`, `adds-up`, `limit-reached`, \
`interrupted`, `unstable`, `no-failure`, `not-loaded`), `rule`, `records` (`number`, `recordId`, `pointer`, `contentType`, \
`preview`), `calls`, `isMinimal`, `isFlaky`, `others` (`respond`, `fail-alike`, `fail-otherwise`), \
`failsWithoutRecords`, `failedRecords`, `brokenRules` (`rule`, `records`), `call`, `savedEvent`, \
`command`.";
