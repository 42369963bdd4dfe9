//! What `fh failures --help` and the manual say after the examples.

/// What is found where, and the fields of the output.
pub const DETAILS: &str = "Groups: records of one group share code, message, function and attempts; \
IDs, times and addresses in a message are ignored. Objects that are damaged, archived, encrypted \
with a key that you are not allowed to use, or deleted in the meantime are reported with their \
location and do not hide the rest.

\"Nothing failed\" is printed only if everything that could hold a failure was checked. `--stream` \
reports if the destination was changed in the time in question. Objects that were left out are \
counted (`leftOut` in JSON), and gaps are named (`missing`). An empty file, folder, pipe or bucket \
is an error.

`--since` and `--until` are about the arrival of a record, `--grep` about its decoded content. \
`--limit` stops early, with a message. `--save DIR` never overwrites a file, and continues where it \
stopped.

`--output ndjson` has one line per group, or per record with `--records`: the location (`bucket`, \
`key`, `line`), every field unchanged (`record`) and the decoded data. `--output json` is one \
document with counts and the timeline.";
