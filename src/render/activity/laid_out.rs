//! Lines of parts with two or more blanks between them, as wide as the terminal: they are
//! broken between the parts first, then at words. A command stays in one piece.

use crate::terminal;

/// What parts that are commands begin with.
const COMMANDS: [&str; 2] = ["fh ", "eval "];

/// Returns `text`, which begins at column `indent`, in lines that end before column
/// `width`; all but the first have `indent` blanks before them.
pub(super) fn laid_out(text: &str, indent: usize, width: usize) -> String {
    let (mut out, mut column) = (String::with_capacity(text.len()), indent);
    for (gap, part) in parts(text) {
        let columns = terminal::columns(part);
        if out.is_empty() || column + gap + columns <= width {
            out.extend(std::iter::repeat_n(' ', gap));
            column += gap;
        } else {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        if column + columns <= width || COMMANDS.iter().any(|command| part.starts_with(command)) {
            out.push_str(part);
            column += columns;
        } else {
            let mut lines = String::new();
            terminal::push_wrapped(&mut lines, part, indent, width);
            let lines = lines.trim_end();
            column = terminal::columns(lines.rsplit('\n').next().unwrap_or_default());
            out.push_str(lines.get(indent..).unwrap_or_default());
        }
    }
    out
}

/// The parts of a text, each with the blanks before it.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let part = text.trim_start_matches(' ');
        let gap = text.len() - part.len();
        let (part, after) = part.split_at(part.find("  ").unwrap_or(part.len()));
        rest = Some(after).filter(|after| !after.trim_start_matches(' ').is_empty());
        Some((gap, part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "record 5  Lambda.ProcessingFailed  fh local show 5 --port 4573";

    #[test]
    fn what_fits_is_as_it_was() {
        for text in [LINE, "", "put   3 records", "a"] {
            assert_eq!(laid_out(text, 21, usize::MAX), text);
        }
        assert_eq!(laid_out(LINE, 21, 21 + LINE.len()), LINE);
    }

    #[test]
    fn parts_go_to_lines_of_their_own_before_words_do() {
        assert_eq!(
            laid_out(LINE, 4, 50),
            "record 5  Lambda.ProcessingFailed\n    fh local show 5 --port 4573"
        );
        // A command is copied.
        assert_eq!(
            laid_out(LINE, 4, 30),
            "record 5\n    Lambda.ProcessingFailed\n    fh local show 5 --port 4573"
        );
        assert_eq!(
            laid_out("#1  the function raised an exception; again in 1 s", 6, 30),
            "#1\n      the function raised an\n      exception; again in 1 s"
        );
    }

    #[test]
    fn a_name_is_never_broken() {
        let url = "s3://orders/2026/11/30/orders-1-2026-11-30-10-00-00-5d2e9f14";
        assert_eq!(
            laid_out(&format!("{url}  3 records, 5 B"), 4, 40),
            format!("{url}\n    3 records, 5 B")
        );
    }
}
