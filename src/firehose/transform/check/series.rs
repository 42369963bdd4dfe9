//! How the payloads of a response follow each other: what shows that a function
//! mixes up its records.

/// Fewer records may be alike, or begin alike, by chance.
pub(super) const MIN_RECORDS: usize = 3;

/// The payloads of the `Ok` records, in the order of the response. It holds only
/// the last one, and none as soon as they are neither alike nor growing.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// Payloads so far.
    records: usize,
    input: Vec<u8>,
    output: Vec<u8>,
    /// One of them is not the one before.
    has_different: bool,
    /// One of them does not carry all of the one before.
    has_new: bool,
    /// One of the inputs does not carry all of the one before.
    has_new_input: bool,
}

impl Series {
    /// False once no further payload can change what it shows.
    pub(super) const fn is_open(&self) -> bool {
        !self.has_different || !self.has_new
    }

    /// Adds the payload of the next record, and the one that it was made of;
    /// `None` if that is the same, or unknown.
    pub(super) fn add(&mut self, input: Option<&[u8]>, output: &[u8]) {
        if self.records > 0 {
            self.has_different |= output != self.output;
            self.has_new |= input.is_none() || !carries(output, &self.output);
            self.has_new_input |= input.is_some_and(|input| !carries(input, &self.input));
        }
        self.records += 1;
        for (last, next) in
            [(&mut self.input, input.unwrap_or_default()), (&mut self.output, output)]
        {
            last.clear();
            last.extend_from_slice(next);
        }
    }

    /// Bytes of the one payload that all have; `None` if they differ or are empty.
    pub(super) fn repeated(&self) -> Option<usize> {
        let is_repeated = self.records >= MIN_RECORDS && !self.has_different;
        (is_repeated && !self.output.is_empty()).then_some(self.output.len())
    }

    /// The last payload.
    pub(super) fn last(&self) -> &[u8] {
        &self.output
    }

    /// Two payloads, the second of which carries all of the first, and the inputs do not.
    pub(super) const fn may_be_accumulated(&self) -> bool {
        self.records == 2 && self.has_different && !self.has_new && self.has_new_input
    }

    /// Each payload carries all of the one before, and the inputs do not.
    pub(super) const fn is_accumulated(&self) -> bool {
        self.records >= MIN_RECORDS && self.has_different && !self.has_new && self.has_new_input
    }
}

/// True if `next` is `last` with something after it: a line, an object, or an
/// element of a list that is closed after it. `12` after `1` is another number.
fn carries(next: &[u8], last: &[u8]) -> bool {
    if last.is_empty() || next.len() <= last.len() {
        return false;
    }
    let common = next.iter().zip(last).take_while(|(next, last)| next == last).count();
    let is_close = |byte: &u8| byte.is_ascii_whitespace() || b"]}".contains(byte);
    let closed = last.iter().rev().take_while(|byte| is_close(byte)).count();
    let rest = next.get(common..).unwrap_or_default();
    let goes_on = |starts: &[u8]| rest.first().is_some_and(|byte| starts.contains(byte));
    if common == last.len() {
        return closed > 0 || goes_on(b"\n\r,{[");
    }
    common >= last.len() - closed && goes_on(b",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(pairs: &[(&str, &str)]) -> Series {
        let mut series = Series::default();
        for (input, output) in pairs {
            series.add(Some(input.as_bytes()), output.as_bytes());
        }
        series
    }

    #[test]
    fn payloads_that_are_all_the_same_are_repeated() {
        assert_eq!(series(&[("1", "x\n"), ("2", "x\n"), ("3", "x\n")]).repeated(), Some(2));
        assert_eq!(series(&[("1", "x"), ("2", "x")]).repeated(), None, "two may be alike");
        assert_eq!(series(&[("1", "x"), ("2", "x"), ("3", "y")]).repeated(), None);
        assert_eq!(series(&[("1", ""), ("2", ""), ("3", "")]).repeated(), None);
    }

    #[test]
    fn payloads_that_carry_those_before_are_accumulated() {
        for outputs in [
            ["a\n", "a\nb\n", "a\nb\nc\n"],
            [r#"{"a":1}"#, r#"{"a":1}{"a":2}"#, r#"{"a":1}{"a":2}{"a":3}"#],
            [
                "[{\"a\": 1}]\n",
                "[{\"a\": 1}, {\"a\": 2}]\n",
                "[{\"a\": 1}, {\"a\": 2}, {\"a\": 3}]\n",
            ],
            [r#"{"a":1}"#, r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2,"c":3}"#],
            ["a", "a,b", "a,b,c"],
        ] {
            let [one, two, three] = outputs;
            let found = series(&[("1", one), ("2", two), ("3", three)]);
            assert!(found.is_accumulated(), "{outputs:?}");
            assert!(!series(&[("1", one), ("2", two)]).is_accumulated(), "{outputs:?}");
            let as_sent = series(&[(one, one), (two, two), (three, three)]);
            assert!(!as_sent.is_accumulated(), "the inputs grow too: {outputs:?}");
        }
    }

    #[test]
    fn longer_values_and_new_records_are_not_accumulated() {
        for outputs in [
            ["1", "12", "123"],
            [r#"{"n":1}"#, r#"{"n":12}"#, r#"{"n":123}"#],
            ["a\n", "a\nb\n", "c\n"],
            ["a\n", "b\nb\n", "c\nc\nc\n"],
            ["", "a\n", "a\nb\n"],
        ] {
            let [one, two, three] = outputs;
            let found = series(&[("1", one), ("2", two), ("3", three)]);
            assert!(!found.is_accumulated(), "{outputs:?}");
        }
    }
}
