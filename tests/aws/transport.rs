//! What happens on the way to AWS.

use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::Call;
use crate::moto::moto;

#[test]
fn an_address_where_nothing_listens_is_named() {
    // Port 1 is not for users, so nobody has it by chance.
    assert_snapshot!(Call::at("http://127.0.0.1:1", "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1: http://127.0.0.1:[PORT] refused the connection
      hint: start the server there (`fh local start --port 1`), or check `--endpoint-url`
    [Aws]
    ");
}

#[test]
fn a_host_that_does_not_exist_is_named() {
    assert_snapshot!(Call::at("http://fh-test.invalid", "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1: http://fh-test.invalid does not resolve in DNS
      hint: check the Region, the network and `--endpoint-url`
    [Aws]
    ");
}

#[test]
fn an_answer_that_never_comes_is_not_waited_for_longer_than_asked() {
    let server = Canned::silent();
    assert_snapshot!(Call::at(&server.url(), "orders").arg("--timeout-ms", "300").run(), @"
    fh: cannot invoke function `orders` in eu-west-1: no response from http://127.0.0.1:[PORT] within 0.3 s
      hint: the request may still be in progress
    [Aws]
    ");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_connection_that_breaks_is_reported() {
    let server =
        Canned::new("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf");
    assert_snapshot!(Call::at(&server.url(), "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the response from http://127.0.0.1:[PORT] was cut off: response error: error reading a body from connection: end of file before message length reached
      hint: the request arrived; check what it did before you repeat it
    [Aws]
    ");
    let server = Canned::new("SSH-2.0-OpenSSH_9.9\r\n");
    assert_snapshot!(Call::at(&server.url(), "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the connection to http://127.0.0.1:[PORT] failed: client error (SendRequest): invalid HTTP version parsed
      hint: check the network, and HTTPS_PROXY if you need one; the request may still have arrived
    [Aws]
    ");
}

#[test]
fn a_page_that_is_not_of_aws_is_reported() {
    let page = "<html>Sign in to HotelWifi</html>";
    let server = Canned::new(format!(
        "HTTP/1.1 511 Network Authentication Required\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}",
        page.len()
    ));
    assert_snapshot!(Call::at(&server.url(), "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[PORT]: the response is not from AWS: status 511, text/html
      hint: it may come from something in between: a proxy, a login page
    [Aws]
    ");
}

#[test]
fn an_endless_answer_is_not_kept() {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n".to_vec();
    answer.resize(answer.len() + 20_000_000, b' ');
    assert_snapshot!(Call::at(&Canned::new(answer).url(), "orders").run(), @"
    fh: cannot invoke function `orders` in eu-west-1: the response from http://127.0.0.1:[PORT] is larger than any AWS response
    [Aws]
    ");
}

#[test]
fn an_unknown_certificate_is_not_trusted() {
    let seen = Call::at(&moto().https_url(), "orders").run();
    let port = moto().https_url().replace("https://localhost:", "");
    assert_snapshot!(seen.replace(&port, "[PORT]"), @"
    fh: cannot invoke function `orders` in eu-west-1: the certificate of https://localhost:[PORT] is not trusted: invalid peer certificate: UnknownIssuer
      hint: if a proxy intercepts TLS, trust its certificate with AWS_CA_BUNDLE=FILE or `--ca-bundle FILE`
    [Aws]
    ");
}

#[test]
fn a_certificate_in_the_bundle_is_trusted() {
    let file = moto().certificate().display().to_string();
    let call = |call: Call| call.arg("--event", r#"{"records":[]}"#).run();
    let at = || Call::at(&moto().https_url(), "orders");
    let config = format!("[default]\nca_bundle = {file}\n");
    for seen in [
        call(at().arg("--ca-bundle", &file)),
        call(at().env("AWS_CA_BUNDLE", &file)),
        call(at().file(".aws/config", &config)),
    ] {
        assert!(seen.starts_with("payload: {\"records\": []}"), "{seen}");
    }
}

#[test]
fn a_bundle_without_certificates_is_refused() {
    let call = Call::at("https://localhost:1", "orders").file("bundle.pem", "no certificate\n");
    let file = call.path("bundle.pem").display().to_string();
    assert_snapshot!(call.env("AWS_CA_BUNDLE", &file).run(), @"
    fh: cannot use the certificates in `[HOME]/bundle.pem`: it has no certificates
      hint: check `--ca-bundle`, AWS_CA_BUNDLE and `ca_bundle` in ~/.aws/config
    [Usage]
    ");
    let call = Call::at("https://localhost:1", "orders").arg("--ca-bundle", "/nowhere.pem");
    assert_snapshot!(call.run(), @"
    fh: cannot use the certificates in `/nowhere.pem`: I/O error: No such file or directory (os error 2)
      hint: check `--ca-bundle`, AWS_CA_BUNDLE and `ca_bundle` in ~/.aws/config
    [Usage]
    ");
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let proxy = Canned::error(403, "ProxyException", "the proxy answers");
    let seen = Call::at("http://fh-test.invalid", "orders").env("HTTP_PROXY", &proxy.url()).run();
    assert!(seen.contains("the proxy answers"), "{seen}");
}
