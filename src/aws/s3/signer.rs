//! Signature Version 4 of a GET. The SDK derives the key of a day for each request.

use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of no body.
const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Names and values of headers.
pub(super) type Headers = Vec<(&'static str, String)>;

/// Signs requests to one service in one Region.
pub(super) struct Signer {
    region: String,
    service: String,
    key: Mutex<Option<DayKey>>,
}

/// The key of these credentials and this day.
struct DayKey {
    credentials: Credentials,
    day: String,
    key: Vec<u8>,
}

impl Signer {
    pub(super) fn new(region: &str, service: &str) -> Self {
        Self { region: region.to_owned(), service: service.to_owned(), key: Mutex::default() }
    }

    /// Signs a GET of `path`, which is encoded, with these headers, and adds what says so.
    pub(super) fn sign(
        &self,
        path: &str,
        headers: &mut Headers,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<(), jiff::Error> {
        let time = Timestamp::try_from(now)?.strftime("%Y%m%dT%H%M%SZ").to_string();
        let (day, _) = time.split_once('T').unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        headers.push(("x-amz-content-sha256", NO_BODY.to_owned()));
        headers.push(("x-amz-date", time.clone()));
        let token = credentials.session_token();
        headers.extend(token.map(|token| ("x-amz-security-token", token.to_owned())));
        headers.sort_unstable();
        let (mut lines, mut names) = (String::new(), String::new());
        for (name, value) in headers.iter() {
            let semicolon = if names.is_empty() { "" } else { ";" };
            // Writing to a string does not fail.
            let _unused = writeln!(lines, "{name}:{value}");
            let _unused = write!(names, "{semicolon}{name}");
        }
        let request = Sha256::digest(format!("GET\n{path}\n\n{lines}\n{names}\n{NO_BODY}"));
        let mut text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n");
        for byte in request {
            let _unused = write!(text, "{byte:02x}");
        }
        let signature = self.signature(&text, credentials, day, now);
        let id = credentials.access_key_id();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
        headers.push(("authorization", authorization));
        Ok(())
    }

    fn signature(
        &self,
        text: &str,
        credentials: &Credentials,
        day: &str,
        now: SystemTime,
    ) -> String {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = credentials.secret_access_key();
        // An emulator may give an access key another secret.
        let known = key.take().filter(|key| {
            let before = &key.credentials;
            key.day == day
                && before.access_key_id() == credentials.access_key_id()
                && before.secret_access_key() == secret
        });
        let key = key.insert(known.unwrap_or_else(|| {
            let key = generate_signing_key(secret, now, &self.region, &self.service);
            let (credentials, day) = (credentials.clone(), day.to_owned());
            DayKey { credentials, day, key: key.as_ref().to_vec() }
        }));
        calculate_signature(&key.key, text.as_bytes())
    }
}

impl fmt::Debug for Signer {
    /// No keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    };
    use aws_sigv4::sign::v4::SigningParams;

    use super::*;

    /// What the SDK adds to the headers of a GET.
    fn by_sdk(
        path: &str,
        headers: &[(&'static str, String)],
        credentials: &Credentials,
        now: SystemTime,
    ) -> Vec<(String, String)> {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = credentials.clone().into();
        let params = SigningParams::builder().identity(&identity).region("eu-west-1").name("s3");
        let params = params.time(now).settings(settings).build().unwrap().into();
        let url = format!("https://lake.example.com{path}");
        let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let request = SignableRequest::new("GET", url, headers, SignableBody::Bytes(&[])).unwrap();
        let (added, _) = sign(request, &params).unwrap().into_parts();
        let (added, _) = added.into_parts();
        added.iter().map(|it| (it.name().to_owned(), it.value().to_owned())).collect()
    }

    #[test]
    fn a_request_is_signed_as_the_sdk_signs_it() {
        let signer = Signer::new("eu-west-1", "s3");
        let new = |id: &str, token: Option<&str>| {
            Credentials::new(id, format!("secret of {id}"), token.map(str::to_owned), None, "test")
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_702);
        let header = |name, value: &str| (name, value.to_owned());
        let host = header("host", "lake.example.com");
        for (path, more, credentials, now) in [
            ("/a/b.gz", Vec::new(), new("A", None), now),
            ("/a%20b//c%C3%A9~", vec![header("if-match", "\"1-2\"")], new("A", None), now),
            (
                "/a",
                vec![header("range", "bytes=0-9"), header("x-amz-request-payer", "requester")],
                new("B", Some("token/+=")),
                now,
            ),
            ("/a", Vec::new(), new("B", None), now + Duration::from_hours(24)),
            ("/a", Vec::new(), new("A", None), now),
        ] {
            let mut headers = vec![host.clone()];
            headers.extend(more);
            let mut expected: Vec<_> =
                headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            expected.extend(by_sdk(path, &headers, &credentials, now));
            signer.sign(path, &mut headers, &credentials, now).unwrap();
            let mut ours: Vec<_> =
                headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            expected.sort();
            ours.sort();
            assert_eq!(ours, expected, "{path}");
        }
    }
}
