use super::*;

/// A table of codes and what they mean.
fn codes(width: usize) -> String {
    let columns = [Column::codes("code"), Column::sentences("what happened")];
    let terminal = Terminal { is_terminal: true, color: false, width, rows: None, wraps: true };
    let mut table = Table::new(columns, &terminal);
    let long = "Kinesis.KMS.AccessDeniedExceptionOfSomeKind";
    for code in ["OS.InternalError", long, "S3.Denied"] {
        table.row(vec![code.to_owned(), "It cannot be written to.".to_owned()]);
    }
    table.laid_out()
}

#[test]
fn a_long_code_has_a_line_of_its_own() {
    insta::assert_snapshot!(codes(66), @"
    code              what happened
    OS.InternalError  It cannot be written to.
    Kinesis.KMS.AccessDeniedExceptionOfSomeKind
                      It cannot be written to.
    S3.Denied         It cannot be written to.
    ");
}

#[test]
fn a_row_is_a_block_where_the_columns_have_no_room() {
    insta::assert_snapshot!(codes(40), @"
    code: OS.InternalError
    what happened: It cannot be written to.

    code:
      Kinesis.KMS.AccessDeniedExceptionOfSomeKind
    what happened: It cannot be written to.

    code: S3.Denied
    what happened: It cannot be written to.
    ");
}

#[test]
fn columns_that_are_left_out_are_named() {
    let rows = [["s3://lake/a", "12", "{\"a\":1}"]];
    insta::assert_snapshot!(table(&rows, 30).laid_out(), @r#"
    place        content
    s3://lake/a  {"a":1}
    No room for: bytes
    "#);
    assert!(!table(&rows, 60).laid_out().contains("No room"));
}

fn table(rows: &[[&str; 3]], width: usize) -> Table {
    let columns = [
        Column::from_end("place"),
        Column::right("bytes").dispensable(1),
        Column::prose("content"),
    ];
    let is_terminal = width < UNBOUNDED;
    let terminal = Terminal { is_terminal, color: false, width, rows: None, wraps: is_terminal };
    let mut table = Table::new(columns, &terminal);
    for row in rows {
        table.row(row.map(str::to_owned).to_vec());
    }
    table
}

#[test]
fn wide_characters_leave_the_columns_where_they_are() {
    let rows = [["orders", "7", "日本語のテキスト"], ["注文", "12", "🚚"]];
    insta::assert_snapshot!(table(&rows, 40).laid_out(), @r"
     place   bytes  content
     orders      7  日本語のテキスト
     注文       12  🚚
    ");
    insta::assert_snapshot!(table(&rows, 34).laid_out(), @"
    place   content
    orders  日本語のテキスト
    注文    🚚
    No room for: bytes
    ");
    let rows = [["orders", "7", "日本語のテキスト日本語のテキスト"]];
    for width in 30..34 {
        let text = table(&rows, width).laid_out();
        assert!(text.lines().all(|line| terminal::columns(line) <= width), "{text}");
        assert!(text.contains('…'), "{text}");
    }
}

#[test]
fn without_a_width_nothing_is_left_out_and_a_long_cell_widens_no_other_row() {
    let content = "c".repeat(70_000);
    let rows = [["a", "1", content.as_str()], ["b", "2", "d"]];
    let text = table(&rows, UNBOUNDED).laid_out();
    assert_eq!(text.lines().nth(1), Some(format!(" a          1  {content}").as_str()));
    assert_eq!(text.lines().nth(2), Some(" b          2  d"));
}

#[test]
fn without_a_width_the_text_may_be_the_only_column() {
    let mut table = Table::new([Column::prose("content")], &terminal::PLAIN);
    for cell in ["one", "", "three"] {
        table.row(vec![cell.to_owned()]);
    }
    assert_eq!(table.laid_out(), " content\n one\n\n three\n");
}

#[test]
fn a_stream_of_rows_is_written_when_it_is_many_rows_or_bytes() {
    for (cell, rows) in [("x".repeat(MAX_BYTES / 2), 2), ("x".to_owned(), MAX_ROWS)] {
        let mut table =
            StreamTable::new([Column::left("n"), Column::prose("cell")], &terminal::PLAIN);
        let mut out = Vec::new();
        for _ in 1..rows {
            table.row(["1".to_owned(), cell.clone()], &mut out);
        }
        assert!(out.is_empty());
        table.row(["1".to_owned(), cell], &mut out);
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), rows + 1);
    }
}

/// IDs are cut before what is measured is left out.
#[test]
fn ids_are_narrowed_once_what_matters_less_is_gone() {
    let shown = |width| {
        let columns = [
            Column::left("request").narrowed(2),
            Column::right("duration").dispensable(3),
            Column::right("memory").dispensable(1),
        ];
        let terminal = Terminal { is_terminal: true, color: false, width, rows: None, wraps: true };
        let mut table = Table::new(columns, &terminal);
        let id = "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849";
        table.row([id, "212.48 ms", "71 of 128 MB"].map(str::to_owned).into());
        table.laid_out()
    };
    insta::assert_snapshot!([64, 50, 40, 30].map(shown).join("\n"), @"
     request                                duration        memory
     8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849  212.48 ms  71 of 128 MB

     request                                duration
     8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849  212.48 ms
     No room for: memory

     request                       duration
     …1d4-4e2b-a6c3-5b0e7d21f849  212.48 ms
     No room for: memory

    request:
      8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849
    duration: 212.48 ms
    memory: 71 of 128 MB
    ");
}
