//! A line of text: what stands in it, or the line as it is.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::embedded::{self, Marks};
use super::shape::Region;
use super::{Data, Envelope, FoundRecord, InputFormat};
use super::{cells, envelope, flaw, pasted, print, printed_bytes};
use crate::bytes::part;
use crate::decode::{Problem, ProblemKind, Sniffer, is_base64_symbol, one_base64};
use crate::json::{self, JsonError, JsonErrorKind};

/// Calls `visit` for each record in the line `region` of `block`, which is not JSON; with the
/// error, if it starts as JSON does.
pub(super) fn records(
    block: &[u8],
    region: &Region<'_>,
    error: Option<JsonError>,
    format: InputFormat,
    (marks, sniffer): (&mut Marks, &mut Sniffer),
    visit: &mut dyn FnMut(FoundRecord<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let start = region.start;
    let text = part(block, region.body.clone());
    let of_data =
        |data, problem| FoundRecord { problem, ..FoundRecord::new(start, Envelope::None, data) };
    match format {
        InputFormat::Auto => {}
        InputFormat::Lines | InputFormat::Base64 => {
            return visit(of_data(line_data(text, format), None));
        }
        InputFormat::Log => return ControlFlow::Continue(()),
        InputFormat::Json => {
            let kind = error.map_or(JsonErrorKind::Expected("a JSON value"), |error| error.kind);
            let offset = error.map_or(0, |error| error.offset);
            let problem = Problem::input(ProblemKind::Json(kind)).at(offset);
            return visit(FoundRecord::broken(start, problem));
        }
        _ => {
            let problem = match error {
                Some(error) => broken_json(text, &error),
                None => Problem::input(ProblemKind::NotThisFormat(format.as_str())),
            };
            return visit(FoundRecord::broken(start, problem));
        }
    }
    // An envelope that was cut off is trouble, other text is text.
    if let Some(error) = error
        && envelope::is_cut_envelope(text)
    {
        return visit(FoundRecord::broken(start, broken_json(text, &error)));
    }
    if let Some(problem) = cut_in_words(text) {
        return visit(of_data(Data::Unknown(text.into()), Some(problem)));
    }
    if pasted::has_shorthand(text) {
        return pasted::shorthand(text).try_for_each(|data| {
            visit(FoundRecord::new(start, Envelope::ApiBody, Data::Base64(data.into())))
        });
    }
    let printed = printed_bytes::of_line(text);
    if marks.may_be_in(block, &region.body) {
        let one = printed.as_ref().map(|it| it.bytes.as_slice());
        let one = one.or_else(|| one_base64(text.trim_ascii(), sniffer));
        let found = embedded::records(text, one, sniffer, &mut |data, problem| {
            visit(of_data(Data::Unknown(data), problem))
        });
        if let Some(flow) = found {
            return flow;
        }
        if let Some((cells, left)) = one.is_none().then(|| cells::records(text, sniffer)).flatten()
        {
            let note = Problem::input(ProblemKind::TextAround { bytes: left });
            return cells.into_iter().try_for_each(|data| {
                visit(of_data(Data::Unknown(data.into()), Some(note.clone())))
            });
        }
    }
    if let Some(printed) = printed {
        return visit(of_data(Data::Unknown(printed.bytes.into()), printed.problem));
    }
    // Beside another print, or in the middle of the line.
    if error.is_none()
        && let Some(problem) = printed_bytes::cut_buffer(text)
    {
        return visit(of_data(line_data(text, format), Some(problem)));
    }
    let problem = error.and_then(|it| flaw::below(block, start, text, &it));
    visit(of_data(line_data(text, format), problem))
}

/// What is wrong with a line in which an event is printed that breaks off in its first
/// record.
fn cut_in_words(text: &[u8]) -> Option<Problem> {
    let first = memchr::memchr(b'{', text).filter(|at| *at > 0)?;
    let event = part(text, first..);
    // The quotes of a string have backslashes.
    let is_escaped = matches!(event, [_, b'\\', ..]);
    let plain: Cow<'_, [u8]> = if is_escaped {
        event.iter().copied().filter(|byte| *byte != b'\\').collect()
    } else {
        event.into()
    };
    let error = json::skip_value(&plain, 0).err()?;
    let is_event = error.kind == JsonErrorKind::UnexpectedEnd
        && envelope::is_cut_envelope(&plain)
        && memchr::memmem::find(&plain, b"\"records\"").is_some();
    is_event.then(|| Problem::input(ProblemKind::Json(error.kind)).at(text.len()))
}

/// What is wrong with a line that starts as JSON does.
pub(super) fn broken_json(text: &[u8], error: &JsonError) -> Problem {
    // A string that runs into the end of its line was cut off there.
    let is_cut = error.offset >= text.len();
    let kind = if is_cut { JsonErrorKind::UnexpectedEnd } else { error.kind };
    Problem::input(ProblemKind::Json(kind)).at(error.offset)
}

pub(super) fn line_data(text: &[u8], format: InputFormat) -> Data<'_> {
    if format == InputFormat::Auto
        && let Some(bytes) = print::python_bytes(text)
    {
        return Data::Unknown(bytes.into());
    }
    let text = if format == InputFormat::Lines { text } else { unquote(text) };
    if format == InputFormat::Base64 {
        Data::Base64(text.into())
    } else {
        Data::Unknown(text.into())
    }
}

/// Takes away what surrounds base64 that was copied out of code or JSON: a
/// comma at the end, quotes around. Other text keeps them.
fn unquote(line: &[u8]) -> &[u8] {
    let bare = line.trim_ascii();
    let bare = bare.strip_suffix(b",").unwrap_or(bare).trim_ascii_end();
    let bare = without_key(bare).unwrap_or(bare);
    let inner = match bare {
        [b'b', quote @ (b'"' | b'\''), inner @ .., last] if last == quote => inner,
        [quote @ (b'"' | b'\'' | b'`'), inner @ .., last] if last == quote => inner,
        _ if bare.len() < line.trim_ascii().len() => bare,
        _ => return line,
    };
    let symbol = |byte: &u8| is_base64_symbol(*byte) || *byte == b'=';
    if !inner.is_empty() && inner.iter().all(symbol) { inner } else { line }
}

/// Returns the value of `"key": "value"`, a line copied out of an event.
fn without_key(line: &[u8]) -> Option<&[u8]> {
    let [quote @ (b'"' | b'\''), rest @ ..] = line else {
        return None;
    };
    let (key, rest) = rest.split_at(memchr::memchr(*quote, rest)?);
    let value = rest.get(1..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    (!key.is_empty() && value.starts_with(&[*quote])).then_some(value)
}
