//! The texts of `fh explain --help` and its manual page.

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Explain an error code and what to do about it

Covers each code that Firehose writes to failure objects and error logs: what \
happened, how often it was tried, what is lost and what is kept where, what to look \
at, what to change, and commands to reproduce it. Where one code has several \
causes, the message decides. CODE is a code, part of one, an error message, a failure \
record, a source or destination, a rule of `fh check`, or what a function printed, such as `Incorrect padding`; `-` \
reads failure objects, error events or log lines from standard input. Also shows how \
certain this is: some codes were seen in real records, some are only named in the \
documentation, and some are unconfirmed.

Exits with 1 if the input has unknown codes or unreadable records, and with 2 if \
there is nothing to explain.";

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh explain Lambda.MissingRecordId   what happened, what is lost, what to change
  fh explain functiontimedout         part of a code, ignoring case
  fh explain 'ProcessingFailed status set for record'
  fh explain - < failed.ndjson        every code in failure objects, most frequent first
  fh explain 'Incorrect padding'      what a function printed before it failed
  fh explain record-missing           a rule that fh check and fh invoke print
  fh explain redshift                 every code of a destination
  fh explain --list                   every code, one per line";

/// What is known, and how well.
pub const DETAILS: &str = "Covers more than 200 codes of AWS's pages, for the source, the transform, \
format conversion and every destination, and what functions print, such as `KeyError` and \
`Runtime.ExitError`. Words for what happened work too: fh explain 'disk full'. Where one code has several causes, such as the HTTP status of \
`HttpEndpoint.DestinationException`, the page names the `Cause`; in JSON, `cases` has the number of \
records of each. From a pipe, the most frequent code is explained first.

Evidence: `captured` from the real service; `partial`, seen in one report, or part of one; \
`documented` by AWS without a known failure record; `unconfirmed`; `reproduced`, a message of a \
function that was made to fail.";
