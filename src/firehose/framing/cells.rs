//! Base64 in the cells of a table, in Markdown or HTML, and in the query of a URL.

use super::embedded::is_base64_of_record;
use crate::bytes::{part, place_in};
use crate::decode::{
    Sniffer, is_base64_symbol, is_data_name, is_secret_name, may_hold_record, without_escapes,
};

/// The records in the cells of a line, and the bytes of the line that are left out; `None` if
/// there are none. Escapes in base64 stay, which the decoder names.
pub(super) fn records<'a>(line: &'a [u8], sniffer: &mut Sniffer) -> Option<(Vec<&'a [u8]>, usize)> {
    let text = line.trim_ascii();
    let is_record = |cell: &[u8], sniffer: &mut Sniffer| {
        let escape = cell.iter().position(|it| !is_base64_symbol(*it) && *it != b'=');
        match escape.and_then(|at| without_escapes(cell, at)) {
            Some(base64) => is_base64_of_record(&base64, sniffer),
            None => escape.is_none() && is_base64_of_record(cell, sniffer),
        }
    };
    let mut found: Vec<&[u8]> = Vec::new();
    match text {
        [b'|', inner @ .., b'|'] => {
            for cell in inner.split(|it| *it == b'|') {
                let cell = cell.trim_ascii();
                let bare = cell.strip_prefix(b"`").and_then(|it| it.strip_suffix(b"`"));
                let cell = bare.unwrap_or(cell);
                if is_record(cell, sniffer) {
                    found.push(cell);
                }
            }
        }
        [b'<', .., b'>'] => {
            for element in text.split(|it| *it == b'<') {
                let Some(end) = memchr::memchr(b'>', element) else { continue };
                let cell = part(element, end + 1..).trim_ascii();
                if is_record(cell, sniffer) {
                    found.push(cell);
                }
            }
        }
        _ => {
            for value in values_of_queries(text) {
                if is_record(value, sniffer) {
                    found.push(value);
                }
            }
        }
    }
    if found.is_empty() {
        return None;
    }
    let (mut left, mut end) = (Vec::with_capacity(line.len()), 0);
    for cell in &found {
        let at = place_in(line, cell);
        left.extend_from_slice(part(line, end..at));
        end = at + cell.len();
    }
    left.extend_from_slice(part(line, end..));
    // What may be a record too, and a token, make the line text.
    if may_hold_record(&left) || is_secret_name(&left) {
        return None;
    }
    let left = left.len();
    Some((found, left))
}

/// The values of what is called data in the queries of addresses.
fn values_of_queries(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_end = |it: &u8| it.is_ascii_whitespace() || b"\"'<>#`".contains(it);
    let words = text.split(is_end).filter(|it| memchr::memmem::find(it, b"://").is_some());
    let queries = words.filter_map(|it| Some(part(it, memchr::memchr(b'?', it)? + 1..)));
    queries.flat_map(|query| query.split(|it| *it == b'&')).filter_map(|field| {
        let (name, value) = field.split_at(memchr::memchr(b'=', field)?);
        is_data_name(name).then_some(part(value, 1..))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base64 of `{"a":"~~~??>"}`.
    const DATA: &str = "eyJhIjoifn5+Pz8+In0=";
    const PERCENT: &str = "eyJhIjoifn5%2BPz8%2BIn0%3D";

    fn found(line: &str) -> Vec<String> {
        let found = records(line.as_bytes(), &mut Sniffer::default());
        let (data, left) = found.unwrap_or_default();
        let shown: usize = data.iter().map(|it| it.len()).sum();
        assert!(data.is_empty() || data[0].starts_with(b"{") || left + shown == line.len());
        data.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect()
    }

    #[test]
    fn records_are_found_in_cells_and_in_queries() {
        for (line, data) in [
            (format!("| 1 | Ok | {DATA} |"), DATA),
            (format!("|1|`{DATA}`|"), DATA),
            (format!("<td>data</td><td>{DATA}</td>"), DATA),
            (format!("<tr><td> {DATA} </td></tr>"), DATA),
            (
                "<td>eyJhIjoifn5&#43;Pz8&#x2B;In0&#61;</td>".into(),
                "eyJhIjoifn5&#43;Pz8&#x2B;In0&#61;",
            ),
            (format!("https://a.example/x?data={PERCENT}"), PERCENT),
            (format!("GET https://a.example/x?id=1&payload={PERCENT}#top HTTP/1.1"), PERCENT),
            (format!("https://a.example/x?data={DATA}&y=2"), DATA),
        ] {
            assert_eq!(found(&line), [data], "{line}");
        }
        let two = format!("| {DATA} | {DATA} |");
        assert_eq!(found(&two), [DATA, DATA]);
        for line in [
            "| recordId | data |",
            "|---|---|",
            "| 1 | eyJhIjoifn5 |",
            "<td>aGVsbG8=</td>",
            "<a href=\"x\">eyJ</a>",
            "|",
            "<>",
            "",
            "https://a.example/x?data=%7B%22a%22%3A1%7D",
            "https://a.example/x?data",
            "data=eyJhIjoxfQ%3D%3D",
        ] {
            assert_eq!(found(line), Vec::<String>::new(), "{line}");
        }
        let token = format!("https://a.example/x?token={PERCENT}&after={DATA}");
        assert_eq!(found(&token), Vec::<String>::new());
    }
}
