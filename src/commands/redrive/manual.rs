//! What `fh redrive --help` and the manual say after the examples.

/// What is skipped, and what is kept.
pub const DETAILS: &str =
    "Each batch is written to the ledger on disk before it is sent, and again \
when its response arrives. After Ctrl-C, `kill -9`, a reboot or an expired login, the same command \
continues from any working directory. Records without a response are sent again and listed as \
possible duplicates; `--on-unknown` skips them or asks. A ledger of another job is refused. \
`--limit 10` tries ten records; the next run continues after them.

Records that are over the size limit, damaged or have two `rawData` are reported and skipped.

Nothing separates the records of a source backup (`--backup`): gzip members of CloudWatch Logs are \
recognized, JSON values are split with a message, and anything else is refused unless `--split` \
defines where records end.

`--tag-done` tags objects once all their records are acknowledged. Nothing is moved.";
