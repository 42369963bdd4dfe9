//! The operations of the Lambda API (API reference, 2015-03-31): REST, with JSON.

use std::sync::Arc;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::answer::{ApiError, bytes, json};
use super::concurrency::Concurrency;
use super::configuration::Configuration;
use super::create::FunctionInput;
use super::invoke::not_found;
use super::{DEFAULT_CONCURRENCY, Functions, LocalFunction};
use crate::error::Error;
use firehose::names::FunctionName;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionList<'a> {
    functions: Vec<Configuration<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionAnswer<'a> {
    configuration: Configuration<'a>,
    code: CodeAnswer,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CodeAnswer {
    repository_type: &'static str,
    location: String,
}

impl Functions {
    /// Answers a request of the API.
    pub async fn handle(&self, head: &Parts, body: &Bytes) -> Response<Bytes> {
        match self.operation(head, body).await {
            Ok(answer) => answer,
            Err(error) => error.answer(),
        }
    }

    async fn operation(&self, head: &Parts, body: &Bytes) -> Result<Response<Bytes>, ApiError> {
        let path = head.uri.path();
        let subject = path.trim_matches('/').split_once('/').map(|(_date, subject)| subject);
        if head.method == Method::GET && subject == Some("account-settings") {
            return Ok(self.account_settings());
        }
        let parts = parts(path).ok_or_else(|| ApiError::unknown(path))?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let name = |text: &str| named(text, head.uri.query());
        match (&head.method, parts.as_slice()) {
            (&Method::GET, []) => Ok(self.list()),
            (&Method::POST, []) => self.create(body).await,
            (&Method::GET, [text]) => Ok(describe(&*self.get(&name(text)?)?)),
            (&Method::DELETE, [text]) => self.delete(&name(text)?).await,
            (&Method::GET, [text, "configuration"]) => {
                Ok(configuration(StatusCode::OK, &*self.get(&name(text)?)?))
            }
            (&Method::PUT, [text, "code" | "configuration"]) => {
                self.update(&name(text)?, body).await
            }
            (&Method::GET, [text, "policy"]) => {
                self.get(&name(text)?)?;
                Err(ApiError::not_found("The resource you requested does not exist."))
            }
            (&Method::POST, [text, "invocations"]) => {
                self.invoke(&name(text)?, &head.headers, body).await
            }
            (method @ (&Method::GET | &Method::PUT | &Method::DELETE), [text, "concurrency"]) => {
                self.concurrency(&name(text)?, method, body).await
            }
            (method, _) => Err(ApiError::unknown(&format!("{method} {path}"))),
        }
    }

    /// The function of this name, or Lambda's error.
    pub(super) fn get(&self, name: &FunctionName) -> Result<Arc<LocalFunction>, ApiError> {
        let arn =
            || format!("arn:aws:lambda:{}:{}:function:", self.region, crate::function::ACCOUNT);
        self.find(name).ok_or_else(|| {
            let qualifier = name.qualifier().map(|it| format!(":{it}")).unwrap_or_default();
            not_found(&format!("{}{}{qualifier}", arn(), name.name()))
        })
    }

    fn list(&self) -> Response<Bytes> {
        let named = self.named();
        let functions = named.values().map(|function| Configuration::of(function)).collect();
        json(StatusCode::OK, &FunctionList { functions })
    }

    async fn create(&self, body: &Bytes) -> Result<Response<Bytes>, ApiError> {
        let mut input = FunctionInput::read(body.clone()).await?;
        let name = input.name()?;
        if self.find(&name).is_some() {
            return Err(ApiError::conflict(name.name()));
        }
        let code = input.take_code(name.name(), &self.archives).await?;
        let _alone = self.change.lock().await;
        if self.find(&name).is_some() {
            return Err(ApiError::conflict(name.name()));
        }
        let config = input.create(&self.region, code)?;
        self.redeploy(config, Concurrency::usual(DEFAULT_CONCURRENCY), StatusCode::CREATED).await
    }

    async fn update(&self, name: &FunctionName, body: &Bytes) -> Result<Response<Bytes>, ApiError> {
        self.get(name)?;
        let mut input = FunctionInput::read(body.clone()).await?;
        let code = input.take_code(name.name(), &self.archives).await?;
        let _alone = self.change.lock().await;
        let function = self.get(name)?;
        let config = input.apply(function.config.clone(), code)?;
        self.redeploy(config, function.concurrency(), StatusCode::OK).await
    }

    /// Starts a function, keeps it, and takes it in place of the one of its name.
    async fn redeploy(
        &self,
        config: super::FunctionConfig,
        concurrency: Concurrency,
        status: StatusCode,
    ) -> Result<Response<Bytes>, ApiError> {
        let function = self.start(config, concurrency).await;
        let function = function.map_err(|error| ApiError::from(&error))?;
        self.save(&function.config)?;
        Ok(configuration(status, &self.set(function)))
    }

    async fn delete(&self, name: &FunctionName) -> Result<Response<Bytes>, ApiError> {
        let _alone = self.change.lock().await;
        self.get(name)?;
        if let Some(saved) = &self.saved {
            let deleted = saved.delete_function(name.name());
            deleted.map_err(|error| {
                ApiError::from(&Error::unwritable(
                    &format!("the function `{}`", name.name()),
                    error,
                ))
            })?;
        }
        if let Some(deleted) = self.named().remove(name.name()) {
            deleted.keep_code(false);
        }
        Ok(bytes(StatusCode::NO_CONTENT, Vec::new()))
    }
}

/// What follows `/2015-03-31/functions/`, decoded; the date is that of the version
/// in which an operation came.
fn parts(path: &str) -> Option<Vec<String>> {
    let (date, rest) = path.strip_prefix('/')?.split_once('/')?;
    let is_date = date.len() == 10 && date.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    let rest = rest.strip_prefix("functions").filter(|_| is_date)?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let parts = rest.split('/').filter(|part| !part.is_empty());
    Some(parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect())
}

/// The function of a path, with the qualifier of a query.
fn named(text: &str, query: Option<&str>) -> Result<FunctionName, ApiError> {
    let mut fields = query.unwrap_or_default().split('&').filter_map(|it| it.split_once('='));
    let qualifier = fields.find(|(name, _)| *name == "Qualifier").map(|(_, value)| value);
    let text = match qualifier {
        Some(value) => format!("{text}:{}", percent_decode_str(value).decode_utf8_lossy()),
        None => text.to_owned(),
    };
    text.parse().map_err(ApiError::invalid)
}

fn configuration(status: StatusCode, function: &LocalFunction) -> Response<Bytes> {
    json(status, &Configuration::of(function))
}

fn describe(function: &LocalFunction) -> Response<Bytes> {
    let folder = function.config.settings.code.display();
    let code = CodeAnswer { repository_type: "S3", location: format!("file://{folder}") };
    json(StatusCode::OK, &FunctionAnswer { configuration: Configuration::of(function), code })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hyper::Request;

    use super::*;
    use crate::context;
    use crate::function::{Code, FunctionSettings};
    use crate::local::cloudwatch_logs::{EventFilter, Logs, SharedLogs};
    use crate::local::faults::Faults;
    use crate::local::lambda::FunctionConfig;
    use crate::local::log_writer::LogWriter;
    use firehose::lambda_report::LogFormat;

    struct Lambda {
        functions: Functions,
        logs: SharedLogs,
        folder: tempfile::TempDir,
    }

    /// A Lambda with the function `echo`, which is this command line.
    async fn lambda(line: &str) -> Lambda {
        let folder = tempfile::tempdir().unwrap();
        let logs = Arc::new(Mutex::new(Logs::new("000000000000", "eu-west-1")));
        let faults = Arc::new(Mutex::new(Faults::new(1)));
        let writer = Arc::new(LogWriter::new(Arc::clone(&logs), Arc::clone(&faults)));
        let seen = (faults, crate::local::metrics::SharedMetrics::default());
        let region = "eu-west-1".to_owned();
        let functions = Functions::new(region, folder.path(), writer, seen, |_, _| {});
        let settings = FunctionSettings {
            name: "echo".to_owned(),
            region: "eu-west-1".to_owned(),
            timeout: Duration::from_secs(20),
            memory_mb: None,
            code: folder.path().to_owned(),
            inherited: context::environment(),
            variables: Vec::new(),
            pass_credentials: false,
            now: context::now,
        };
        let config = FunctionConfig {
            settings,
            code: Code::Command(line.to_owned()),
            archive: None,
            runtime: String::new(),
            role: String::new(),
            description: String::new(),
            log_group: "/aws/lambda/echo".to_owned(),
            log_format: LogFormat::Text,
        };
        functions.deploy(config, 1).await.unwrap();
        Lambda { functions, logs, folder }
    }

    impl Lambda {
        /// The status, what error it is and of whom, and the body of an answer.
        async fn call(&self, method: &str, path: &str, body: &str) -> String {
            let answer = self.answer(method, path, &[], body.as_bytes().to_vec()).await;
            let header = |name: &str| {
                let value = answer.headers().get(name);
                value.map(|it| format!(" {}", it.to_str().unwrap())).unwrap_or_default()
            };
            let errors = header("x-amzn-errortype") + &header("x-amz-function-error");
            let body = String::from_utf8_lossy(answer.body());
            format!("{}{errors} {body}", answer.status().as_u16())
        }

        async fn answer(
            &self,
            method: &str,
            path: &str,
            headers: &[(&str, &str)],
            body: Vec<u8>,
        ) -> Response<Bytes> {
            let uri = format!("/2015-03-31/functions{path}");
            let mut request = Request::builder().method(method).uri(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let (head, ()) = request.body(()).unwrap().into_parts();
            self.functions.handle(&head, &body.into()).await
        }
    }

    const ECHO: &str = "echo a line >&2; cat";

    #[tokio::test]
    async fn a_call_answers_and_logs() {
        let lambda = lambda(ECHO).await;
        assert_eq!(lambda.call("POST", "/echo/invocations", r#"{"a":1}"#).await, r#"200 {"a":1}"#);
        let arn = "/arn:aws:lambda:eu-west-1:111122223333:function:echo:$LATEST/invocations";
        let tail = [("x-amz-log-type", "Tail")];
        let answer = lambda.answer("POST", &arn.replace(':', "%3A"), &tail, Vec::new()).await;
        assert_eq!((answer.status(), answer.body().as_ref()), (StatusCode::OK, b"{}".as_slice()));
        let log = STANDARD.decode(&answer.headers()["x-amz-log-result"]).unwrap();
        let log = String::from_utf8(log).unwrap();
        assert!(log.starts_with("START RequestId: "), "{log}");
        assert!(log.contains(" Version: $LATEST\na line\nEND RequestId: "), "{log}");
        let filter = EventFilter { group: "/aws/lambda/echo".to_owned(), ..EventFilter::default() };
        let page =
            lambda.logs.lock().unwrap().filter(&filter, i64::MAX, &mut Faults::new(1)).unwrap();
        assert_eq!(page.events.len(), 8, "{page:?}");
    }

    #[tokio::test]
    async fn what_fails_is_told_apart() {
        let lambda = lambda("exit 3").await;
        let failed = lambda.call("POST", "/echo/invocations", "").await;
        assert!(failed.starts_with("200 Unhandled {\"errorMessage\":\"RequestId: "), "{failed}");
        assert!(
            failed.ends_with("exit status 3\",\"errorType\":\"Runtime.ExitError\"}"),
            "{failed}"
        );
        assert_eq!(
            lambda.call("POST", "/missing/invocations", "{}").await,
            r#"404 ResourceNotFoundException {"Type":"User","message":"Function not found: arn:aws:lambda:eu-west-1:111122223333:function:missing"}"#
        );
        let alias = lambda.call("POST", "/echo/invocations?Qualifier=live", "{}").await;
        assert!(alias.contains("function:echo:live"), "{alias}");
        let large = lambda.answer("POST", "/echo/invocations", &[], vec![b' '; 6_291_457]).await;
        assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let kind = |kind| [("x-amz-invocation-type", kind)];
        let dry = lambda.answer("POST", "/echo/invocations", &kind("DryRun"), Vec::new()).await;
        assert_eq!(dry.status(), StatusCode::NO_CONTENT);
        let event = lambda.answer("POST", "/echo/invocations", &kind("Event"), Vec::new()).await;
        assert_eq!(event.status(), StatusCode::BAD_REQUEST);
        let body = r#"{"ReservedConcurrentExecutions":0}"#;
        lambda.call("PUT", "/echo/concurrency", body).await;
        assert_eq!(
            lambda.call("POST", "/echo/invocations", "{}").await,
            r#"429 TooManyRequestsException {"Type":"User","message":"Rate Exceeded.","Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}"#
        );
    }

    #[tokio::test]
    async fn changes_at_the_same_time_are_all_made() {
        let lambda = lambda(ECHO).await;
        let put = |body| lambda.call("PUT", "/echo/configuration", body);
        tokio::join!(
            put(r#"{"Timeout":9}"#),
            put(r#"{"MemorySize":512}"#),
            put(r#"{"Description":"orders"}"#),
        );
        let all = lambda.call("GET", "/echo/configuration", "").await;
        for part in [r#""Timeout":9"#, r#""MemorySize":512"#, r#""Description":"orders""#] {
            assert!(all.contains(part), "{all}");
        }
    }

    #[tokio::test]
    async fn functions_are_described_changed_and_deleted() {
        let lambda = lambda(ECHO).await;
        let environment = r#"{"Timeout":9,"MemorySize":512,"Environment":{"Variables":{"A":"b"}}}"#;
        let changed = lambda.call("PUT", "/echo/configuration", environment).await;
        for part in [
            r#""FunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:echo""#,
            r#""Timeout":9,"MemorySize":512"#,
            r#""Environment":{"Variables":{"A":"b"}}"#,
            r#""LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/echo"}"#,
        ] {
            assert!(changed.contains(part), "{changed}");
        }
        assert_eq!(lambda.call("GET", "/echo/configuration", "").await, changed);
        assert!(lambda.call("GET", "/echo", "").await.starts_with("200 {\"Configuration\":{"));
        assert!(lambda.call("GET", "/", "").await.contains("\"FunctionName\":\"echo\""));
        assert!(lambda.call("GET", "/echo/policy", "").await.starts_with("404 "));
        assert_eq!(lambda.call("DELETE", "/echo", "").await, "204 ");
        assert_eq!(lambda.call("GET", "/", "").await, r#"200 {"Functions":[]}"#);
        assert!(lambda.call("PATCH", "/echo", "").await.starts_with("400 UnknownOperation"));
    }

    #[tokio::test]
    async fn reserved_concurrency_is_what_was_put() {
        let lambda = lambda(ECHO).await;
        assert_eq!(lambda.call("GET", "/echo/concurrency", "").await, "200 {}");
        let five = r#"200 {"ReservedConcurrentExecutions":5}"#;
        let body = r#"{"ReservedConcurrentExecutions":5}"#;
        assert_eq!(lambda.call("PUT", "/echo/concurrency", body).await, five);
        lambda.call("PUT", "/echo/configuration", r#"{"Timeout":9}"#).await;
        assert_eq!(lambda.call("GET", "/echo/concurrency", "").await, five);
        let settings =
            || String::from_utf8(lambda.functions.account_settings().into_body().to_vec());
        assert!(settings().unwrap().contains(r#""UnreservedConcurrentExecutions":0}"#));
        assert_eq!(lambda.call("DELETE", "/echo/concurrency", "").await, "204 ");
        assert_eq!(lambda.call("GET", "/echo/concurrency", "").await, "200 {}");
        assert!(settings().unwrap().contains(r#""UnreservedConcurrentExecutions":1}"#));
    }

    #[tokio::test]
    async fn a_function_is_made_of_a_folder_and_the_rest_is_refused_by_name() {
        let lambda = lambda(ECHO).await;
        let folder = lambda.folder.path().display().to_string();
        std::fs::write(lambda.folder.path().join("app.py"), "def f(event, context): return {}\n")
            .unwrap();
        let create = |rest: &str| {
            format!(
                r#"{{"FunctionName":"orders","Runtime":"python3.13","Handler":"app.f","Role":"r",{rest}}}"#
            )
        };
        let code = |key: &str| format!(r#""Code":{{"S3Bucket":"hot-reload","S3Key":"{key}"}}"#);
        let refused = [
            (r#""Code":{"ZipFile":"UEs="}"#.to_owned(), "Could not unzip uploaded file: "),
            (r#""Code":{}"#.to_owned(), "--zip-file fileb://code.zip"),
            (
                format!(
                    r#""Code":{{"ZipFile":"UEs=","S3Bucket":"hot-reload","S3Key":"{folder}"}}"#
                ),
                "an archive or a folder",
            ),
            (r#""Code":{"S3Bucket":"b","S3Key":"k"}"#.to_owned(), "does not load code from S3"),
            (code("relative"), "not the absolute path of a folder"),
            (
                format!(
                    r#"{},"Environment":{{"Variables":{{"A":"{}"}}}}"#,
                    code(&folder),
                    "b".repeat(4089)
                ),
                "exceeded the 4KB limit",
            ),
            (format!(r#"{},"Layers":["a"]"#, code(&folder)), "does not support Layers"),
            (format!(r#"{},"Timeout":901"#, code(&folder)), "Timeout is 901"),
            (
                format!(r#"{},"LoggingConfig":{{"LogFormat":"XML"}}"#, code(&folder)),
                "LogFormat is `XML`",
            ),
        ];
        for (rest, why) in refused {
            let answer = lambda.call("POST", "/", &create(&rest)).await;
            assert!(answer.starts_with("400 InvalidParameterValueException"), "{answer}");
            assert!(answer.contains(why), "{answer}");
        }
        let java = create(&code(&folder)).replace("python3.13", "java21");
        assert!(lambda.call("POST", "/", &java).await.contains("does not run `java21`"));
        let handler = create(&code(&folder)).replace("app.f", "other.f");
        assert!(lambda.call("POST", "/", &handler).await.contains("looked for other.py"));
        let created = lambda.call("POST", "/", &create(&code(&folder))).await;
        assert!(created.starts_with("201 {\"FunctionName\":\"orders\""), "{created}");
        assert!(created.contains("\"Handler\":\"app.f\""), "{created}");
        let again = lambda.call("POST", "/", &create(&code(&folder))).await;
        assert!(again.starts_with("409 ResourceConflictException"), "{again}");
        assert!(lambda.call("POST", "/", "{").await.starts_with("400 InvalidRequestContent"));
    }
}
