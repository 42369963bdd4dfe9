//! Lines that are not what they are taken for.

use std::ops::ControlFlow;

use super::records::Unsendable;
use firehose::decode::{GZIP_MAGIC, KPL_MAGIC, is_binary_byte, is_encoded};
use firehose::framing::{self, Envelope};
use firehose::json::{self, JsonErrorKind};

/// Why a line is not one JSON value, if it is not, and what to do.
pub(super) fn check_json(line: &[u8]) -> Result<(), Unsendable> {
    let start = json::skip_space(line, 0);
    let problem = match json::skip_value(line, start) {
        Ok(end) if json::skip_space(line, end) == line.len() => return Ok(()),
        Ok(end) => format!("has more behind its JSON value, at byte {end}"),
        Err(error) => format!("is not JSON: {error}"),
    };
    Err((problem, "`--format json-stream` takes values that go over lines".to_owned()))
}

/// What the first line of an input looks like, if something else may be meant.
pub(super) fn guess_format(line: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_cut = |line: &[u8]| {
        matches!(line.first(), Some(b'{' | b'['))
            && json::skip_value(line, 0)
                .is_err_and(|error| error.kind == JsonErrorKind::UnexpectedEnd)
    };
    if line.starts_with(&GZIP_MAGIC) {
        return Some((
            "is gzip",
            "`--format raw` sends it as one record; `--format json-stream` the JSON values inside",
        ));
    }
    if line.starts_with(&KPL_MAGIC) || line.iter().any(|byte| is_binary_byte(*byte)) {
        return Some(("is not text", "`--format raw` sends each file as one record"));
    }
    if is_encoded(line) {
        return Some(("is base64", "`--format base64` sends what is inside"));
    }
    if is_cut(line.trim_ascii()) {
        let hint = "`--format json-stream` takes values that go over lines, `--format event` and \
                    `--format failures` the records inside";
        return Some(("begins a JSON document that goes on", hint));
    }
    if json::skip_value(line, 0).is_ok_and(|end| line.get(end).is_some_and(|it| *it == b'{')) {
        return Some((
            "has JSON objects with nothing between them",
            "`--format json-stream` sends each as a record",
        ));
    }
    let mut envelope = Envelope::None;
    let _stopped = framing::records(line, framing::InputFormat::Auto, &mut |framed| {
        envelope = framed.envelope;
        ControlFlow::Break(())
    });
    match envelope {
        Envelope::Failure => Some((
            "is a failure object",
            "`fh redrive` puts failed records back; `--format failures` sends them as new",
        )),
        Envelope::Event => {
            Some(("is a transform event", "`--format event` sends the records inside"))
        }
        _ => None,
    }
}
