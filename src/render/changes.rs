//! Records before and after the transform, decoded, line by line.

use similar::{ChangeTag, TextDiff};

use super::page::{Page, safe};
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, WARN};
use firehose::decode::{Content, Decoder, Encoding, Layer, Options};
use firehose::json::{self, Style};
use firehose::transform::{RecordPair, ReturnedRecord};

/// Most bytes of decoded content that are compared line by line.
const MOST: usize = 256 * 1024;
/// Lines around a change that are shown with it.
const AROUND: usize = 3;
/// Records that are shown.
const RECORDS: usize = 100;

/// Puts each record with what the transform changed in it on the page.
pub(super) fn fill(page: &mut Page<'_>, pairs: &[RecordPair<'_>]) {
    let mut decoder = Decoder::new(Options { style: Style::Pretty, ..Options::default() });
    for (place, pair) in pairs.iter().take(RECORDS).enumerate() {
        let head = head(place, pair, page);
        page.line(&head);
        let before = lines(&mut decoder, &pair.before.data);
        match &pair.after {
            Some(ReturnedRecord { data: Some(data), .. }) if *data == pair.before.data => {
                page.unchanged(&before);
            }
            Some(ReturnedRecord { data: Some(data), .. }) => {
                let after = lines(&mut decoder, data);
                page.difference(&before, &after);
                page.wrapping(&before, &after);
            }
            _ if before.lines.is_empty() => page.unchanged(&before),
            _ => page.difference(&before, &Shown::default()),
        }
    }
    if pairs.len() > RECORDS {
        let more = terminal::plural((pairs.len() - RECORDS) as u64, "more record");
        page.line(&format!("… {more}"));
    }
}

/// `record 2 Dropped`, and its id.
fn head(place: usize, pair: &RecordPair<'_>, page: &Page<'_>) -> String {
    let (word, style) = match &pair.after {
        None => ("not returned".to_owned(), ERROR),
        Some(ReturnedRecord { result, .. }) => {
            let result = result.as_deref().unwrap_or("no result");
            let style = match result {
                "Ok" => GOOD,
                "Dropped" => WARN,
                _ => ERROR,
            };
            (safe(result), style)
        }
    };
    let result = page.terminal.paint(style, &word);
    let name = format!("record {}", place + 1);
    let id = page.fit_id(&format!("{name} {word} "), &pair.before.id);
    format!("{} {result} {id}", page.terminal.paint(BOLD, &name))
}

/// A payload as it is compared.
#[derive(Debug, Default)]
struct Shown {
    /// Decoded content in lines that are safe to show: JSON laid out, text, or
    /// a hex dump.
    lines: String,
    /// The content ends with a newline, which the lines do not tell.
    has_newline: bool,
    /// What the content is wrapped in, within the base64 of the event.
    layers: Vec<Layer>,
    /// Bytes of the payload; that of data that is no base64 is the data.
    payload: u64,
}

impl Shown {
    /// `gzip`, `gzip in base64`, `plain`.
    fn wrapping(&self) -> String {
        let names: Vec<_> = self.layers.iter().rev().map(|layer| layer.as_str()).collect();
        if names.is_empty() { "plain".to_owned() } else { names.join(" in ") }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.lines == other.lines && self.has_newline == other.has_newline
    }
}

fn lines(decoder: &mut Decoder, data: &[u8]) -> Shown {
    let record = decoder.decode(data, Encoding::Base64);
    let mut layers = record.layers.iter();
    let payload = layers.next().map_or(data.len() as u64, |base64| base64.bytes_out);
    let layers = layers.map(|peeled| peeled.layer).collect();
    let is_binary = matches!(record.content, Content::Binary | Content::OpenTelemetry(_));
    let has_newline = !is_binary && record.text().ends_with(b"\n");
    let mut out = Vec::new();
    match record.content {
        Content::Json | Content::JsonSequence { .. } | Content::OpenTelemetry(_) => {
            json::escape_controls(record.formatted, &mut out);
        }
        Content::Text | Content::OtherText(_) => {
            let text = String::from_utf8_lossy(record.text().trim_ascii_end());
            out.extend_from_slice(terminal::escape(&text).as_bytes());
        }
        Content::Binary => terminal::push_hex_dump(&mut out, record.bytes, MOST / 5),
        Content::Empty => {}
        Content::Unknown | Content::KplAggregate => {
            out.extend_from_slice(terminal::escape_line(data).as_bytes());
        }
    }
    Shown { lines: String::from_utf8_lossy(&out).into_owned(), has_newline, layers, payload }
}

/// Parts of the page.
impl Page<'_> {
    fn unchanged(&mut self, shown: &Shown) {
        let line = if shown.lines.is_empty() { "  (empty)" } else { "  unchanged" };
        self.painted(DIM, line);
    }

    /// What the decoded lines do not tell: other layers, other bytes.
    fn wrapping(&mut self, before: &Shown, after: &Shown) {
        let is_same = before.says_the_same(after);
        let mut notes = Vec::new();
        if before.layers != after.layers {
            notes.push(format!("was {}, now {}", before.wrapping(), after.wrapping()));
        }
        if is_same {
            let sizes = [before, after].map(|it| terminal::group(it.payload));
            let [before, after] = sizes;
            notes.push(format!("same when decoded, bytes differ: {before} B became {after} B"));
        }
        if !notes.is_empty() {
            self.painted(WARN, &format!("  {}", notes.join("; ")));
        }
    }

    fn difference(&mut self, before: &Shown, after: &Shown) {
        if before.says_the_same(after) {
            return;
        }
        self.changed_lines(&before.lines, &after.lines);
        match (before.has_newline, after.has_newline) {
            (false, true) => self.painted(GOOD, "  + (a newline at the end)"),
            (true, false) if !after.lines.is_empty() => {
                self.painted(ERROR, "  - (the newline at the end)");
            }
            _ => {}
        }
    }

    fn changed_lines(&mut self, before: &str, after: &str) {
        if before.len().max(after.len()) > MOST {
            let sizes = [before.len(), after.len()].map(|size| terminal::group(size as u64));
            let [before, after] = sizes;
            self.painted(DIM, &format!("  {before} B became {after} B decoded"));
            return;
        }
        // In JSON a comma that only tells that another line follows is no change.
        let is_json = [before, after].iter().all(|text| text.starts_with(['{', '[']));
        let bare = |line| if is_json { without_comma(line) } else { line };
        let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
        let old: Vec<_> = before.iter().map(|line| bare(line)).collect();
        let new: Vec<_> = after.iter().map(|line| bare(line)).collect();
        let difference = TextDiff::from_slices(&old, &new);
        for (place, group) in difference.grouped_ops(AROUND).iter().enumerate() {
            if place > 0 {
                self.painted(DIM, "  …");
            }
            for change in group.iter().flat_map(|operation| difference.iter_changes(operation)) {
                let (mark, style) = match change.tag() {
                    ChangeTag::Equal => (' ', DIM),
                    ChangeTag::Delete => ('-', ERROR),
                    ChangeTag::Insert => ('+', GOOD),
                };
                let new = change.new_index().and_then(|index| after.get(index));
                let old = change.old_index().and_then(|index| before.get(index));
                let line = new.or(old).copied().unwrap_or_default();
                self.painted(style, &format!("  {mark} {line}"));
            }
        }
    }

    fn painted(&mut self, style: terminal::Style, line: &str) {
        self.line(&self.terminal.paint(style, line));
    }
}

fn without_comma(line: &str) -> &str {
    line.strip_suffix(',').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::terminal::Terminal;
    use firehose::compress::Gzip;
    use firehose::transform::{TransformEvent, pairs};

    fn shown(event: &str, response: &str) -> String {
        let event = TransformEvent::parse(event.as_bytes()).unwrap();
        let terminal =
            Terminal { is_terminal: false, color: false, width: 80, rows: None, wraps: false };
        let pairs = pairs(&event, response.as_bytes());
        let page = Page::filled(&terminal, |page| fill(page, &pairs));
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn what_changed_is_shown_with_its_surroundings() {
        let event = r#"{"records":[{"recordId":"a","data":"eyJhIjoxLCJiIjoyfQ=="},{"recordId":"b","data":"aGk="},{"recordId":"c","data":"AAEC/w=="}]}"#;
        let response = r#"{"records":[{"recordId":"a","result":"Ok","data":"eyJhIjoxLCJiIjozfQo="},{"recordId":"b","result":"Dropped"},{"recordId":"c","result":"Ok","data":"AAEC/w=="}]}"#;
        insta::assert_snapshot!(shown(event, response), @r#"
        record 1 Ok a
            {
              "a": 1,
          -   "b": 2
          +   "b": 3
            }
          + (a newline at the end)
        record 2 Dropped b
          - hi
        record 3 Ok c
          unchanged
        "#);
        insta::assert_snapshot!(shown(event, "{}"), @r#"
        record 1 not returned a
          - {
          -   "a": 1,
          -   "b": 2
          - }
        record 2 not returned b
          - hi
        record 3 not returned c
          - 00000000  00 01 02 ff                                       |....|
        "#);
    }

    fn changed(before: &[u8], after: &[u8]) -> String {
        let [before, after] = [before, after].map(|it| STANDARD.encode(it));
        let event = format!(r#"{{"records":[{{"recordId":"a","data":"{before}"}}]}}"#);
        let response =
            format!(r#"{{"records":[{{"recordId":"a","result":"Ok","data":"{after}"}}]}}"#);
        let text = shown(&event, &response);
        text.split_once('\n').unwrap().1.to_owned()
    }

    #[test]
    fn data_that_only_looks_the_same_is_not_called_unchanged() {
        let json = br#"{"a":1}"#;
        let gzipped = Gzip::new().compress(json);
        let with_newline = [gzipped.as_slice(), b"\n"].concat();
        insta::assert_snapshot!(changed(&gzipped, json), @"  was gzip, now plain; same when decoded, bytes differ: 27 B became 7 B");
        insta::assert_snapshot!(changed(&gzipped, br#"{"a":2}"#), @r#"
          {
        -   "a": 1
        +   "a": 2
          }
        was gzip, now plain
        "#);
        insta::assert_snapshot!(changed(json, &Gzip::new().compress(&gzipped)), @"  was plain, now gzip in gzip; same when decoded, bytes differ: 7 B became 44 B");
        insta::assert_snapshot!(changed(&gzipped, &with_newline), @"  same when decoded, bytes differ: 27 B became 28 B");
        insta::assert_snapshot!(changed(b"hello\n", b"hello\n\n"), @"  same when decoded, bytes differ: 6 B became 7 B");
        insta::assert_snapshot!(changed(json, br#"{"a": 1}"#), @"  same when decoded, bytes differ: 7 B became 8 B");
        insta::assert_snapshot!(changed(json, json), @"  unchanged");
        insta::assert_snapshot!(changed(b"", b""), @"  (empty)");
    }

    #[test]
    fn text_cannot_control_the_terminal() {
        let event = r#"{"records":[{"recordId":"\u001b","data":"G1sybQ=="}]}"#;
        assert!(!shown(event, "{}").contains('\x1b'));
    }
}
