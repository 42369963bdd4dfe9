//! Reads the keys of groups, which [`FailureGroups`](super::FailureGroups) writes.

/// Stands for the messages that are not kept apart.
pub(super) const OTHER_MESSAGES: u8 = 1;

/// The texts that begin a key, each with its length before it, and what is after
/// them; see `FailureGroups::write_key`.
fn key_text(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = key.get(1..)?.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// The code of the records with this key.
pub(in crate::failure) fn code_of(key: &[u8]) -> &[u8] {
    key_text(key).map_or(b"", |(code, _)| code)
}

/// The key of the same code, function and attempts for messages that are not kept
/// apart.
pub(super) fn key_of_others(key: &[u8]) -> Vec<u8> {
    let after_function = key_text(key).and_then(|(_, rest)| key_text(rest)).map(|it| it.1);
    let message = after_function.and_then(|rest| {
        let attempts = if rest.first() == Some(&0) { 1 } else { 1 + size_of::<u64>() };
        rest.get(attempts..)
    });
    let length = key.len() - message.map_or(0, <[u8]>::len);
    let mut others = key.get(..length).unwrap_or_default().to_vec();
    others.push(OTHER_MESSAGES);
    others
}
