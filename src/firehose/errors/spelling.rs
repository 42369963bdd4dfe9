//! Texts compared without regard to how they are spelled, spaced and punctuated.

/// Stands for words that differ from message to message.
const GAP: char = '…';

/// Letters and digits alone, in lower case. The service's former name counts as
/// its name: older messages and records have it.
pub(super) fn squeeze(text: &str) -> String {
    let letters: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|it| it.to_ascii_lowercase())
        .collect();
    letters.replace("kinesisdatafirehose", "amazondatafirehose")
}

/// A wording of a message, squeezed, to be found in other texts.
#[derive(Debug)]
pub(super) struct Wording {
    /// What stands between the gaps.
    parts: Vec<String>,
    /// Letters and digits of all parts.
    pub(super) length: usize,
}

impl Wording {
    pub(super) fn new(text: &str) -> Self {
        let parts: Vec<_> = text.split(GAP).map(squeeze).collect();
        Self { length: parts.iter().map(String::len).sum(), parts }
    }

    /// True if the squeezed `letters` hold its parts, in their order.
    pub(super) fn is_in(&self, letters: &str) -> bool {
        let mut rest = letters;
        self.parts.iter().all(|part| match rest.split_once(part.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }

    /// True if the squeezed `letters` are a part of it.
    pub(super) fn holds(&self, letters: &str) -> bool {
        self.parts.iter().any(|part| part.contains(letters))
    }

    /// True if the squeezed `letters` are all of it.
    pub(super) fn is(&self, letters: &str) -> bool {
        self.length == letters.len() && self.is_in(letters)
    }
}
