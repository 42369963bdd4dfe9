//! Functions that a folder keeps: as the input of `CreateFunction` that makes them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answer::ApiError;
use super::create::{FOLDERS, FunctionInput};
use super::zip::SavedArchive;
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
        let mut used = Vec::new();
        for bytes in saved.functions()? {
            let restored = match read(&bytes) {
                Ok(saved) => {
                    used.extend(saved.archive.iter().map(|it| OsString::from(&it.name)));
                    self.restored(saved).await
                }
                Err(error) => Err(error),
            };
            if let Some(config) = restored.map_err(|error| not_restored(&bytes, &error))? {
                self.deploy(config, DEFAULT_CONCURRENCY).await?;
            }
        }
        self.archives.keep_only(&used);
        Ok(())
    }

    async fn restored(&self, saved: Saved) -> Result<Option<FunctionConfig>, ApiError> {
        let Saved { archive, mut input } = saved;
        let name = input.name()?;
        if self.find(&name).is_some() {
            return Ok(None);
        }
        let code = match archive {
            Some(saved) => Some(self.archives.find(&saved)?.into()),
            None => input.take_code(name.name(), &self.archives).await?,
        };
        input.create(&self.region, code).map(Some)
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

/// What is read of a function.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    archive: Option<SavedArchive>,
    #[serde(flatten)]
    input: FunctionInput,
}

fn read(bytes: &[u8]) -> Result<Saved, ApiError> {
    let saved: Saved = serde_json::from_slice(bytes).map_err(|it| ApiError::bad_content(&it))?;
    Ok(Saved { input: saved.input.checked()?, ..saved })
}

fn not_restored(bytes: &[u8], error: &ApiError) -> Error {
    let name = Token::new(bytes).get(b"FunctionName");
    let name = name.map(|it| it.text().into_owned()).unwrap_or_default();
    let why = &error.message;
    Error::user(format!("the function `{name}` cannot be made again: {why}"))
        .hint(format!("delete functions/{name}.json in the folder of `--dir` to forget it"))
}

/// The input of `CreateFunction`; code that came in an archive is named by its folder.
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
    /// None of what came in an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Folder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<SavedArchive>,
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
    let text = |it: &OsString| it.to_string_lossy().into_owned();
    let variables = settings.variables.iter().map(|(name, value)| (text(name), text(value)));
    let archive = config.archive.as_ref().map(|it| it.saved());
    let s3_key = || settings.code.to_string_lossy().into_owned();
    let folder = || Folder { s3_bucket: FOLDERS, s3_key: s3_key() };
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
        code: archive.is_none().then(folder),
        archive,
    })
}
