//! Base64 with something around it: marks of a quotation, a `data:` URL, words.

use super::sniff::{base64_run, base64_symbols, is_base64_symbol, is_encoded, starts_record};
use super::{Line, Sniffer, decode_open, is_data_name, may_hold_record};
use crate::bytes::{part, place_in};

/// Symbols below which base64 among words is not looked at.
const MIN_SYMBOLS: usize = 24;

/// Returns the base64 in a line with marks around it, if it means something.
pub(super) fn in_marks(text: &[u8]) -> Option<&[u8]> {
    let inner = unquoted(text);
    let is_quoted = inner.len() < text.len() && base64_symbols(inner).is_some();
    (is_quoted && is_encoded(inner)).then_some(inner)
}

/// Returns the base64 in a line that has words too, and is mostly base64 of
/// something whole, JSON, compressed data, a KPL aggregate, or the start of it.
pub(super) fn in_words<'a>(text: &'a [u8], sniffer: &mut Sniffer) -> Option<&'a [u8]> {
    if let Some(value) = after_label(text) {
        return is_record(value, sniffer).then_some(value);
    }
    let mut tokens = tokens(text);
    let token = tokens.next()?;
    let is_most = token.len() >= text.len() - token.len();
    let start = place_in(text, token);
    let around = [part(text, ..start), part(text, start + token.len()..)];
    let mut is_one = || tokens.next().is_none() && !around.iter().any(|it| may_hold_record(it));
    (is_most && is_one() && is_record(token, sniffer)).then_some(token)
}

/// The base64 in a line of text that the decoder takes for the record.
pub(crate) fn one_base64<'a>(line: &'a [u8], sniffer: &mut Sniffer) -> Option<&'a [u8]> {
    in_marks(line).or_else(|| in_words(line, sniffer))
}

/// True for base64 of something whole, or of the start of a record.
fn is_record(base64: &[u8], sniffer: &mut Sniffer) -> bool {
    match sniffer.line(base64) {
        Line::Whole => true,
        Line::Start => decode_open(base64).is_some_and(|bytes| starts_record(&bytes)),
        Line::Text { .. } | Line::Unknown => false,
    }
}

/// Base64 of any length that is all of a line after the label of data.
fn after_label(text: &[u8]) -> Option<&[u8]> {
    const MAX_LABEL: usize = 32;
    // An item of a list in YAML.
    let text = text.strip_prefix(b"- ").unwrap_or(text);
    let near = part(text, ..text.len().min(MAX_LABEL));
    let end = near.iter().position(|it| matches!(it, b':' | b'='))?;
    let label = part(text, ..end);
    let is_of_label = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.');
    let value = part(text, end + 1..).trim_ascii_start();
    (label.iter().all(is_of_label) && is_data_name(label) && base64_symbols(value).is_some())
        .then_some(value)
}

/// Quotes of word processors and of HTML: what opens, what closes, and what they are
/// where JSON has a straight one.
pub(super) const QUOTES: [(&str, &str, &str); 7] = [
    ("“", "”", TYPOGRAPHIC),
    ("„", "“", TYPOGRAPHIC),
    ("„", "”", TYPOGRAPHIC),
    ("‘", "’", TYPOGRAPHIC),
    ("«", "»", TYPOGRAPHIC),
    ("&quot;", "&quot;", "`&quot;` for a quote, as HTML has it"),
    ("&#34;", "&#34;", "`&#34;` for a quote, as HTML has it"),
];

const TYPOGRAPHIC: &str = "a typographic quote, where JSON has straight ones";

/// The text without no-break spaces and [`QUOTES`] around it.
fn without_typography(text: &[u8]) -> &[u8] {
    const NO_BREAK_SPACE: &[u8] = b"\xc2\xa0";
    let mut inner = text.strip_suffix(NO_BREAK_SPACE).unwrap_or(text);
    // What a quote or the space starts with: few lines do.
    if !matches!(inner.first(), Some(b'&' | 0xc2 | 0xe2)) {
        return inner;
    }
    inner = inner.strip_prefix(NO_BREAK_SPACE).unwrap_or(inner);
    for (open, close, _) in QUOTES {
        let bare = inner.strip_prefix(open.as_bytes());
        inner = bare.and_then(|it| it.strip_suffix(close.as_bytes())).unwrap_or(inner);
    }
    inner
}

/// Base64 without what a shell prints right after output that has no newline at its end:
/// `%` of zsh, a prompt of `$`, `#` or `%`.
pub(crate) fn without_shell_mark(text: &[u8]) -> &[u8] {
    let bare = without_line_mark(text);
    // Where padding is missing, `%` is the start of its escape in a URL.
    let is_whole = || bare.iter().filter(|it| is_base64_symbol(**it)).count().is_multiple_of(4);
    let is_mark = bare.ends_with(b"=") || !text.ends_with(b"%") || is_whole();
    if is_mark { bare } else { text }
}

/// A line of base64 without such a mark, which may break off within a group of four symbols.
pub(crate) fn without_line_mark(text: &[u8]) -> &[u8] {
    match text {
        [bare @ .., b'%' | b'$' | b'#']
            if bare.last().is_some_and(|it| is_base64_symbol(*it) || *it == b'=')
                // The escape of a URL, of which the end is missing.
                && memchr::memchr(b'%', bare).is_none() =>
        {
            bare
        }
        _ => text,
    }
}

/// The text without marks of a quotation, of emphasis and of a shell, quotes, and the head of a
/// `data:` URL.
pub(super) fn unquoted(text: &[u8]) -> &[u8] {
    let mut inner = text;
    loop {
        let before = inner.len();
        inner = without_typography(inner.trim_ascii());
        if let [b'>' | b'|', rest @ ..] = inner {
            inner = rest;
        }
        for mark in ["&gt;", "│"] {
            inner = inner.strip_prefix(mark.as_bytes()).unwrap_or(inner);
        }
        inner = without_shell_mark(inner);
        inner = inner.strip_suffix(b",").or_else(|| inner.strip_suffix(b";")).unwrap_or(inner);
        if let [open, rest @ .., close] = inner
            && matches!(
                (open, close),
                (b'"', b'"')
                    | (b'\'', b'\'')
                    | (b'`', b'`')
                    | (b'<', b'>')
                    | (b'(', b')')
                    | (b'*', b'*')
                    | (b'_', b'_')
                    | (b'~', b'~')
            )
        {
            inner = rest;
        }
        if let Some(body) = data_url(inner) {
            inner = body;
        }
        if inner.len() == before {
            return inner;
        }
    }
}

/// The body of `data:…;base64,…` (RFC 2397).
fn data_url(text: &[u8]) -> Option<&[u8]> {
    /// More than a media type and its parameters take.
    const MAX_HEAD: usize = 200;
    const END: &[u8] = b";base64,";
    let scheme = text.first_chunk::<5>()?;
    if !scheme.eq_ignore_ascii_case(b"data:") {
        return None;
    }
    let head = text.get(..text.len().min(MAX_HEAD))?;
    text.get(memchr::memmem::find(head, END)? + END.len()..)
}

/// Runs of base64 that stand by themselves: between blanks, quotes, brackets.
fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = base64_run(text, at, MIN_SYMBOLS)?;
            let body = part(text, start..);
            let symbols = body.iter().take_while(|it| is_base64_symbol(**it)).count();
            let padding = part(body, symbols..).iter().take(2).take_while(|it| **it == b'=');
            let end = start + symbols + padding.count();
            at = end;
            let before = part(text, ..start);
            let opens = before.last().is_none_or(|it| is_border(*it))
                || before.ends_with("→".as_bytes())
                || QUOTES.iter().any(|(open, close, _)| {
                    before.ends_with(open.as_bytes()) || before.ends_with(close.as_bytes())
                })
                || before.ends_with("│".as_bytes());
            // A dot ends a sentence, or joins the parts of a token of JWT.
            let closes = match part(text, end..) {
                // A prompt of a shell may follow.
                [] | [b'.'] | [b'%' | b'$' | b'#', b' ', ..] => true,
                rest => {
                    let is_quote = |it: &(&str, &str, &str)| {
                        rest.starts_with(it.1.as_bytes()) || rest.starts_with(it.0.as_bytes())
                    };
                    after_dots(rest).first().is_none_or(|next| is_border(*next))
                        || QUOTES.iter().any(is_quote)
                }
            };
            if opens && closes {
                return Some(part(text, start..end));
            }
        }
    })
}

/// The text after `...` or `…`, with which a tool shortens what it shows.
fn after_dots(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"...").or_else(|| text.strip_prefix("…".as_bytes())).unwrap_or(text)
}

const fn is_border(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b'(' | b')' | b'<' | b'>' | b'[' | b']')
        || matches!(byte, b'{' | b'}' | b',' | b';' | b':' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base64 of `{"orderId":1041,"total":7}`.
    const ORDER: &str = "eyJvcmRlcklkIjoxMDQxLCJ0b3RhbCI6N30=";

    fn found(text: &str) -> Option<String> {
        let text = text.as_bytes();
        let found = in_marks(text).or_else(|| in_words(text, &mut Sniffer::default()))?;
        Some(String::from_utf8_lossy(found).into_owned())
    }

    #[test]
    fn base64_is_found_in_a_quotation_a_url_and_words() {
        for text in [
            format!("> {ORDER}"),
            format!("> > `{ORDER}`"),
            format!("`{ORDER}`"),
            format!("data:application/json;charset=utf-8;base64,{ORDER}"),
            format!("\"data:;base64,{ORDER}\","),
            format!("<{ORDER}>"),
            format!("“{ORDER}”"),
            format!("&quot;{ORDER}&quot;"),
            format!("„{ORDER}“"),
            format!("„{ORDER}”,"),
            format!("«\u{a0}{ORDER}\u{a0}»"),
            format!("&#34;{ORDER}&#34;"),
            format!("\u{a0}{ORDER}"),
            format!("{ORDER}\u{a0}"),
            format!("data: {ORDER}"),
            format!("rawData={ORDER}"),
            format!("the record was {ORDER}."),
            format!("{ORDER} (1 of 3)"),
            format!("&gt; {ORDER}"),
            format!("│ {ORDER}"),
            format!("12→{ORDER}"),
            format!("+ {ORDER}"),
            format!("**{ORDER}**"),
            format!("~~{ORDER}~~"),
            format!("_{ORDER}_,"),
        ] {
            assert_eq!(found(&text).as_deref(), Some(ORDER), "{text}");
        }
        for text in ["data: eyJhIjoxfQ==", "data=eyJhIjoxfQ==", "rawData:eyJhIjoxfQ=="] {
            assert_eq!(found(text).as_deref(), Some("eyJhIjoxfQ=="), "{text}");
        }
        let cut = ORDER.split_at(30).0;
        for text in
            [format!("hey: {cut} can you?"), format!("got {cut}..., why"), format!("data: {cut}")]
        {
            assert_eq!(found(&text).as_deref(), Some(cut), "{text}");
        }
        assert_eq!(found("> aGVsbG8gd29ybGQ=").as_deref(), Some("aGVsbG8gd29ybGQ="));
    }

    #[test]
    fn words_and_tokens_of_other_kinds_stay_text() {
        for text in [
            "> test",
            "`data`",
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
            "GET /orders/aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= 200",
            "2026-11-29T10:00:00Z INFO request d76ff9f6-4592-45ae-b97d-2d6a8fe7a9c4 done in 3 ms",
            "hello world",
            "__init__",
            "_some_long_name_of_a_function_in_python_",
            "**a phrase in bold**",
            "see home/user/projects/firehose/release-notes... for more",
            "the class TheLongNameOfAClassThatMakesTheFactory...",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        let long = format!("{ORDER} {}", "and many words around it ".repeat(4));
        assert_eq!(found(&long), None, "a line of a log is not replaced by a token in it");
        assert_eq!(found(&format!("{ORDER} {ORDER}")), None, "two of them");
    }
}
