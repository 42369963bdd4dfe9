//! The texts of `fh redrive --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Put failed records back into a delivery stream

Reads failure objects, extracts their records byte for byte, and sends them to \
`--stream`. It first reads everything and shows how many records there are, which \
would be skipped, and why. Then it asks, unless `--yes` is given. With no INPUT it \
reads the failures of the stream itself, from where the stream writes them in S3. \
`--backup` reads source backup objects instead: every record that came in.

Acknowledged records are written to a ledger first, so the same command continues \
after Ctrl-C, a crash or an expired login, and never sends an acknowledged record \
twice. If a run ended between a batch and its response, it is unknown whether the \
batch arrived: it is sent again and listed as possible duplicates.

Ledgers are stored in $XDG_STATE_HOME/fh/redrive, or else in \
~/.local/state/fh/redrive (on macOS too), with a folder for each stream. A run reads \
all ledgers of its stream, including those given with `--ledger` and those that \
earlier versions left in the working directory, and shows whether an earlier redrive \
into the stream is known. Other machines and users have their own: on a machine that \
does not last, set `--ledger` to a file on a disk that does.

A record that failed again after an earlier redrive is not sent again, unless \
`--returned` is given. It is recognized by its bytes and its arrival time: records \
sent by other tools, users or machines are not recognized, and two records with the \
same bytes count as one.

Nothing is deleted in S3.

Refused records are retried until nothing is acknowledged for five minutes. Exits \
with 0 if all records were acknowledged, and with 1 if some were skipped or not \
acknowledged.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh redrive --stream orders --dry-run              preview the stream's own failures
  fh redrive --stream orders --since 2d --code FunctionError
  fh redrive --stream orders --limit 10 --yes       try ten; the next run continues after them
  fh redrive --stream orders --yes --rate 1000/s    from a script, 1,000 records a second
  fh redrive --stream orders failed/ s3://lake/processing-failed/2026/11/23/
  fh redrive --stream orders --backup s3://backup/orders/2026/11/23/
After Ctrl-C, a crash or an expired login, run the same command again to continue.";

/// What is skipped, and what is kept.
pub const DETAILS: &str =
    "Each batch is written to the ledger on disk before it is sent, and again \
when its response arrives. After Ctrl-C, `kill -9`, a reboot or an expired login, the same command \
continues from any working directory. Records without a response are sent again and listed as \
possible duplicates; `--on-unknown` skips them or asks. A ledger of another job is refused. \
`--limit 10` tries ten records; the next run continues after them.

An object and its file in a folder of `fh failures --save` are the same source, as long as the file is \
unchanged: a record of it is sent once, from wherever it is read.

Records that are over the size limit, damaged or have two `rawData` are reported and skipped.

Nothing separates the records of a source backup (`--backup`): gzip members of CloudWatch Logs are \
recognized, JSON values are split with a message, and anything else is refused unless `--split` \
defines where records end.

`--tag-done` tags objects once all their records are acknowledged. Nothing is moved.";
