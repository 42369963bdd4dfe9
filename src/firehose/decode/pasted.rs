//! Base64 that was damaged where it was copied: cut within a group of four symbols,
//! shortened with dots, its lines joined by blanks.

use super::base64::{Base64Error, Base64ErrorKind};
use super::compression::Compression;
use super::decoder::{Decoder, Step};
use super::ending::{Ending, decode_open};
use super::problem::{Problem, ProblemKind};
use super::sniff::{base64_symbols, is_encoded, starts_record, starts_text};
use super::{Layer, Line, kpl};
use crate::bytes::part;

impl Decoder {
    /// Decodes what is left of the base64 in `text`, which has this error; `at` is its
    /// offset in the record. `None` if it is not certain.
    pub(super) fn damaged_base64(
        &mut self,
        text: &[u8],
        error: Base64Error,
        at: usize,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if error.kind == Base64ErrorKind::Blank {
            *out = match self.joined_lines(text) {
                Some(bytes) => bytes,
                None => self.grouped(text)?,
            };
            return Some(Step::Peeled { layer: Layer::Base64, made: out.len(), parts: 1 });
        }
        let rest = part(text, error.offset..);
        let good = match error.kind {
            Base64ErrorKind::Length => text,
            Base64ErrorKind::BadByte(_) if is_dots(rest) => {
                part(text, ..error.offset).trim_ascii_end()
            }
            _ => return None,
        };
        let is_text = |bytes: &[u8]| error.kind == Base64ErrorKind::Length && starts_text(bytes);
        let bytes = decode_open(good).filter(|it| starts_record(it) || is_text(it))?;
        let is_reported = match self.sniffer.ending(&bytes, bytes.len()) {
            // Compressed data and aggregates report by themselves that their end is missing.
            Ending::OpenBinary => {
                Compression::by_magic(&bytes).is_some() || kpl::starts_aggregate(&bytes)
            }
            // The end of a sentence.
            Ending::At(end) => end == bytes.len() && rest == b".",
            _ => false,
        };
        if !is_reported {
            let (layer, offset) = (Some(Layer::Base64), Some((error.offset + at) as u64));
            self.problems.push(Problem { layer, offset, kind: ProblemKind::Base64(error.kind) });
        }
        *out = bytes;
        Some(Step::Peeled { layer: Layer::Base64, made: out.len(), parts: 1 })
    }

    /// Decodes base64 with blanks after each group of as many symbols, as people group digits;
    /// only of something whole, for text has words of one length too.
    fn grouped(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let width = memchr::memchr(b' ', text).filter(|width| *width > 0)?;
        let mut groups = text.split(|byte| *byte == b' ').peekable();
        let mut count = 0;
        while let Some(group) = groups.next() {
            let is_full = group.len() == width || groups.peek().is_none() && group.len() <= width;
            if !is_full || group.is_empty() {
                return None;
            }
            count += 1;
        }
        let joined: Vec<_> = text.iter().copied().filter(|byte| *byte != b' ').collect();
        base64_symbols(&joined).filter(|_| count > 2)?;
        let bytes = decode_open(&joined).filter(|it| starts_record(it))?;
        (self.sniffer.ending(&bytes, bytes.len()) == Ending::At(bytes.len())).then(|| {
            let (layer, kind) = (Some(Layer::Base64), ProblemKind::Grouped);
            self.problems.push(Problem { layer, offset: None, kind });
            bytes
        })
    }

    /// Decodes lines of one width that single blanks join: what `echo $VARIABLE` makes of
    /// line breaks.
    fn joined_lines(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        /// Shorter lines are words.
        const MIN_WIDTH: usize = 32;
        let width = memchr::memchr(b' ', text).filter(|width| *width >= MIN_WIDTH)?;
        let mut lines = text.chunks(width + 1);
        let is_line = |line: &[u8]| match line {
            [line @ .., b' '] => line.len() == width && base64_symbols(line).is_some(),
            // The last.
            _ => line.len() <= width && base64_symbols(line).is_some(),
        };
        if !lines.all(is_line) || self.sniffer.line(part(text, ..width)) == Line::Whole {
            return None;
        }
        let joined: Vec<_> = text.iter().copied().filter(|byte| *byte != b' ').collect();
        let bytes = decode_open(&joined)?;
        let is_good = match self.sniffer.ending(&bytes, bytes.len()) {
            Ending::At(end) => end == bytes.len(),
            Ending::OpenJson | Ending::OpenBinary => true,
            Ending::Damaged => false,
            Ending::Unmarked => is_encoded(&joined),
        };
        is_good.then_some(bytes)
    }
}

/// True for dots and nothing else.
fn is_dots(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|it| it.chars().all(|sign| matches!(sign, '.' | '…')))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::{Content, Encoding, Options};
    use super::*;
    use crate::compress::Gzip;

    /// Content and problems.
    fn shown(text: &str) -> (Content, String, Vec<String>) {
        let mut decoder = Decoder::new(Options::default());
        let record = decoder.decode(text.as_bytes(), Encoding::Unknown);
        let content = String::from_utf8_lossy(record.bytes).into_owned();
        (record.content, content, record.problems.iter().map(ToString::to_string).collect())
    }

    fn numbers() -> String {
        let numbers: Vec<_> = (0..90).map(|it| (it * 7919 % 10_007).to_string()).collect();
        format!("{{\"n\":[{}]}}", numbers.join(","))
    }

    fn gzip() -> String {
        STANDARD.encode(Gzip::new().compress(numbers().as_bytes()))
    }

    #[test]
    fn what_was_cut_or_shortened_shows_the_content_so_far_at_any_length() {
        let json = numbers();
        for base64 in [gzip(), STANDARD.encode(&json)] {
            for length in 200..208 {
                for end in ["", "...", "…", ".."] {
                    let cut = base64.split_at(length).0;
                    let (first, rest) = cut.split_at(76);
                    for text in [format!("{cut}{end}"), format!("{first}\n{rest}{end}")] {
                        let (_, content, problems) = shown(&text);
                        assert!(
                            content.len() > 70 && json.starts_with(&content),
                            "{text}: {content}"
                        );
                        assert!(!problems.is_empty(), "{text}");
                    }
                }
            }
        }
        let (_, content, problems) = shown(&format!("{}Q", STANDARD.encode("{\"a\":123}")));
        assert_eq!(content, "{\"a\":123}");
        assert_eq!(problems, ["base64: one extra character at the end at byte 13"]);
    }

    #[test]
    fn base64_in_groups_is_read_where_it_is_whole() {
        for base64 in [gzip(), STANDARD.encode("{\"a\":123}"), STANDARD.encode(numbers())] {
            for width in [4, 5, 8, 10] {
                let groups: Vec<_> =
                    base64.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
                let (_, content, problems) = shown(&groups.join(" "));
                let note = "base64: blanks between groups of characters are left out";
                if groups.len() > 2 {
                    assert_eq!((content, problems), (shown(&base64).1, vec![note.into()]));
                }
                let mut moved = groups.join(" ");
                moved.insert(3, ' ');
                assert!(!shown(&moved).2.contains(&note.to_owned()), "{moved}");
            }
        }
        for text in ["that test data from case four", "eyJh Ijox", "eyJh Ijox eyJh Ijox"] {
            assert!(!shown(text).2.iter().any(|it| it.contains("groups")), "{text}");
        }
    }

    #[test]
    fn words_with_dots_or_one_symbol_too_many_stay_text() {
        for text in ["to be continued...", "loading...", "ORDER", "wait…", "QUJDQUJDQUJDQUJDQ..."]
        {
            assert_eq!(shown(text).1, text);
        }
    }

    #[test]
    fn lines_that_blanks_join_are_one_text() {
        let text =
            STANDARD.encode("a text without an end of its own, some lines of it. ".repeat(5));
        for base64 in [gzip(), STANDARD.encode(numbers()), text] {
            for width in [64, 76, 60, 33] {
                let lines: Vec<_> =
                    base64.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
                let (content, expected) = (shown(&lines.join(" ")), shown(&base64));
                assert_eq!(content, expected, "{width}");
                // A `+` that became a blank is no line break.
                let mut moved = lines.join(" ");
                moved.insert(70, 'A');
                assert_ne!(shown(&moved).1, expected.1);
            }
        }
        let record = STANDARD.encode("{\"a\":\"a record of some length\"}  ");
        assert_eq!(shown(&format!("{record} {record}")).0, Content::Unknown, "two records");
        let names = "TheLongNameOfAClassThatMakesTheFactory TheLongNameOfAClassThatMakesTheFactory";
        assert_eq!(shown(names).1, names);
    }
}
