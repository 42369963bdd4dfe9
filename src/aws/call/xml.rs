//! Answers in XML: the texts at one place, as rows.

use std::collections::BTreeMap;

use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};

/// The texts of one element, by their names.
pub(in crate::aws) type Row = BTreeMap<&'static str, String>;

/// Reads the elements at the end of `path`, which starts below the root: of each the
/// texts of `fields` that it has. `None` if it is not XML.
///
/// What is nested is walked through without recursion but along `path`.
pub(in crate::aws) fn rows(
    document: &str,
    path: &[&str],
    fields: &[&'static str],
) -> Option<Vec<Row>> {
    let mut document = Document::new(document);
    let mut root = document.root_element().ok()?;
    let mut rows = Vec::new();
    collect(&mut root, path, fields, &mut rows);
    Some(rows)
}

fn collect(
    at: &mut ScopedDecoder<'_, '_>,
    path: &[&str],
    fields: &[&'static str],
    rows: &mut Vec<Row>,
) {
    let Some((name, below)) = path.split_first() else {
        rows.push(row(at, fields));
        return;
    };
    while let Some(mut child) = at.next_tag() {
        if child.start_el().local() == *name {
            collect(&mut child, below, fields, rows);
        }
    }
}

fn row(at: &mut ScopedDecoder<'_, '_>, fields: &[&'static str]) -> Row {
    let mut row = Row::new();
    while let Some(mut child) = at.next_tag() {
        let field = fields.iter().find(|field| **field == child.start_el().local()).copied();
        if let (Some(field), Ok(text)) = (field, try_data(&mut child)) {
            row.insert(field, text.into_owned());
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_at_a_place_are_found() {
        let document = "<R xmlns=\"x\"><Result><List><member><A>1</A><B><A>2</A></B></member>\
                        <member><A>a &amp; b</A></member><member/></List><A>3</A></Result></R>";
        let found = rows(document, &["Result", "List", "member"], &["A"]).unwrap();
        let texts: Vec<_> = found.iter().map(|row| row.get("A").map(String::as_str)).collect();
        assert_eq!(texts, [Some("1"), Some("a & b"), None]);
        assert_eq!(rows(document, &["Nothing"], &["A"]), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_xml_is_no_answer_and_what_is_deep_is_walked_through() {
        assert_eq!(rows("", &[], &["A"]), None);
        assert_eq!(rows("{}", &[], &["A"]), None);
        let deep = format!("<R>{}<A>1</A></R>", "<x>".repeat(100_000));
        assert!(rows(&deep, &[], &["A"]).is_some());
    }
}
