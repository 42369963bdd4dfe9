//! Texts in each encoding, and binary data, which is none.

use super::*;

fn utf16(text: &str, charset: Charset) -> Vec<u8> {
    let write = if charset == Charset::Utf16Be { u16::to_be_bytes } else { u16::to_le_bytes };
    text.encode_utf16().flat_map(write).collect()
}

#[test]
fn utf16_is_known_with_and_without_its_mark() {
    for text in ["{\"name\":\"Østover\"}", "plain words\n", "{\"名前\":\"株式会社\"}", "😀 emoji"]
    {
        for charset in [Charset::Utf16Le, Charset::Utf16Be] {
            let bare = utf16(text, charset);
            assert_eq!(recognize(&bare), Some(charset), "{text}");
            assert_eq!(charset.to_utf8(&bare), text);
            let marked = utf16(&format!("\u{feff}{text}"), charset);
            assert_eq!(recognize(&marked), Some(charset), "{text}");
            assert_eq!(charset.to_utf8(&marked), text);
        }
    }
    let mut appended = utf16("{\"a\":1}", Charset::Utf16Le);
    appended.push(b'\n');
    assert_eq!(recognize(&appended), Some(Charset::Utf16Le));
    assert_eq!(Charset::Utf16Le.to_utf8(&appended), "{\"a\":1}\n");
}

#[test]
fn accents_among_letters_are_latin1_and_signs_are_windows1252() {
    for text in [
        &b"name=\xd8stover"[..],
        b"{\"i\":1,\"n\":\"\xe9t\xe9\"}",
        b"M\xfcller;Stra\xdfe\n",
        b"R\xe9sum\xe9",
        b"it is 20 \xb0C outside",
    ] {
        assert_eq!(recognize(text), Some(Charset::Latin1), "{}", text.escape_ascii());
    }
    let text = b"price: 5 \x80, \x93caf\xe9\x94";
    assert_eq!(recognize(text), Some(Charset::Windows1252));
    assert_eq!(Charset::Windows1252.to_utf8(text), "price: 5 €, “café”");
    assert_eq!(Charset::Latin1.to_utf8(b"\xd8st"), "Øst");
}

#[test]
fn a_few_signs_in_short_json_are_text_of_one_byte_a_character() {
    for (text, charset) in [
        (&b"{\"a\":\"\xa35\"}"[..], Charset::Latin1),
        (b"{\"a\":\"\xdf\"}", Charset::Latin1),
        (b"{\"a\":\"20 \xb0C\"}", Charset::Latin1),
        (b"{ \"a\": \"\xa35\" }\n", Charset::Latin1),
        (b"[\"\xbd\"]", Charset::Latin1),
        (b"{\"a\":\"10 \x80\"}", Charset::Windows1252),
        (b"{\"a\":\"it\x92s\"}", Charset::Windows1252),
        (b"{\"a\":\"\x8cuvre\"}", Charset::Windows1252),
    ] {
        assert_eq!(recognize(text), Some(charset), "{}", text.escape_ascii());
        assert_eq!(of_text(text), Some(charset), "{}", text.escape_ascii());
    }
}

#[test]
fn a_few_accents_in_a_row_are_no_other_script() {
    for text in [
        "{\"name\":\"Müller\",\"city\":\"äöü\"}",
        "{\"a\":\"ÄÖÜ\"}",
        "{\"a\":\"åäö\",\"b\":\"æøå\"}",
        "{\"a\":\"äöüß\",\"b\":\"ÄÖÜß\"}",
        "{\"a\":\"«äöü»\"}",
        "{\"a\":\"àâäéèêëîïôöùûüÿç\"}",
        "{\"a\":\"££££££££££££££££\"}",
        "{\"a\":\"jäääär\"}",
        "{\"a\":\"éàéàéà\"}",
        "{\"a\":\"ÄÄÄÄÄÄ\",\"b\":\"öööööö\"}",
        "{\"rating\":\"½¼¾½\"}",
    ] {
        let bytes: Vec<_> = text.chars().map(|it| u8::try_from(it).unwrap()).collect();
        assert_eq!(recognize(&bytes), Some(Charset::Latin1), "{text}");
    }
    for text in [
        &b"{\"a\":\"\x95\x95\x95\x95\"}"[..],
        b"{\"a\":\"\x93\xe4\xf6\xfc\x94\"}",
        b"{\"a\":\"\xc4\xd6\xdc\xe4\xf6\xfc\xdf\x80\"}",
        b"{\"a\":\"\x85\x94\x96\x93\x85\"}",
    ] {
        assert_eq!(recognize(text), Some(Charset::Windows1252), "{}", text.escape_ascii());
    }
}

#[test]
fn accents_next_to_signs_are_no_utf8_and_no_other_script() {
    for text in [
        &b"{\"a\":\"\xabCAF\xc9\xbb\"}"[..],
        b"{\"a\":\"\xab\xa0voil\xe0\xa0\xbb\"}",
        b"{\"a\":\"\xabS\xc3O\xbb\xa0\xab\xa0\xc9T\xc9\xa0\xbb\xa0\xab\xa0L\xc0\xa0\xbb\xa0\xab\"}",
    ] {
        assert_eq!(recognize(text), Some(Charset::Latin1), "{}", text.escape_ascii());
    }
    for text in [
        &b"{\"a\":\"\x93CAF\xc9\x94\"}"[..],
        b"{\"a\": \"\xc9T\xc9\x85\", \"b\": 7}",
        b"{\"a\": \"\xc9T\xc9\x99\"}",
        b"{\"genre\":\"Rock\x92n\x92Roll L\xe9gende\"}",
        b"{\"a\":\"Rock\x92n\x92Roll it\x92s\x85ok\"}",
    ] {
        assert_eq!(recognize(text), Some(Charset::Windows1252), "{}", text.escape_ascii());
    }
}

#[test]
fn words_of_other_scripts_are_not_latin1() {
    for text in [
        // Windows-1251, KOI8-R, GBK.
        &b"{\"a\":\"\xef\xf0\xe8\xe2\xe5\xf2, \xcc\xee\xf1\xea\xe2\xe0\"}"[..],
        b"{\"a\":\"\xd0\xd2\xc9\xd7\xc5\xd4\",\"b\":\"\xed\xcf\xd3\xcb\xd7\xc1\"}",
        b"{\"a\":\"\xb1\xb1\xbe\xa9\xca\xd0\xb3\xaf\xd1\xf4\xc7\xf8\"}",
        // Shift JIS: characters of two bytes, the second of which may be ASCII.
        b"{\"a\":\"\x93\xfa\x96{\x8c\xea\"}",
        b"{\"a\":\"\x92\x8d\x95\xb6\", \"b\":7}",
        b"{\"a\":\"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\xb6\xc5\"}",
        b"A-1044: \x92\x8d\x95\xb6\x82\xf0\x8e\xf3\x82\xaf\x95t\x82\xaf\x82\xdc\x82\xb5\x82\xbd\n",
    ] {
        assert_eq!(recognize(text), Some(Charset::OtherBytes), "{}", text.escape_ascii());
    }
}

#[test]
fn half_a_character_does_not_make_utf8_another_encoding() {
    let cut = &"{\"a\":\"日本語".as_bytes()[..15];
    for text in [
        cut,
        b"{\"a\":\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\"}",
        b"{\"a\":\"\xe6\x97\xa5\xe6\x9c\"}",
        b"{\"a\":\"Caf\xc3\xa9 cr\xc3\"}",
        b"{\"a\":\"\xd0\x94\xd0\xb0\xd0\"}",
        b"{\"a\":\"\xed\xa0\xbd\xed\xb8\x80\"}",
        b"{\"a\":\"\xff\xfe\"}",
    ] {
        assert_eq!(recognize(text), Some(Charset::DamagedUtf8), "{}", text.escape_ascii());
    }
    assert_eq!(Charset::DamagedUtf8.to_utf8(b"{\"a\":\"\xff\"}"), "{\"a\":\"\u{fffd}\"}");
}

#[test]
fn binary_is_no_text() {
    for bytes in [
        &b"\xff\xfe\x00\x01\x02\x03"[..],
        b"\xd8",
        b"\x0a\x03\xff\xfe\x80\x12\x01",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
        b"\x00\x00\x00\x05\x00\x00\x00\x07",
        b"\xe9\xe8\xe7\xe6abc",
        b"ab\x81cdefgh",
        b"",
    ] {
        assert_eq!(recognize(bytes), None, "{}", bytes.escape_ascii());
    }
    // Digests and keys: what chance makes of bytes.
    let mut seed = 1u64;
    let found = (0..2000).filter(|_| {
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 56) as u8
        };
        let bytes: Vec<u8> = (0..20).map(|_| next()).collect();
        recognize(&bytes).is_some()
    });
    assert_eq!(found.count(), 0);
}

#[test]
fn utf16_of_east_asia_and_utf32_are_known() {
    for text in ["注文番号 123 東京", "订单已发货，谢谢您的惠顾。", "주문 번호 17번이 배송"]
    {
        for charset in [Charset::Utf16Le, Charset::Utf16Be] {
            assert_eq!(recognize(&utf16(text, charset)), Some(charset), "{text}");
        }
    }
    for (charset, write) in [
        (Charset::Utf32Le, u32::to_le_bytes as fn(u32) -> [u8; 4]),
        (Charset::Utf32Be, u32::to_be_bytes),
    ] {
        let bytes: Vec<u8> =
            "\u{feff}{\"n\":\"日\"}".chars().flat_map(|it| write(u32::from(it))).collect();
        assert_eq!(recognize(&bytes), Some(charset));
        assert_eq!(charset.to_utf8(&bytes), "{\"n\":\"日\"}");
        assert_eq!(recognize(&bytes[4..]), Some(charset));
    }
}

#[test]
fn utf8_that_is_cut_within_a_character_is_utf8() {
    for text in [
        &b"{\"name\":\"Zo\xc3"[..],
        b"{\"name\":\"5 \xe2\x82",
        b"Zo\xc3\xab M\xc3\xbc\xc3 and",
        b"price in \xe2\x82",
        b"it is Zo\xc3",
    ] {
        assert_eq!(recognize(text), Some(Charset::DamagedUtf8), "{}", text.escape_ascii());
    }
    assert_eq!(recognize(b"UMA IRM\xc3"), Some(Charset::Latin1));
    assert_eq!(recognize(b"a caf\xe9"), Some(Charset::Latin1));
}

#[test]
fn characters_of_two_bytes_and_words_of_other_scripts_are_no_latin1() {
    for text in [
        // GBK, EUC-KR.
        &b"{\"name\":\"\xd5\xc5\xc8\xfd\",\"city\":\"\xb1\xb1\xbe\xa9\"}"[..],
        b"{\"name\":\"\xc8\xab\xb1\xe6\xb5\xbf\"}",
        // Windows-1251, GBK.
        b"\xce\xf8\xe8\xe1\xea\xe0: \xed\xe5 \xf3\xe4\xe0\xeb\xee\xf1\xfc 17",
        b"\xce\xf8\xe8\xe1\xea\xe0 \xf3\xe4\xe0\xeb\xee\xf1\xfc #17 A-17 ok",
        // Big5.
        b"\xad\x71\xb3\xe6\xa4\x77\xa5\x58\xb3\x66\xc1\xc2\xc1\xc2\xb4\x66\xc5\x55",
        b"\xb6\xa9\xb5\xa5\xd2\xd1\xb7\xa2\xbb\xf5\xa3\xac\xd0\xbb\xd0\xbb\xc4\xfa",
    ] {
        assert_eq!(recognize(text), Some(Charset::OtherBytes), "{}", text.escape_ascii());
    }
}

#[test]
fn signs_in_short_text_are_latin1() {
    assert_eq!(recognize(b"price \xa312,50"), Some(Charset::Latin1));
    assert_eq!(recognize(b"Temp: 21\xb0C"), Some(Charset::Latin1));
    assert_eq!(recognize(b"it\x92s 5 \x80"), Some(Charset::Windows1252));
    assert_eq!(recognize(b"\xa312\xb050 7"), None);
}
