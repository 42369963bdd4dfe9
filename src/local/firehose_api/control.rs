//! Streams are made, described, changed and deleted.

use serde::{Deserialize, Serialize};

use super::put::key_disabled;
use super::tags::check_tags;
use super::{FirehoseApi, check_name, input};
use crate::context;
use crate::error::Error;
use crate::local::ACCOUNT;
use crate::local::faults::lock;
use crate::local::refusal::Refusal;
use crate::local::streams::{ACTIVE, SetupError};
use firehose::description::{Description, FailureDescription, StreamEncryption, Time, read};
use firehose::flow::{self, StreamConfig};

/// The id of the destination, which is the only one.
const DESTINATION_ID: &str = "destinationId-000000000001";

/// Streams of an answer unless more are asked for, and most (API reference,
/// `ListDeliveryStreams`).
const LIMIT: usize = 10;
const MAX_LIMIT: usize = 10_000;

/// Streams of an account in a Region (developer guide, quotas).
const MAX_STREAMS: usize = 5_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NameInput {
    pub(super) delivery_stream_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    limit: Option<usize>,
    delivery_stream_type: Option<String>,
    exclusive_start_delivery_stream_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListAnswer {
    delivery_stream_names: Vec<String>,
    has_more_delivery_streams: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateInput {
    delivery_stream_name: String,
    current_delivery_stream_version_id: String,
    destination_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EncryptInput {
    delivery_stream_name: String,
    #[serde(default)]
    delivery_stream_encryption_configuration_input: Option<KeyInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyInput {
    #[serde(rename = "KeyARN")]
    key_arn: Option<String>,
    key_type: Option<String>,
}

impl FirehoseApi {
    pub(super) fn create(&self, body: &[u8]) -> Result<String, Refusal> {
        let name = input::<NameInput>(body)?.delivery_stream_name;
        check_name(&name)?;
        let description = described(body)?;
        let arn = self.create_stream(&name, description)?;
        Ok(format!(r#"{{"DeliveryStreamARN":"{arn}"}}"#))
    }

    /// Makes the stream that `description` describes, as `CreateDeliveryStream` has
    /// it. Returns its ARN.
    pub fn create_stream(
        &self,
        name: &str,
        mut description: Description,
    ) -> Result<String, Refusal> {
        if self.streams.get(name).is_some() {
            return Err(exists(name));
        }
        if self.streams.names().len() >= MAX_STREAMS {
            let why =
                format!("You have already consumed your firehose quota of {MAX_STREAMS} hoses.");
            return Err(Refusal::new("LimitExceededException", why));
        }
        check_tags(description.tags.as_deref().unwrap_or_default())?;
        let config = self.config(name, &description)?;
        let arn = config.origin.stream_arn();
        description.set_defaults();
        description.time_scale = None;
        description.name = Some(name.to_owned());
        description.arn = Some(arn.clone());
        description.status = Some(ACTIVE.to_owned());
        description.version_id = Some("1".to_owned());
        description.created = Some(Time(context::milliseconds(context::now())));
        if let Some(destination) = description.destination_mut() {
            destination.id = Some(DESTINATION_ID.to_owned());
        }
        self.check_key(&mut description);
        let created = self.streams.create(config, description, self.defaults.seed);
        if created.map_err(|error| not_set(&error))? { Ok(arn) } else { Err(exists(name)) }
    }

    /// A stream with a customer's key that is disabled cannot be created (API reference,
    /// `DeliveryStreamDescription`, `FailureDescription`).
    fn check_key(&self, description: &mut Description) {
        let is_disabled = lock(&self.streams.hands().faults).is_key_disabled();
        let Some(key) = description.stream_key().filter(|_| is_disabled) else { return };
        let failure = FailureDescription {
            kind: Some("DISABLED_KMS_KEY".to_owned()),
            details: Some(format!("{key} is disabled.")),
            ..FailureDescription::default()
        };
        description.status = Some("CREATING_FAILED".to_owned());
        description.failure = Some(failure.clone());
        if let Some(encryption) = &mut description.encryption {
            encryption.status = Some("ENABLING_FAILED".to_owned());
            encryption.failure = Some(failure);
        }
    }

    /// An error if this stream cannot be run here.
    pub fn check(&self, name: &str, description: &Description) -> Result<(), Error> {
        let checked = check_name(name).and_then(|()| self.config(name, description));
        checked.map(drop).map_err(|error| cannot_run(name, &error.message))
    }

    /// Runs the streams that the folder has, and `name` as it is described now: that
    /// is made where the folder has none of its name.
    pub fn start(&self, name: &str, description: Description) -> Result<(), Error> {
        let saved = match &self.streams.hands().saved {
            Some(saved) => saved.streams()?,
            None => Vec::new(),
        };
        let mut whole = description.clone();
        whole.set_defaults();
        let mut is_there = false;
        for mut old in saved {
            let own = old.name.clone().unwrap_or_default();
            if own == name {
                is_there = true;
                redescribe(&mut old, &whole);
            }
            if let Some(logging) = old.view().destination.and_then(|it| it.logging) {
                self.streams.hands().logs.create_stream(&logging);
            }
            let config =
                self.config(&own, &old).map_err(|error| cannot_run(&own, &error.message))?;
            match self.streams.create(config, old, self.defaults.seed) {
                Ok(_) => {}
                Err(SetupError::Refused(why)) => return Err(cannot_run(&own, &why)),
                Err(SetupError::NotKept(error)) => return Err(error),
            }
        }
        if is_there {
            return Ok(());
        }
        let created = self.create_stream(name, description);
        created.map(drop).map_err(|error| cannot_run(name, &error.message))
    }

    pub(super) fn delete(&self, body: &[u8]) -> Result<String, Refusal> {
        let name = input::<NameInput>(body)?.delivery_stream_name;
        self.stream(&name)?;
        self.streams.delete(&name);
        Ok("{}".to_owned())
    }

    pub(super) fn describe(&self, body: &[u8]) -> Result<String, Refusal> {
        let stream = self.stream(&input::<NameInput>(body)?.delivery_stream_name)?;
        let mut description = stream.look(|description, _| description.clone());
        let scale = self.defaults.time_scale;
        description.time_scale = (scale > 1).then_some(scale.into());
        let answer = description.answer();
        String::from_utf8(answer).map_err(Refusal::internal)
    }

    pub(super) fn list(&self, body: &[u8]) -> Result<String, Refusal> {
        let input: ListInput = input(body)?;
        let limit = input.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT);
        let start = input.exclusive_start_delivery_stream_name.unwrap_or_default();
        let kind = input.delivery_stream_type;
        let has_kind = kind.is_none_or(|kind| kind == "DirectPut");
        let names = self.streams.names().into_iter().filter(|name| has_kind && *name > start);
        let mut names: Vec<_> = names.take(limit + 1).collect();
        let has_more_delivery_streams = names.len() > limit;
        names.truncate(limit);
        let answer = ListAnswer { delivery_stream_names: names, has_more_delivery_streams };
        serde_json::to_string(&answer).map_err(Refusal::internal)
    }

    pub(super) fn update(&self, body: &[u8]) -> Result<String, Refusal> {
        let UpdateInput {
            delivery_stream_name: name,
            current_delivery_stream_version_id,
            destination_id,
        } = input(body)?;
        let stream = self.stream(&name)?;
        if destination_id != DESTINATION_ID {
            let why = format!("Destination Id {destination_id} not found");
            return Err(Refusal::new("InvalidArgumentException", why));
        }
        let update = described(body)?;
        let mut description = stream.look(|description, _| description.clone());
        let version = description.version_id.clone().unwrap_or_default();
        if version != current_delivery_stream_version_id {
            let why = format!(
                "Cannot update firehose: {name} since the current version id: {version} and \
                 specified version id: {current_delivery_stream_version_id} do not match"
            );
            return Err(Refusal::new("ConcurrentModificationException", why));
        }
        description.apply(update);
        let next = version.parse::<u64>().unwrap_or(1) + 1;
        description.version_id = Some(next.to_string());
        description.updated = Some(Time(context::milliseconds(context::now())));
        let config = self.config(&name, &description)?;
        let checked = stream.look(|_, flow| flow.config().check_update(&config));
        checked.map_err(|error| refused(&error))?;
        description.set_defaults();
        stream.configure(config, description).map_err(|error| not_set(&error))?;
        Ok("{}".to_owned())
    }

    /// Encryption is accepted and shown: nothing is encrypted here.
    pub(super) fn encrypt(&self, body: &[u8], is_on: bool) -> Result<String, Refusal> {
        let input: EncryptInput = input(body)?;
        let stream = self.stream(&input.delivery_stream_name)?;
        let key = input.delivery_stream_encryption_configuration_input;
        let key_type = key.as_ref().and_then(|it| it.key_type.clone());
        let key_type = key_type.unwrap_or_else(|| "AWS_OWNED_CMK".to_owned());
        let key_arn = key.and_then(|it| it.key_arn);
        if is_on && key_type == "CUSTOMER_MANAGED_CMK" && key_arn.is_none() {
            let why = "KeyARN is required with CUSTOMER_MANAGED_CMK";
            return Err(Refusal::new("InvalidArgumentException", why));
        }
        if let Some(key) = key_arn.as_deref().filter(|_| is_on)
            && lock(&self.streams.hands().faults).is_key_disabled()
        {
            return Err(key_disabled(&format!("{key} is disabled.")));
        }
        let status = if is_on { "ENABLED" } else { "DISABLED" };
        let described = stream.describe(|description| {
            description.encryption = Some(StreamEncryption {
                status: Some(status.to_owned()),
                key_type: is_on.then_some(key_type),
                key_arn: key_arn.filter(|_| is_on),
                ..StreamEncryption::default()
            });
        });
        described.map_err(|error| not_set(&error))?;
        Ok("{}".to_owned())
    }

    fn config(&self, name: &str, description: &Description) -> Result<StreamConfig, Refusal> {
        let config = StreamConfig::from_description(
            description,
            self.origin(name)?,
            &context::named_time_zone,
        );
        let config = config.map_err(|error| refused(&error))?;
        Ok(StreamConfig {
            time_scale: self.defaults.time_scale,
            behaviors: self.defaults.behaviors,
            compresses_failures: self.defaults.compresses_failures,
            ..config
        })
    }
}

fn cannot_run(name: &str, why: &dyn std::fmt::Display) -> Error {
    Error::user(format!("the delivery stream `{name}` cannot be run: {why}"))
}

/// The stream that a request describes.
fn described(body: &[u8]) -> Result<Description, Refusal> {
    let document =
        read(body).map_err(|error| Refusal::new("SerializationException", error.to_string()))?;
    match document.misfits.first() {
        Some(misfit) => Err(Refusal::new("SerializationException", misfit.to_string())),
        None => Ok(document.description),
    }
}

/// Gives a stream the destination of `new`; what is the same keeps its version.
fn redescribe(old: &mut Description, new: &Description) {
    let mut destinations = new.destinations.clone();
    let id = old.destination().and_then(|it| it.id.clone());
    if let Some(destination) = destinations.iter_mut().flatten().next() {
        destination.id = id;
    }
    // As they are kept.
    let kept = |destinations: &Option<Vec<_>>| {
        Description { destinations: destinations.clone(), ..Description::default() }.to_json()
    };
    if kept(&old.destinations) != kept(&destinations) {
        old.destinations = destinations;
        let version = old.version_id.as_deref().and_then(|it| it.parse::<u64>().ok());
        old.version_id = Some((version.unwrap_or(1) + 1).to_string());
        old.updated = Some(Time(context::milliseconds(context::now())));
    }
}

pub(super) fn not_set(error: &SetupError) -> Refusal {
    match error {
        SetupError::Refused(refusal) => refused(refusal),
        SetupError::NotKept(error) => Refusal::internal(error),
    }
}

fn exists(name: &str) -> Refusal {
    let why = format!("Firehose {name} under accountId {ACCOUNT} already exists");
    Refusal::new("ResourceInUseException", why)
}

fn refused(refusal: &flow::Refusal) -> Refusal {
    Refusal::new("InvalidArgumentException", refusal.to_string())
}
