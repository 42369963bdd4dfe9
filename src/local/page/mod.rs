//! The page at `/`: what streams do, live, and each record before and after. It
//! only reads, by GET, from the same address.

use hyper::header::HeaderValue;
use hyper::{Method, Response};

use super::gateway::ReplyBody;

/// What is served: path, content type, text.
const FILES: [(&str, &str, &str); 3] = [
    ("/", "text/html; charset=utf-8", include_str!("page.html")),
    ("/_fh/page.css", "text/css; charset=utf-8", include_str!("page.css")),
    ("/_fh/page.js", "text/javascript; charset=utf-8", include_str!("page.js")),
];

/// What a browser may do with an answer: run our script, show our style, ask our
/// server, nothing else.
const HEADERS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// A file of the page: its content type, and its text.
pub(super) fn find(method: &Method, path: &str) -> Option<(&'static str, &'static str)> {
    let found = FILES.iter().find(|(it, ..)| *it == path && method == Method::GET)?;
    Some((found.1, found.2))
}

/// The same answer, of which no other page can make use.
pub(super) fn guarded(mut answer: Response<ReplyBody>) -> Response<ReplyBody> {
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_and_has_no_markup_from_text() {
        let length: usize = FILES.iter().map(|(.., text)| text.len()).sum();
        assert!(length <= 30 * 1024, "{length} B");
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "http:",
            "https:",
        ] {
            assert!(FILES.iter().all(|(.., text)| !text.contains(word)), "{word}");
        }
    }
}
