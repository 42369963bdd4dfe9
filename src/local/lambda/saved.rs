//! Functions that a folder keeps: as the input of `CreateFunction` that makes them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::ApiError;
use super::create::FunctionInput;
use super::{DEFAULT_CONCURRENCY, FunctionConfig, Functions};
use crate::error::Error;
use crate::function::Code;
use crate::local::saved::SavedFolder;

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
        Ok(())
    }

    fn restored(&self, bytes: &[u8]) -> Result<Option<FunctionConfig>, NotRestored> {
        let read = || {
            let input = FunctionInput::read(bytes)?;
            let name = input.name()?;
            if self.find(&name).is_some() {
                return Ok(None);
            }
            input.create(&self.region).map(Some)
        };
        read().map_err(|error: ApiError| {
            let name = serde_json::from_slice::<Value>(bytes).ok();
            let name = name.as_ref().and_then(|it| it.get("FunctionName")?.as_str());
            NotRestored { name: name.unwrap_or_default().to_owned(), why: error.message }
        })
    }

    /// Keeps a function that was made or changed through the API.
    pub(super) fn save(&self, config: &FunctionConfig) -> Result<(), ApiError> {
        let (Some(saved), Some(input)) = (&self.saved, creation(config)) else { return Ok(()) };
        let name = &config.settings.name;
        saved.save_function(name, input.to_string().as_bytes()).map_err(|error| {
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

/// The input that makes this function; none of one that no runtime runs, which comes
/// from flags.
fn creation(config: &FunctionConfig) -> Option<Value> {
    let Code::Program(program) = &config.code else { return None };
    if config.runtime.is_empty() {
        return None;
    }
    let variables = config.settings.variables.iter();
    let variables: Map<_, _> = variables
        .map(|(name, value)| {
            let text = |it: &std::ffi::OsString| it.to_string_lossy().into_owned();
            (text(name), Value::String(text(value)))
        })
        .collect();
    Some(json!({
        "FunctionName": config.settings.name,
        "Runtime": config.runtime,
        "Handler": program.handler(),
        "Role": config.role,
        "Description": config.description,
        "Timeout": config.settings.timeout.as_secs(),
        "MemorySize": config.memory_mb(),
        "Environment": { "Variables": variables },
        "LoggingConfig": {
            "LogFormat": config.log_format.as_str(),
            "LogGroup": config.log_group,
        },
        "Code": { "S3Bucket": "hot-reload", "S3Key": config.settings.code.to_string_lossy() },
    }))
}
