//! What `fh explain --help` and the manual say after the examples.

/// What is known, and how well.
pub const DETAILS: &str = "Covers more than 200 codes of AWS's pages, for the source, the transform, \
format conversion and every destination, and what functions print, such as `KeyError` and \
`Runtime.ExitError`. Words for what happened work too: fh explain 'disk full'. Where one code has several causes, such as the HTTP status of \
`HttpEndpoint.DestinationException`, the page names the `Cause`; in JSON, `cases` has the number of \
records of each. From a pipe, the most frequent code is explained first.

Evidence: `captured` from the real service; `partial`, seen in one report, or part of one; \
`documented` by AWS without a known failure record; `unconfirmed`; `reproduced`, a message of a \
function that was made to fail.";
