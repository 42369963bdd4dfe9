//! Forms, as the query protocol of AWS sends them.

use percent_encoding::percent_decode_str;

/// Most fields that are looked at.
const MAX_FIELDS: usize = 10_000;

/// A form.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8_lossy().into_owned()
        };
        let pairs = body.split('&').filter_map(|pair| pair.split_once('=')).take(MAX_FIELDS);
        Self(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    /// The value of a field, empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, value)| value)
    }

    /// The items of a list: `NAME.member.1`, and so on.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let is_item = |field: &str| {
            let number = field.strip_prefix(name).and_then(|rest| rest.strip_prefix(".member."));
            number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
        };
        self.0.iter().filter(|(it, _)| is_item(it)).map(|(_, value)| value.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_lists_are_found() {
        let form = Form::parse(
            b"Action=Simulate+it&Name=%C3%BC%26&A.member.1=x&A.member.2=y&A.member.z=no&B",
        );
        assert_eq!(
            (form.get("Action"), form.get("Name"), form.get("B")),
            ("Simulate it", "ü&", "")
        );
        assert_eq!(form.list("A"), ["x", "y"]);
    }
}
