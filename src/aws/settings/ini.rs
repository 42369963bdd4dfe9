//! A configuration file as the AWS CLI reads it, which is with Python's
//! `configparser`.
//!
//! To the SDK every line that begins with a blank continues the value above it.
//! To the AWS CLI only a line does that is indented further than the key above
//! it, so a file whose keys are all indented means the same to both only if it
//! is read here.

use std::collections::BTreeMap;

/// A section and its keys, in lower case. A value of several lines has them
/// joined by newlines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) header: String,
    pub(super) keys: BTreeMap<String, String>,
}

/// What is wrong with a line. It does not quote it: there may be a secret in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) what: String,
}

/// Reads the text of a file.
pub(super) fn parse(text: &str) -> Result<Vec<Section>, Fault> {
    let mut sections: Vec<Section> = Vec::new();
    // The key whose value may continue, and how far right its line began.
    let mut key: Option<String> = None;
    let mut indent = 0;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let fault = |what: &str| Fault { line: number + 1, what: what.to_owned() };
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let begins = line.chars().take_while(|it| it.is_whitespace()).count();
        if let (true, Some(key), Some(section)) = (begins > indent, &key, sections.last_mut()) {
            let value = section.keys.entry(key.clone()).or_default();
            value.push('\n');
            value.push_str(content);
            continue;
        }
        indent = begins;
        if let Some(rest) = content.strip_prefix('[') {
            let (header, _) = rest.rsplit_once(']').ok_or_else(|| fault("missing `]`"))?;
            if sections.iter().any(|it| it.header == header) {
                return Err(fault(&format!("duplicate section `[{header}]`")));
            }
            sections.push(Section { header: header.to_owned(), keys: BTreeMap::new() });
            key = None;
            continue;
        }
        let section = sections.last_mut();
        let section = section.ok_or_else(|| fault("not in a section such as `[default]`"))?;
        let (name, value) = content.split_once(['=', ':']).ok_or_else(|| fault("missing `=`"))?;
        let name = name.trim().to_lowercase();
        if name.is_empty() {
            return Err(fault("missing key before `=`"));
        }
        let value = without_comment(value.trim()).to_owned();
        if section.keys.insert(name.clone(), value).is_some() {
            return Err(fault(&format!("duplicate key `{name}` in its section")));
        }
        key = Some(name);
    }
    Ok(sections)
}

/// A value without a comment after it. The AWS CLI leaves that in, and fails on
/// it; the SDKs do not.
fn without_comment(value: &str) -> &str {
    let begins = value.char_indices().zip(value.chars().skip(1)).find_map(|((at, blank), mark)| {
        (matches!(blank, ' ' | '\t') && matches!(mark, '#' | ';')).then_some(at)
    });
    let is_all = value.starts_with(['#', ';']);
    match begins {
        _ if is_all => "",
        Some(end) => value.get(..end).unwrap_or_default().trim_end(),
        None => value,
    }
}

/// A key of a value that is a section of its own, as in `s3 =` with lines that
/// are indented below it.
pub(super) fn nested<'a>(value: &'a str, key: &str) -> Option<&'a str> {
    let lines = value.strip_prefix('\n')?.lines().filter_map(|line| line.split_once('='));
    let mut lines = lines.map(|(name, value)| (name.trim(), value.trim()));
    lines.find_map(|(name, value)| (name == key).then_some(value))
}

/// The words of a header: `profile "my name"` has two.
pub(super) fn words(header: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = header.trim();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => {
                let quoted = rest.get(1..).unwrap_or_default();
                quoted.split_once(first).unwrap_or((quoted, ""))
            }
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<(String, String)> {
        let sections = parse(text).unwrap();
        sections.into_iter().flat_map(|section| section.keys).collect()
    }

    fn is(keys: &[(&str, &str)]) -> Vec<(String, String)> {
        keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn keys_may_be_indented_like_each_other() {
        let expected = is(&[("output", "json"), ("region", "eu-west-1")]);
        assert_eq!(keys("[default]\nregion = eu-west-1\noutput=json"), expected);
        assert_eq!(keys("[default]\n  region = eu-west-1\n  output=json\n"), expected);
        assert_eq!(keys("  [default]\r\n\tregion : eu-west-1\r\n\tOUTPUT=json"), expected);
        assert_eq!(keys("[default]\n    region = eu-west-1\n  output=json"), expected);
    }

    #[test]
    fn what_begins_further_right_is_a_part_of_the_value_above() {
        assert_eq!(
            keys("[default]\noutput = json\n  region = eu-west-1"),
            is(&[("output", "json\nregion = eu-west-1")])
        );
        let text = "[services x]\n  s3 =\n    endpoint_url = http://a\n\n    b = c\n  sts =\n    endpoint_url = http://b";
        let found = keys(text);
        assert_eq!(nested(&found[0].1, "endpoint_url"), Some("http://a"));
        assert_eq!(nested(&found[0].1, "b"), Some("c"));
        assert_eq!(nested(&found[1].1, "endpoint_url"), Some("http://b"));
        assert_eq!(nested("http://a", "endpoint_url"), None);
    }

    #[test]
    fn comments_are_left_out() {
        let text =
            "# one\n[default] ; two\n ; three\nregion = eu-west-1 # four\ntoken = a#b;c\nx = # y";
        assert_eq!(keys(text), is(&[("region", "eu-west-1"), ("token", "a#b;c"), ("x", "")]));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_not_quoted() {
        for (text, line, what) in [
            ("[default]\nregion", 2, "missing `=`"),
            ("region = x", 1, "not in a section such as `[default]`"),
            ("[default\n", 1, "missing `]`"),
            ("[a]\n= x", 2, "missing key before `=`"),
            ("[a]\n[b]\n[a]", 3, "duplicate section `[a]`"),
            ("[a]\nb=1\nB=2", 3, "duplicate key `b` in its section"),
        ] {
            assert_eq!(parse(text), Err(Fault { line, what: what.to_owned() }), "{text}");
        }
    }

    #[test]
    fn a_name_may_be_quoted() {
        assert_eq!(words("default"), ["default"]);
        assert_eq!(words(" profile  dev "), ["profile", "dev"]);
        assert_eq!(words("profile \"my dev\""), ["profile", "my dev"]);
        assert_eq!(words("profile 'dev'"), ["profile", "dev"]);
        assert_eq!(words("profile my dev"), ["profile", "my", "dev"]);
    }
}
