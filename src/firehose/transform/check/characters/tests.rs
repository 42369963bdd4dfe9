//! Characters before and after.

use super::*;

fn damage_of(before: &str, after: &str) -> Option<String> {
    damage(before, after.as_bytes()).map(|found| found.message)
}

#[test]
fn each_damage_is_known_by_what_stands_in_its_place() {
    let before = r#"{"name":"Østover","room":"2"}"#;
    for (after, found) in [
        (r#"{"name": "Ã˜stover"}"#.replace('˜', "\u{98}"), "encoded once more"),
        (r#"{"name": "\u00c3\u0098stover"}"#.to_owned(), "encoded once more"),
        (r#"{"name": "?stover"}"#.to_owned(), "`?` comes out"),
        (r#"{"name": "??stover"}"#.to_owned(), "`?` comes out"),
        (r#"{"name": "stover"}"#.to_owned(), "nothing comes out in its place"),
        ("{\"name\":\"C\u{18}stover\"}".to_owned(), "without their highest bit"),
        ("{\"name\":\"\u{fffd}stover\"}".to_owned(), "were lost"),
    ] {
        let message = damage_of(before, &after).unwrap_or_default();
        assert!(message.ends_with(found), "{after}: {message}");
    }
    assert_eq!(damage_of(before, r#"{"name":"\u00d8stover"}"#), None);
    assert_eq!(damage_of(before, r#"{"room":"2","name":"ØSTOVER"}"#), None);
    assert_eq!(damage_of(before, r#"{"room":"2"}"#), None);
    assert_eq!(damage_of("{\"a\":\"\u{fffd}x\"}", "{\"b\":\"\u{fffd}x\"}"), None);
    assert_eq!(damage_of(r#"{"a":"日本"}"#, r#"{"a":""}"#), None, "it may be left out");
    assert!(damage_of(r#"{"a":"日本語"}"#, r#"{"a":"???"}"#).is_some(), "its key is the same");
    assert!(damage_of(r#"{"a":"日本語"}"#, r#"{"b":"???"}"#).is_none(), "too little is known");
}

#[test]
fn what_is_written_otherwise_is_not_lost() {
    for (before, after) in [
        (r#"{"msg":"Loading…"}"#, r#"{"msg":"Loading..."}"#),
        (r#"{"msg":"“Hello” she said"}"#, r#"{"msg":"\"Hello\" she said"}"#),
        (r#"{"msg":"users’ guide"}"#, r#"{"msg":"users' guide"}"#),
        (r#"{"msg":"done—"}"#, r#"{"msg":"done-"}"#),
        (r#"{"msg":"Windows®"}"#, r#"{"msg":"Windows(R)"}"#),
        (r#"{"msg":"ABC（株）"}"#, r#"{"msg":"ABC(株)"}"#),
        (r#"{"q":"Café"}"#, r#"{"q":"Caf%C3%A9"}"#),
        (r#"{"q":"Café"}"#, r#"{"q":"Caf&eacute;"}"#),
        (r#"{"q":"Café"}"#, r#"{"q":"Caf\\xe9"}"#),
        (r#"{"q":"état"}"#, r#"{"q":"&eacute;tat"}"#),
        (r#"{"name":"José"}"#, r#"{"name":"Jos*"}"#),
        (r#"{"name":"Østover"}"#, r#"{"name":"*stover"}"#),
        (r#"{"price":"1200円"}"#, r#"{"price":1200}"#),
        (r#"{"price":"100€"}"#, r#"{"price":100,"cur":"EUR"}"#),
        (r#"{"day":"2026年"}"#, r#"{"year":2026}"#),
        (r#"{"note":"在庫：1500個"}"#, r#"{"stock":1500}"#),
        (r#"{"t":"21.5℃"}"#, r#"{"t":21.5}"#),
        (r#"{"c":"© 2026 ACME"}"#, r#"{"c":"(c) 2026 ACME"}"#),
        ("{\"n\":\"12\u{a0}345\"}", r#"{"n":"12345"}"#),
        (r#"{"doc":"résumé","a":1,"b":2}"#, r#"{"sum":3}"#),
        (r#"{"t":"Perú","c":1}"#, r#"{"unit":"x","Per":1}"#),
    ] {
        assert_eq!(damage_of(before, after), None, "{before} -> {after}");
    }
    for (before, after) in [
        (r#"{"name":"José"}"#, r#"{"name":"Jos"}"#),
        (r#"{"name":"José"}"#, r#"{"body":"{\"name\":\"Jos\"}"}"#),
        (r#"{"doc":"a résumé"}"#, r#"{"doc":"a rsum"}"#),
        (r#"{"msg":"paiement refusé"}"#, "paiement refus\n"),
    ] {
        let message = damage_of(before, after).unwrap_or_default();
        assert!(message.ends_with("nothing comes out in its place"), "{after}: {message}");
    }
}

#[test]
fn another_encoding_is_named() {
    let before = "{\"name\":\"Ø\"}";
    let found = |after: &[u8]| encoding(before, after).map(|found| found.message);
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "{\"name\":\"x\"}".encode_utf16().flat_map(order).collect()
    };
    let marked = [&[0xff, 0xfe], utf16(u16::to_le_bytes).as_slice()].concat();
    assert!(found(&marked).unwrap().contains("UTF-16 (little-endian)"));
    assert!(found(&utf16(u16::to_le_bytes)).unwrap().contains("little-endian"));
    assert!(found(&utf16(u16::to_be_bytes)).unwrap().contains("big-endian"));
    let latin1 = found(b"{\"name\":\"\xd8\"}\n").unwrap();
    assert!(latin1.contains("byte 0xd8 at 9"), "{latin1}");
    assert_eq!(found(b"PAR1\x15\x04\x15\xe8\x07"), None, "binary that is meant");
    assert_eq!(found(&[0; 64]), None);
}

#[test]
fn a_half_of_a_character_is_lost() {
    let found = |after: &str| damage_of(r#"{"a":"hi 😀 ë"}"#, after).unwrap_or_default();
    assert!(found(r#"{"a":"hi \ud83d"}"#).starts_with("`\\ud83d` at byte 9"));
    assert!(found(r#"{"a":"hi \udcc3\udcab"}"#).starts_with("`\\udcc3` at byte 9"));
    for after in [r#"{"a":"hi \ud83d\ude00 \u00eb"}"#, r#"{"a":"hi 😀 ë \\ud83d"}"#] {
        assert_eq!(found(after), "", "{after}");
    }
    assert_eq!(damage_of(r#"{"a":"\ud83d"}"#, r#"{"b":"\ud83d"}"#), None, "it came in so");
}
