//! What `CreateFunction` and the updates of a function are given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::task::spawn_blocking;

use super::FunctionConfig;
use super::answer::ApiError;
use super::zip::{Archive, CodeFolder};
use crate::context;
use crate::function::{Code, DEFAULT_MEMORY_MB, FunctionSettings, Interpreters, Program};
use firehose::lambda_report::LogFormat;
use firehose::names::FunctionName;

/// The bucket that stands for folders of this machine.
pub(super) const FOLDERS: &str = "hot-reload";

/// How code is given.
const CODE_HINT: &str = "fh local runs the code of an archive or a folder: pass --zip-file \
                         fileb://code.zip, or --code S3Bucket=hot-reload,S3Key=/path/to/folder";

/// Lambda's default (API reference, `CreateFunction`), in seconds.
const DEFAULT_TIMEOUT: u64 = 3;

/// Bytes of the variables of a function, as JSON (Lambda quotas, "Environment
/// variables").
const MAX_VARIABLES: usize = 4 * 1024;

/// Members that change nothing on this machine.
const HARMLESS: [&str; 12] = [
    "Architectures",
    "DryRun",
    "EphemeralStorage",
    "KMSKeyArn",
    "PackageType",
    "Publish",
    "PublishTo",
    "RevisionId",
    "RuntimeVersionConfig",
    "SnapStart",
    "Tags",
    "TracingConfig",
];

/// The members of all three operations.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FunctionInput {
    function_name: Option<String>,
    runtime: Option<String>,
    role: Option<String>,
    handler: Option<String>,
    description: Option<String>,
    timeout: Option<u64>,
    memory_size: Option<u32>,
    environment: Option<EnvironmentInput>,
    logging_config: Option<LoggingInput>,
    code: Option<CodeInput>,
    // Of `UpdateFunctionCode`.
    #[serde(flatten)]
    own_code: CodeInput,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeInput {
    s3_bucket: Option<String>,
    s3_key: Option<String>,
    /// In base64.
    zip_file: Option<String>,
    /// What has no field here.
    #[expect(clippy::zero_sized_map_values, reason = "serde flattens into maps alone")]
    #[serde(flatten)]
    rest: BTreeMap<String, IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EnvironmentInput {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoggingInput {
    log_format: Option<String>,
    log_group: Option<String>,
}

/// Code of a function: a folder, and the archive that it came in.
#[derive(Debug)]
pub(super) struct NewCode {
    folder: PathBuf,
    archive: Option<Arc<Archive>>,
}

impl From<Archive> for NewCode {
    fn from(archive: Archive) -> Self {
        Self { folder: archive.folder().to_owned(), archive: Some(Arc::new(archive)) }
    }
}

impl FunctionInput {
    /// Reads the body of a request, which may be large, on a thread of its own.
    pub(super) async fn read(body: Bytes) -> Result<Self, ApiError> {
        let read = spawn_blocking(move || serde_json::from_slice::<Self>(&body)).await;
        let read = read.map_err(|error| ApiError::invalid(error.to_string()))?;
        let input = read.map_err(|error| ApiError::bad_content(&error))?.checked()?;
        let variables = input.environment.as_ref().map(|it| &it.variables);
        let variables = serde_json::to_vec(&variables).map_err(|it| ApiError::bad_content(&it))?;
        if variables.len() > MAX_VARIABLES {
            return Err(ApiError::invalid(
                "Lambda was unable to configure your environment variables because the \
                 environment variables you have provided exceeded the 4KB limit.",
            ));
        }
        Ok(input)
    }

    /// Refuses what is not done here by its name.
    pub(super) fn checked(self) -> Result<Self, ApiError> {
        let code = self.code.as_ref();
        let of_code = code.map(|code| code.rest.keys()).into_iter().flatten();
        let all = of_code.chain(self.own_code.rest.keys());
        match all.filter(|name| !HARMLESS.contains(&name.as_str())).min() {
            Some(name) => Err(ApiError::invalid(format!("fh local does not support {name}"))),
            None => Ok(self),
        }
    }

    /// The name of a function that is to be made.
    pub(super) fn name(&self) -> Result<FunctionName, ApiError> {
        let name = self.function_name.as_deref().unwrap_or_default();
        name.parse().map_err(ApiError::invalid)
    }

    /// The function that `CreateFunction` describes.
    pub(super) fn create(
        self,
        region: &str,
        code: Option<NewCode>,
    ) -> Result<FunctionConfig, ApiError> {
        let name = self.name()?;
        let NewCode { folder, archive } = code.ok_or_else(|| ApiError::invalid(CODE_HINT))?;
        let runtime = self.runtime.clone().unwrap_or_default();
        let handler = self.handler.clone().unwrap_or_default();
        let settings = FunctionSettings {
            name: name.name().to_owned(),
            region: region.to_owned(),
            timeout: Duration::from_secs(DEFAULT_TIMEOUT),
            memory_mb: Some(DEFAULT_MEMORY_MB),
            inherited: context::environment(),
            variables: Vec::new(),
            pass_credentials: false,
            now: context::now,
            code: folder.clone(),
        };
        let config = FunctionConfig {
            settings,
            code: Code::Program(program(&runtime, &handler, &folder)?),
            archive,
            runtime: String::new(),
            role: String::new(),
            description: String::new(),
            log_group: name.default_log_group(),
            log_format: LogFormat::Text,
        };
        self.apply(config, None)
    }

    /// `old` with what is set here, and this code.
    pub(super) fn apply(
        self,
        old: FunctionConfig,
        code: Option<NewCode>,
    ) -> Result<FunctionConfig, ApiError> {
        let mut new = old;
        let changes_program = code.is_some() || self.runtime.is_some() || self.handler.is_some();
        if let Some(NewCode { folder, archive }) = code {
            (new.settings.code, new.archive) = (folder, archive);
        }
        if let Some(timeout) = self.timeout {
            new.settings.timeout = in_range("Timeout", timeout, 1, 900).map(Duration::from_secs)?;
        }
        if let Some(memory) = self.memory_size {
            in_range("MemorySize", memory.into(), 128, 10_240)?;
            new.settings.memory_mb = Some(memory);
        }
        if let Some(environment) = self.environment {
            let variables = environment.variables.into_iter();
            new.settings.variables =
                variables.map(|(name, value)| (name.into(), value.into())).collect();
        }
        if let Some(logging) = self.logging_config {
            if let Some(format) = logging.log_format {
                let found = LogFormat::find(&format);
                new.log_format =
                    found.ok_or_else(|| not_one_of("LogFormat", &format, "JSON, Text"))?;
            }
            new.log_group = logging.log_group.unwrap_or(new.log_group);
        }
        new.role = self.role.unwrap_or(new.role);
        new.description = self.description.unwrap_or(new.description);
        let old_handler = match &new.code {
            Code::Program(program) => program.handler().to_owned(),
            Code::Command(_) => String::new(),
        };
        new.runtime = self.runtime.unwrap_or(new.runtime);
        if changes_program {
            let handler = self.handler.unwrap_or(old_handler);
            new.code = Code::Program(program(&new.runtime, &handler, &new.settings.code)?);
        }
        Ok(new)
    }

    /// The code, if it is given; that of an archive is unpacked.
    pub(super) async fn take_code(
        &mut self,
        function: &str,
        archives: &CodeFolder,
    ) -> Result<Option<NewCode>, ApiError> {
        let code = self.code.take().unwrap_or_else(|| std::mem::take(&mut self.own_code));
        let (bucket, key) = match (&code.s3_bucket, &code.s3_key) {
            (Some(bucket), Some(key)) if code.zip_file.is_none() => (bucket, key),
            (None, None) => {
                let Some(zip) = code.zip_file else { return Ok(None) };
                return archives.unpack(function, zip).await.map(|it| Some(it.into()));
            }
            (Some(_), Some(_)) => return Err(ApiError::invalid(CODE_HINT)),
            _ => return Err(ApiError::invalid("S3Bucket and S3Key are given together")),
        };
        if bucket != FOLDERS {
            return Err(ApiError::invalid(format!(
                "fh local does not load code from S3. {CODE_HINT}"
            )));
        }
        let folder = PathBuf::from(key);
        if !folder.is_absolute() || !folder.is_dir() {
            return Err(ApiError::invalid(format!("`{key}` is not the absolute path of a folder")));
        }
        Ok(Some(NewCode { folder, archive: None }))
    }
}

/// Finds the program that runs a handler with this runtime.
fn program(runtime: &str, handler: &str, code: &Path) -> Result<Program, ApiError> {
    let interpreters = match runtime {
        _ if runtime.starts_with("python") => {
            Interpreters { python: Some("python3".into()), ..Interpreters::default() }
        }
        _ if runtime.starts_with("nodejs") => {
            Interpreters { node: Some("node".into()), ..Interpreters::default() }
        }
        _ if runtime.starts_with("provided") => {
            return Program::bootstrap(&code.join("bootstrap"))
                .map_err(|error| ApiError::from(&error));
        }
        _ => {
            return Err(ApiError::invalid(format!(
                "fh local does not run `{runtime}`, only runtimes of Python and Node.js and \
                 provided ones"
            )));
        }
    };
    Program::find(handler, code, interpreters).map_err(|error| ApiError::from(&error))
}

fn in_range(name: &str, value: u64, min: u64, max: u64) -> Result<u64, ApiError> {
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(ApiError::invalid(format!("{name} is {value}; it must be from {min} to {max}")))
}

fn not_one_of(name: &str, value: &str, values: &str) -> ApiError {
    ApiError::invalid(format!("{name} is `{value}`; it must be one of {values}"))
}
