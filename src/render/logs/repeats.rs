//! Errors of a stream that repeat: one line, and how often it came again.

use super::View;
use crate::terminal::ERROR;
use firehose::logs::LogEvent;

/// Repeats are counted for so long, in milliseconds, before a line says so.
const MAX_LENGTH: i64 = 5 * 60_000;

/// The error that was shown last, and its repeats since.
#[derive(Debug)]
pub(super) struct Repeats {
    /// All that is shown of it but for the time.
    shown: (Option<String>, String, String),
    count: u64,
    /// The first that was counted or shown, and the last that was counted, without
    /// its message.
    first: Option<i64>,
    last: LogEvent<'static>,
}

impl View {
    /// Counts an error, if it is the one that was shown last; false if it is to be shown.
    /// It is `code`, and `line` is what is shown after that.
    pub(super) fn is_repeat(
        &mut self,
        event: &LogEvent<'_>,
        code: &str,
        line: &str,
        out: &mut Vec<u8>,
    ) -> bool {
        let group = event.group.as_deref();
        let same = self.repeats.as_mut().filter(|it| {
            let (of, its_code, its_line) = &it.shown;
            of.as_deref() == group && its_code == code && its_line == line && !event.is_late
        });
        let bare = || LogEvent { message: Vec::new().into(), ..event.clone() }.into_owned();
        let Some(repeats) = same else {
            self.push_repeats(out);
            let shown = (group.map(str::to_owned), code.to_owned(), line.to_owned());
            let first = event.timestamp;
            self.repeats = Some(Repeats { shown, count: 0, first, last: bare() });
            return false;
        };
        repeats.count += 1;
        repeats.last = bare();
        let length = event.timestamp.zip(repeats.first).map_or(0, |(last, first)| last - first);
        if length >= MAX_LENGTH {
            repeats.first = event.timestamp;
            self.push_count(out);
        }
        true
    }

    /// Appends how often the last error was repeated, if it was: another line follows.
    pub(super) fn push_repeats(&mut self, out: &mut Vec<u8>) {
        self.push_count(out);
        self.repeats = None;
    }

    /// Appends how often the last error has come again: nothing has followed for a while.
    pub fn settle(&mut self, out: &mut Vec<u8>) {
        self.push_count(out);
    }

    fn push_count(&mut self, out: &mut Vec<u8>) {
        let Some(repeats) = self.repeats.as_mut().filter(|it| it.count > 0) else { return };
        let times = match std::mem::take(&mut repeats.count) {
            1 => "once more".to_owned(),
            count => format!("{} more times", crate::terminal::group(count)),
        };
        let (code, last) = (repeats.shown.1.clone(), repeats.last.clone());
        self.head(&last, out);
        let code = self.look.terminal.paint(ERROR, &super::safe(&code));
        out.extend_from_slice(format!("{code} · the same error {times}\n").as_bytes());
    }
}
