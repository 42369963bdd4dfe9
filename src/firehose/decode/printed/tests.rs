//! What is a printed value, and what is not.

use super::*;

#[test]
fn what_a_language_prints_is_known_by_its_language() {
    for (text, found) in [
        ("[object Object]\n", JS_OBJECT),
        ("[object Object],[object Object]", JS_OBJECT),
        ("[object Promise]", JS_PROMISE),
        ("undefined\n", JS_UNDEFINED),
        ("{ ticker: 'QWE', price: 1 }", JS_INSPECT),
        ("{ a: 1, b: 2 }", JS_INSPECT),
        ("<Buffer 7b 22>", JS_BUFFER),
        ("123,34,97,34,58,49,125,10", JS_BYTES),
        ("91,123,34,97,34,58,49,125,93", JS_BYTES),
        ("b'{\"a\":1}'", PY_BYTES),
        ("b\"{'a': 1}\"\n", PY_BYTES),
        ("{'a': 1, 'b': None}\n", PY_DICT),
        ("[{'a': 1}]", PY_DICT),
        ("OrderedDict({'a': 1})", PY_DICT),
        ("<__main__.Order object at 0x7f3a>", PY_OBJECT),
        ("None\n", PY_NONE),
        ("{ticker=QWE, price=1.2}", JAVA_MAP),
        ("Order(ticker=QWE, price=1.2)", JAVA_MAP),
        ("Order(id=1, open=true, note=null)", JAVA_MAP),
        ("Order{id=1, name='QWE'}", JAVA_MAP),
        ("Order(id=1, name='QWE')", PY_FIELDS),
        ("Order(id=1, open=True, note=None)", PY_FIELDS),
        ("Order(at=datetime.date(2026, 1, 2))", PY_FIELDS),
        ("id=1 name='QWE' price=1.2\n", PY_FIELDS),
        ("Order(id=1, price=1.2)", JAVA_OR_PYTHON),
        ("Order(item=Item(id=1))", JAVA_OR_PYTHON),
        ("Optional[QWE]", JAVA_OPTIONAL),
        ("Map(id -> 1, ticker -> QWE)", SCALA_MAP),
        ("Order(id: 1, ticker: \"QWE\")", SWIFT_VALUE),
        ("Instance of 'Order'", DART_OBJECT),
        ("%{id: 1, ticker: \"QWE\"}", ELIXIR_MAP),
        ("%{\"id\" => 1}", ELIXIR_MAP),
        ("%Order{id: 1}", ELIXIR_MAP),
        ("HASH(0x55d0c8a2)", PERL_REFERENCE),
        ("<nil>", GO_NIL),
        ("%!d(string=QWE)", GO_VERB),
        ("Order[ticker=QWE, price=1.2]", JAVA_MAP),
        ("[B@5e91993f", JAVA_OBJECT),
        ("java.nio.HeapByteBuffer[pos=0 lim=12 cap=12]", JAVA_OBJECT),
        ("com.example.Order@1b2c3d4e", JAVA_OBJECT),
        ("{\"ticker\"=>\"QWE\"}", RUBY_HASH),
        ("{:ticker=>\"QWE\"}", RUBY_HASH),
        ("{\"ticker\" => \"QWE\"}", RUBY_HASH),
        ("map[price:1.2 ticker:QWE]", GO_VALUE),
        ("{QWE TECHNOLOGY -1.65}", GO_VALUE),
        ("&{QWE TECHNOLOGY}", GO_VALUE),
        ("[123 34 97 34 58 49 125 10]", GO_BYTES),
        ("System.Byte[]", DOTNET_OBJECT),
        ("System.Collections.Generic.Dictionary`2[System.String,System.Object]", DOTNET_OBJECT),
        ("Array\n", PHP_ARRAY),
        ("Object {\"a\": Number(1)}", RUST_DEBUG),
        ("Order { ticker: \"QWE\", price: 1.2 }", RUST_DEBUG),
        ("Order {\n    ticker: \"QWE\",\n}", RUST_DEBUG),
        ("Order { ticker: 'QWE', price: 1.2 }", JS_INSPECT),
        ("Order { Ticker = QWE, Price = 1.2 }", DOTNET_RECORD),
        ("<memory at 0x7f5ad45216c0>", PY_OBJECT),
    ] {
        assert_eq!(recognize(text.as_bytes()), Some(found), "{text}");
    }
    let buffer = br#"{"type":"Buffer","data":[123,125]}"#;
    assert_eq!(recognize_json(buffer), Some(BUFFER_JSON));
    let spaced = br#"{ "type": "Buffer", "data": [123, 125] }"#;
    assert_eq!(recognize_json(spaced), Some(BUFFER_JSON));
    assert_eq!(recognize_json(b"\"[object Object]\"\n"), Some(JS_OBJECT));
    let array = br#"{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125,"7":10}"#;
    assert_eq!(recognize_json(array), Some(ARRAY_JSON));
    for counts in [
        r#"{"0":1,"1":2}"#,
        r#"{"0":12,"1":7,"2":0,"3":4,"4":91,"5":95,"6":90,"7":999}"#,
        r#"{"0":98,"1":99,"2":97,"3":88,"4":91,"5":95,"6":90,"7":99}"#,
        r#"{"0":1,"1":2,"2":3,"3":4,"4":5,"5":6,"6":7,"7":8,"total":36}"#,
    ] {
        assert_eq!(recognize_json(counts.as_bytes()), None, "{counts}");
    }
}

#[test]
fn text_and_broken_json_are_not_taken_for_it() {
    for text in [
        "",
        "QWE,TECHNOLOGY,-1.65,39.05\n",
        "1,2,3",
        "1,2,3,4,5,6,7,8,9",
        "123,2,3",
        "123,125",
        "123,34,45,67,89,90,12,33",
        "91,34,97,34,44,34,98,34,93",
        "[123 34 45 67 89 90 12 33]",
        "{placeholder text} and more",
        "{\"a\":1,}",
        "{\"a\":1",
        "{a:1}",
        "[1, 2,]",
        "2026-11-29 10:00:00 INFO mail to me@example.com",
        "me@example.com",
        "None of it was delivered",
        "Array of orders",
        "Error { code: 5 } in line 3",
        "System.out is full",
        "GET /a?b=c HTTP/1.1",
        "id=1 name=QWE",
        "id=1 name=\"QWE\"",
        "level=info user='bob'",
        "id=1 price=2.5",
        "%s of %s",
        "Map(s) of the area -> see below",
        "Optional",
    ] {
        assert_eq!(recognize(text.as_bytes()), None, "{text}");
    }
    assert_eq!(recognize_json(b"\"None\""), None);
    assert_eq!(recognize_json(b"{\"a\":1}"), None);
}
