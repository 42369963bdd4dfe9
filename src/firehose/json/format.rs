//! Lays JSON out again, compact or pretty, by copying its tokens.

use super::scan::{self, JsonError, JsonErrorKind, Sink, Stack};
use crate::bytes::part;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// No white space between tokens; one line a value.
    #[default]
    Compact,
    /// Two blanks a level, one line a member, as `jq .` prints it.
    Pretty,
}

/// What was found in a text that is JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Number of values in a row: 1, or more where objects
    /// and arrays follow each other as Firehose delivers them.
    pub values: u64,
    /// First byte of the first value: `{`, `[`, `"`, a digit …
    pub first: u8,
}

/// Checks and lays out JSON; keeps its stack between calls.
#[derive(Debug, Default)]
pub struct Formatter {
    stack: Stack,
}

impl Formatter {
    /// Appends the JSON in `source` to `out`, several values a line each,
    /// without a newline at the end.
    ///
    /// Every token (numbers, keys, strings with their escapes) is copied as it
    /// is; only white space between tokens changes. Several values are taken
    /// only if all are objects or arrays: `2026 11 22` is text, not JSON. On an
    /// error nothing is appended.
    pub fn format(
        &mut self,
        source: &[u8],
        style: Style,
        out: &mut Vec<u8>,
    ) -> Result<Shape, JsonError> {
        let (shape, is_same) = self.format_unless_same(source, style, out)?;
        if is_same {
            out.extend_from_slice(source.trim_ascii());
        }
        Ok(shape)
    }

    /// Does what [`format`](Self::format) does, but appends nothing where that would be
    /// `source` itself without the white space around it: then it returns true.
    pub fn format_unless_same(
        &mut self,
        source: &[u8],
        style: Style,
        out: &mut Vec<u8>,
    ) -> Result<(Shape, bool), JsonError> {
        let start = out.len();
        let result = self.lay_out(source, style, out);
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    fn lay_out(
        &mut self,
        source: &[u8],
        style: Style,
        out: &mut Vec<u8>,
    ) -> Result<(Shape, bool), JsonError> {
        if let Err(error) = simdutf8::compat::from_utf8(source) {
            return Err(JsonError { offset: error.valid_up_to(), kind: JsonErrorKind::NotUtf8 });
        }
        let mut at = scan::skip_space(source, 0);
        let Some(&first) = source.get(at) else {
            return Err(JsonError { offset: at, kind: JsonErrorKind::UnexpectedEnd });
        };
        let mut shape = Shape { values: 0, first };
        loop {
            let is_scalar = !matches!(source.get(at), Some(b'{' | b'['));
            if shape.values > 0 {
                let after_scalar = !matches!(first, b'{' | b'[');
                if is_scalar || after_scalar {
                    let kind = JsonErrorKind::Expected("nothing after the JSON value");
                    return Err(JsonError { offset: at, kind });
                }
                out.push(b'\n');
            }
            at = match style {
                Style::Compact => {
                    let mut sink = Compact { source, out, copied: at };
                    let end = scan::value(source, at, &mut self.stack, &mut sink)?;
                    let has_gap = sink.copied > at;
                    if !has_gap
                        && shape.values == 0
                        && scan::skip_space(source, end) == source.len()
                    {
                        return Ok((Shape { values: 1, first }, true));
                    }
                    sink.copy_up_to(end);
                    end
                }
                Style::Pretty => {
                    let mut sink = Pretty { run: Compact { source, out, copied: at }, depth: 0 };
                    let end = scan::value(source, at, &mut self.stack, &mut sink)?;
                    sink.run.copy_up_to(end);
                    end
                }
            };
            shape.values += 1;
            at = scan::skip_space(source, at);
            if at >= source.len() {
                return Ok((shape, false));
            }
        }
    }
}

/// Copies runs of tokens and leaves the gaps out: one copy for a value that is
/// compact already.
struct Compact<'a> {
    source: &'a [u8],
    out: &'a mut Vec<u8>,
    copied: usize,
}

impl Compact<'_> {
    #[inline]
    fn copy_up_to(&mut self, end: usize) {
        self.out.extend_from_slice(part(self.source, self.copied..end));
        self.copied = end;
    }
}

impl Sink for Compact<'_> {
    #[inline]
    fn gap(&mut self, from: usize, to: usize) {
        self.copy_up_to(from);
        self.copied = to;
    }
}

struct Pretty<'a> {
    run: Compact<'a>,
    depth: usize,
}

impl Pretty<'_> {
    #[inline]
    fn new_line(&mut self) {
        const BLANKS: &[u8; 64] = &[b' '; 64];
        self.run.out.push(b'\n');
        let mut blanks = self.depth * 2;
        while blanks > 0 {
            let count = blanks.min(BLANKS.len());
            self.run.out.extend_from_slice(part(BLANKS, ..count));
            blanks -= count;
        }
    }
}

impl Sink for Pretty<'_> {
    #[inline]
    fn gap(&mut self, from: usize, to: usize) {
        self.run.gap(from, to);
    }
    #[inline]
    fn open(&mut self, at: usize) {
        self.run.copy_up_to(at + 1);
        self.depth += 1;
        self.new_line();
    }
    #[inline]
    fn close(&mut self, at: usize) {
        self.run.copy_up_to(at);
        self.depth -= 1;
        self.new_line();
    }
    #[inline]
    fn comma(&mut self, at: usize) {
        self.run.copy_up_to(at + 1);
        self.new_line();
    }
    #[inline]
    fn colon(&mut self, at: usize) {
        self.run.copy_up_to(at + 1);
        self.run.out.push(b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn format(text: &str, style: Style) -> Result<String, JsonError> {
        let mut out = Vec::new();
        Formatter::default().format(text.as_bytes(), style, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn keeps_every_token_as_it_was() {
        for token in [
            "1.10",
            "1e400",
            "1E+2",
            "-0",
            "-0.0",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            r#""\u00e9\/""#,
            r#""\ud800""#,
            "\"é\"",
        ] {
            assert_eq!(format(token, Style::Compact).unwrap(), token);
            assert_eq!(format(token, Style::Pretty).unwrap(), token);
        }
        let text = r#"{"b":1,"a":2,"a":3,"":{}}"#;
        assert_eq!(format(text, Style::Compact).unwrap(), text);
    }

    #[test]
    fn compact_drops_white_space_between_tokens_only() {
        assert_eq!(
            format(" { \"a b\" : [ 1 , { } , [\n] ] }\r\n", Style::Compact).unwrap(),
            r#"{"a b":[1,{},[]]}"#
        );
    }

    #[test]
    fn pretty_looks_as_jq_prints_it() {
        let text = r#"{"a":[1,{"b":"c"},[],{ }],"d":null}"#;
        insta::assert_snapshot!(format(text, Style::Pretty).unwrap(), @r#"
        {
          "a": [
            1,
            {
              "b": "c"
            },
            [],
            {}
          ],
          "d": null
        }
        "#);
    }

    #[test]
    fn splits_values_that_follow_each_other() {
        assert_eq!(
            format(r#"{"a":1}{"b":2} [3]"#, Style::Compact).unwrap(),
            "{\"a\":1}\n{\"b\":2}\n[3]"
        );
    }

    #[test]
    fn numbers_in_a_row_are_text_not_json() {
        for text in ["2026 11 22", "2 123456789012 eni-1", r#"{"a":1} 2"#, r#""a" {"b":1}"#] {
            assert!(format(text, Style::Compact).is_err(), "{text}");
        }
    }

    #[test]
    fn what_needs_no_change_is_not_copied() {
        let mut formatter = Formatter::default();
        for (text, is_same) in
            [(r#"{"a":[1,2]}"#, true), (" [1]\r\n", true), ("[1, 2]", false), ("[1][2]", false)]
        {
            let mut out = Vec::new();
            let found = formatter.format_unless_same(text.as_bytes(), Style::Compact, &mut out);
            assert_eq!(found.unwrap().1, is_same, "{text}");
            assert_eq!(out.is_empty(), is_same, "{text}");
        }
    }

    #[test]
    fn an_error_appends_nothing() {
        let mut out = b"before".to_vec();
        let error =
            Formatter::default().format(br#"{"a":1}{"b":"#, Style::Pretty, &mut out).unwrap_err();
        assert_eq!(out, b"before");
        assert_eq!((error.offset, error.kind), (12, JsonErrorKind::UnexpectedEnd));
    }

    #[test]
    fn not_utf8_is_named_with_its_offset() {
        let error = Formatter::default()
            .format(b"{\"a\":\"\xe9\"}", Style::Compact, &mut Vec::new())
            .unwrap_err();
        assert_eq!((error.offset, error.kind), (6, JsonErrorKind::NotUtf8));
    }

    /// JSON texts as token lists, so that a test knows what must come out.
    fn tokens() -> impl Strategy<Value = Vec<String>> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
            "\"([ !#-\\[\\]-~é😀]|\\\\[\"/bfnrt\\\\]|\\\\u[0-9a-fA-F]{4}){0,24}\"",
        ]
        .prop_map(|token| vec![token]);
        scalar.prop_recursive(5, 64, 6, |inner| {
            let key = "\"[a-c\u{9b}]{0,9}\"";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(|items| {
                    let mut all = vec!["[".to_owned()];
                    for (position, item) in items.into_iter().enumerate() {
                        if position > 0 {
                            all.push(",".to_owned());
                        }
                        all.extend(item);
                    }
                    all.push("]".to_owned());
                    all
                }),
                prop::collection::vec((key, inner), 0..5).prop_map(|members| {
                    let mut all = vec!["{".to_owned()];
                    for (position, (key, item)) in members.into_iter().enumerate() {
                        if position > 0 {
                            all.push(",".to_owned());
                        }
                        all.extend([key, ":".to_owned()]);
                        all.extend(item);
                    }
                    all.push("}".to_owned());
                    all
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_the_white_space_the_tokens_come_out(
            tokens in tokens(),
            gaps in prop::collection::vec("[ \t\r\n]{0,3}", 64),
        ) {
            let compact = tokens.concat();
            let mut spaced = String::new();
            for (token, gap) in tokens.iter().zip(gaps.iter().cycle()) {
                spaced.push_str(gap);
                spaced.push_str(token);
            }
            prop_assert_eq!(format(&spaced, Style::Compact).unwrap(), compact.clone());
            let pretty = format(&spaced, Style::Pretty).unwrap();
            prop_assert_eq!(format(&pretty, Style::Compact).unwrap(), compact.clone());
            prop_assert_eq!(format(&compact, Style::Pretty).unwrap(), pretty);
        }

        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut out = Vec::new();
            let _shape = Formatter::default().format(&bytes, Style::Pretty, &mut out);
        }
    }
}
