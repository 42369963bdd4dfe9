//! What `fh invoke --help` and the manual say after the examples.

/// How a function is run, and the fields of the output.
pub const DETAILS: &str = "Limits: a function on this machine is killed with its child processes at \
`--timeout` (Firehose waits up to 5 minutes) and above `--memory` (Linux). As on Lambda, it fails \
if it loads neither in 10 s nor in its timeout. As on Lambda, the response of a Node.js callback \
waits until the event loop is empty, unless context.callbackWaitsForEmptyEventLoop is false.

`--repeat N --concurrency N` shows percentiles and finds responses that differ. `--isolate` also \
shows what the other records do without those it found; `--save-event` writes the event with these \
records alone, byte for byte, and prints the command that runs it. Of a response that breaks several \
rules, one is isolated, first one that fails the whole batch. Ctrl-C ends the search and shows what \
is left by then. `--function` asks before it calls the deployed function many times.

Fields of `--output ndjson` and `json`: a call has `type` (`call`), `outcome`, `requestId`, \
`durationMs`, `initDurationMs`, `maxMemoryBytes`, `response`, `error`, `firehose` (`errorCode`, \
`scope`, `attempts`, `evidence`, `alsoSeen`), `judgement` and `log`; several calls end with a \
`summary` (`good`, `broken`, `failed`, …). Of a log over 1 MiB, the beginning and the end are kept: \
`logBytesCut` bytes are cut after `logCutAfter` lines. For `judgement` and `evidence` see fh check \
--help. If two behaviors were captured, `alsoSeen` has the other one.

Fields of `--isolate --output json`: `conclusion` (`isolated`, `limit-reached`, `interrupted`, \
`no-failure`, `not-loaded`), `rule`, `records` (`number`, `recordId`, `pointer`, `contentType`, \
`preview`), `calls`, `isMinimal`, `isFlaky`, `others` (`respond`, `fail-alike`, `fail-otherwise`), \
`failsWithoutRecords`, `failedRecords`, `brokenRules` (`rule`, `records`), `call`, `savedEvent`, \
`command`.";
