//! Functions that a folder keeps: as the input of `CreateFunction` that makes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::answer::ApiError;
use super::create::{FOLDERS, FunctionInput};
use super::{DEFAULT_CONCURRENCY, FunctionConfig, Functions};
use crate::error::Error;
use crate::function::Code;
use crate::local::saved::SavedFolder;
use firehose::json::Token;

impl Functions {
    /// Keeps what is made through the API in this folder.
    #[must_use]
    pub fn saved_in(self, saved: Arc<SavedFolder>) -> Self {
        Self { saved: Some(saved), ..self }
    }

    /// Makes the functions of the folder, except those that are there already.
    pub async fn restore(&self) -> Result<(), Error> {
        let Some(saved) = &self.saved else { return Ok(()) };
        for bytes in saved.functions()? {
            let Some(config) = self.restored(&bytes).map_err(|error| error.user())? else {
                continue;
            };
            self.deploy(config, DEFAULT_CONCURRENCY).await?;
        }
        let used =
            self.named().values().map(|it| it.config.settings.code.clone()).collect::<Vec<_>>();
        self.archives.keep_only(&used);
        Ok(())
    }

    fn restored(&self, bytes: &[u8]) -> Result<Option<FunctionConfig>, NotRestored> {
        let read = || {
            let input = FunctionInput::read(bytes)?;
            let name = input.name()?;
            if self.find(&name).is_some() {
                return Ok(None);
            }
            input.create(&self.region, &self.archives).map(Some)
        };
        read().map_err(|error: ApiError| {
            let name = Token::new(bytes).get(b"FunctionName");
            let name = name.map(|it| it.text().into_owned()).unwrap_or_default();
            NotRestored { name, why: error.message }
        })
    }

    /// Keeps a function that was made or changed through the API.
    pub(super) fn save(&self, config: &FunctionConfig) -> Result<(), ApiError> {
        let (Some(saved), Some(input)) = (&self.saved, creation(config)) else { return Ok(()) };
        let name = &config.settings.name;
        let input = serde_json::to_vec(&input).map_err(std::io::Error::from);
        input.and_then(|input| saved.save_function(name, &input)).map_err(|error| {
            ApiError::from(&Error::unwritable(&format!("the function `{name}`"), error))
        })
    }
}

struct NotRestored {
    name: String,
    why: String,
}

impl NotRestored {
    fn user(&self) -> Error {
        let Self { name, why } = self;
        Error::user(format!("the function `{name}` cannot be made again: {why}"))
            .hint(format!("delete functions/{name}.json in the folder of `--dir` to forget it"))
    }
}

/// The input of `CreateFunction`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Creation<'a> {
    function_name: &'a str,
    runtime: &'a str,
    handler: &'a str,
    role: &'a str,
    description: &'a str,
    timeout: u64,
    memory_size: u32,
    environment: Environment,
    logging_config: Logging<'a>,
    code: Folder,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    variables: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Logging<'a> {
    log_format: &'a str,
    log_group: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Folder {
    s3_bucket: &'static str,
    s3_key: String,
}

/// The input that makes this function; none of one that no runtime runs, which comes
/// from flags.
fn creation(config: &FunctionConfig) -> Option<Creation<'_>> {
    let Code::Program(program) = &config.code else { return None };
    if config.runtime.is_empty() {
        return None;
    }
    let settings = &config.settings;
    let text = |it: &std::ffi::OsString| it.to_string_lossy().into_owned();
    let variables = settings.variables.iter().map(|(name, value)| (text(name), text(value)));
    let s3_key = settings.code.to_string_lossy().into_owned();
    Some(Creation {
        function_name: &settings.name,
        runtime: &config.runtime,
        handler: program.handler(),
        role: &config.role,
        description: &config.description,
        timeout: settings.timeout.as_secs(),
        memory_size: config.memory_mb(),
        environment: Environment { variables: variables.collect() },
        logging_config: Logging {
            log_format: config.log_format.as_str(),
            log_group: &config.log_group,
        },
        code: Folder { s3_bucket: FOLDERS, s3_key },
    })
}
