//! The statements that group failure records in Athena.

use super::super::groups::{LARGEST_SAMPLE, MAX_MESSAGES};
use super::super::record::DESTINATIONS;
use super::super::timeline::step_of;
use super::{CONTROL_GZIP, CONTROL_UNPACKED, MAX_CONTROL};

/// Folders of one statement: what partition projection takes at once is not
/// documented, and a statement may have 262,144 bytes (Athena service quotas).
pub const MAX_FOLDERS: usize = 1000;

/// Longest parameter of a statement in characters (API reference of Athena,
/// `StartQueryExecution`).
pub const LONGEST_PARAMETER: usize = 1024;

/// Objects that SQL cannot read, by name; `fh` reads no more of them either.
pub const MAX_OBJECTS: usize = 10_000;

/// What may be control messages, of one statement.
pub const MAX_CONTROLS: u64 = 10_000;

/// Endings of names, after their dot, that Athena unpacks in another way than `fh`, or
/// not at all. Objects packed by gzip are unpacked by both.
pub const PACKED_ENDINGS: [&str; 9] =
    ["zip", "snappy", "zst", "bz2", "lz4", "lzo", "deflate", "br", "parquet"];

const RECORDS: &str = include_str!("records.sql");
const KINDS: &str = include_str!("kinds.sql");
const CONTROLS: &str = include_str!("controls.sql");

/// What is counted: records in the objects of some folders of a bucket.
///
/// Names of the bucket, the database and the table are part of the statements: they
/// have been checked. All else is handed over as parameters.
#[derive(Debug, Clone)]
pub struct AthenaQuery {
    /// Name of the bucket.
    pub bucket: String,
    /// Where the table is made.
    pub database: String,
    /// The table, which is made for this query alone.
    pub table: String,
    /// What keys have before their last slash; [`MAX_FOLDERS`] at most.
    pub folders: Vec<String>,
    /// True if what lies below the folders is counted too, in as far as Athena reads it.
    pub is_deep: bool,
    /// What keys start with, one of these at least; any key if empty.
    pub heads: Vec<String>,
    /// What names of objects start with, before version and time; any name if empty.
    pub streams: Vec<String>,
    /// Parts of error codes in lower case, of which one is enough; any code if empty.
    pub codes: Vec<String>,
    /// First and last arrival in milliseconds since 1970.
    pub since: Option<i64>,
    /// See `since`.
    pub until: Option<i64>,
    /// Steps of the timeline, in seconds.
    pub step: i64,
}

/// A statement with a `?` for each parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// Its parameters in order, each a literal of SQL.
    pub parameters: Vec<String>,
}

/// Steps of a timeline that are counted at least, so that it looks the same in the
/// few that are shown, also where records arrived in a small part of the time.
const LEAST_STEPS: i64 = 10_000;

impl AthenaQuery {
    /// The steps to count in, in seconds, for records that arrived within this many.
    pub fn step_for(seconds: i64) -> i64 {
        step_of(seconds, LEAST_STEPS)
    }

    /// Makes a table with a column, the line. A partition is a folder that a query names, so any
    /// prefix will do, and nothing but these folders is scanned (Athena user guide,
    /// "Dynamic ID partitioning"). No text of JSON has the byte that ends a column.
    pub fn create_table(&self) -> String {
        let Self { bucket, .. } = self;
        format!(
            "CREATE EXTERNAL TABLE {} (line string)\n\
             PARTITIONED BY (prefix string)\n\
             ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' LINES TERMINATED BY '\\n'\n\
             STORED AS TEXTFILE\n\
             LOCATION 's3://{bucket}/'\n\
             TBLPROPERTIES (\n  \
               'projection.enabled' = 'true',\n  \
               'projection.prefix.type' = 'injected',\n  \
               'storage.location.template' = 's3://{bucket}/${{prefix}}/')",
            self.table_name('`')
        )
    }

    /// Deletes the table; objects stay.
    pub fn drop_table(&self) -> String {
        format!("DROP TABLE IF EXISTS {}", self.table_name('`'))
    }

    /// Counts the records of each kind. Its rows are read by
    /// [`Counted::read`](super::Counted::read).
    pub fn kinds(&self) -> Statement {
        self.statement(&format!("{}{KINDS}", RECORDS.trim_end()), Values::default())
    }

    /// Finds what may be a control message. Its rows are read by
    /// [`Candidate::read`](super::Candidate::read).
    pub fn controls(&self) -> Statement {
        self.statement(&format!("{RECORDS}{CONTROLS}"), Values::default())
    }

    /// The text of [`kinds`](Self::kinds) with its values in it, for a console.
    pub fn printed(&self) -> String {
        let values = Values { are_printed: true, ..Values::default() };
        self.statement(&format!("{}{KINDS}", RECORDS.trim_end()), values).sql
    }

    /// DDL quotes names with backticks, and DML with quotes.
    fn table_name(&self, quote: char) -> String {
        format!("{quote}{}{quote}.{quote}{}{quote}", self.database, self.table)
    }

    /// Fills a template: the places are named in braces.
    fn statement(&self, template: &str, mut values: Values) -> Statement {
        let mut sql = String::new();
        let mut rest = template.trim_end();
        while let Some((before, name, after)) = next_place(rest) {
            sql.push_str(before);
            self.fill(name, &mut values, &mut sql);
            rest = after;
        }
        sql.push_str(rest);
        Statement { sql, parameters: values.parameters }
    }

    fn fill(&self, name: &str, values: &mut Values, sql: &mut String) {
        let number = match name {
            "step" => self.step.max(1).saturating_mul(1000).to_string(),
            "longest_control" => MAX_CONTROL.to_string(),
            "largest_sample" => LARGEST_SAMPLE.to_string(),
            "most_objects" => MAX_OBJECTS.to_string(),
            "most_messages" => MAX_MESSAGES.to_string(),
            "most_controls" => (MAX_CONTROLS + 1).to_string(),
            _ => return self.fill_text(name, values, sql),
        };
        sql.push_str(&number);
    }

    fn fill_text(&self, name: &str, values: &mut Values, sql: &mut String) {
        let texts = |values: &mut Values, all: &[String]| -> String {
            all.iter().map(|it| values.text(it)).collect::<Vec<_>>().join(", ")
        };
        let filled = match name {
            "table" => self.table_name('"'),
            "folders" => texts(values, &self.folders),
            "directly" if self.is_deep => String::new(),
            "directly" => {
                let after = "s3://".len() + self.bucket.len() + "/".len() + "/".len() + 1;
                format!("\n    AND strpos(substr(\"$path\", length(prefix) + {after}), '/') = 0")
            }
            "heads" if self.heads.is_empty() => String::new(),
            "heads" => {
                let one = |head: &String| {
                    let path = values.text(&format!("s3://{}/{head}", self.bucket));
                    format!("starts_with(\"$path\", {path})")
                };
                let any = self.heads.iter().map(one).collect::<Vec<_>>().join(" OR ");
                format!("\n    AND ({any})")
            }
            "streams" if self.streams.is_empty() => String::new(),
            "streams" => format!(
                "\n    AND regexp_extract(\"$path\", '([^/]+)-[0-9]+-[0-9]{{4}}(?:-[0-9]{{2}}){{5}}\
                 -[0-9a-f]{{8}}-[0-9a-f-]{{27}}[^/]*$', 1) IN ({})",
                texts(values, &self.streams)
            ),
            "destinations" => DESTINATIONS.join("|"),
            "packed" => PACKED_ENDINGS.join("|"),
            "gzip" => CONTROL_GZIP.to_owned(),
            "unpacked" => CONTROL_UNPACKED.to_owned(),
            "codes" if self.codes.is_empty() => "true".to_owned(),
            "codes" => {
                let one = |code: &String| format!("strpos(lower(code), {}) > 0", values.text(code));
                self.codes.iter().map(one).collect::<Vec<_>>().join(" OR ")
            }
            "is_timed" => (self.since.is_some() || self.until.is_some()).to_string(),
            "times" => {
                let since = self.since.map(|it| format!("arrival >= {}", values.number(it)));
                let until = self.until.map(|it| format!("arrival <= {}", values.number(it)));
                let both: Vec<_> = since.into_iter().chain(until).collect();
                if both.is_empty() { "true".to_owned() } else { both.join(" AND ") }
            }
            // A brace of an expression.
            other => format!("{{{other}}}"),
        };
        sql.push_str(&filled);
    }
}

/// What stands before the next place in braces, its name, and what is after it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let is_name =
        |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    text.match_indices('{').find_map(|(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let (name, after) = rest.get(1..)?.split_once('}')?;
        is_name(name).then_some((before, name, after))
    })
}

/// The values of a statement, in order.
#[derive(Debug, Default)]
struct Values {
    parameters: Vec<String>,
    are_printed: bool,
}

impl Values {
    fn text(&mut self, text: &str) -> String {
        self.literal(format!("'{}'", text.replace('\'', "''")))
    }

    fn number(&mut self, number: i64) -> String {
        self.literal(number.to_string())
    }

    fn literal(&mut self, literal: String) -> String {
        if self.are_printed {
            return literal;
        }
        self.parameters.push(literal);
        "?".to_owned()
    }
}

/// True for a name of a database or a table that may stand in a statement as it is
/// (Athena user guide, "Name databases, tables, and columns").
pub fn is_athena_name(name: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    !name.is_empty() && name.len() <= 255 && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> AthenaQuery {
        AthenaQuery {
            bucket: "lake".to_owned(),
            database: "default".to_owned(),
            table: "fh_failures".to_owned(),
            folders: vec!["failed/05".to_owned(), "o'clock".to_owned()],
            is_deep: false,
            heads: vec!["failed/05/o'".to_owned()],
            streams: vec!["orders".to_owned()],
            codes: vec!["timedout'; --".to_owned()],
            since: Some(1_795_341_600_000),
            until: None,
            step: 60,
        }
    }

    #[test]
    fn values_are_parameters_and_none_is_part_of_the_text() {
        for statement in [query().kinds(), query().controls()] {
            let Statement { sql, parameters } = statement;
            let expected = [
                "'failed/05'",
                "'o''clock'",
                "'s3://lake/failed/05/o'''",
                "'orders'",
                "'timedout''; --'",
                "1795341600000",
            ];
            assert_eq!(parameters, expected);
            assert_eq!(
                sql.matches(" ?").count() + sql.matches("(?)").count() + sql.matches("(?,").count(),
                6,
                "{sql}"
            );
            assert!(!sql.contains("clock") && !sql.contains("orders"), "{sql}");
        }
    }

    #[test]
    fn every_place_of_a_statement_is_filled() {
        let none =
            AthenaQuery { heads: vec![], streams: vec![], codes: vec![], since: None, ..query() };
        for query in [query(), none.clone(), AthenaQuery { is_deep: true, ..none }] {
            for sql in [query.kinds().sql, query.controls().sql, query.printed()] {
                assert_eq!(next_place(&sql), None, "{sql}");
            }
        }
        assert!(query().printed().contains("'o''clock'"));
    }

    #[test]
    fn a_name_is_no_statement() {
        assert!(is_athena_name("fh_failures_1"));
        for name in ["", "a b", "a`", "a\"", "a.b", "é"] {
            assert!(!is_athena_name(name), "{name}");
        }
    }
}
