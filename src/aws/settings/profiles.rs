//! The profiles of `~/.aws`, one of them chosen.

use std::collections::BTreeMap;
use std::io;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::Fs;

use super::ini;
use super::service::Service;
use super::variables::Variables;
use crate::error::Error;

/// Most profiles of a chain of roles.
const MAX_CHAIN: usize = 16;

const KEY_PAIR: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

/// Where a profile has its credentials from, the first that is there: the order
/// of botocore's `create_credential_resolver`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A role that it assumes.
    Role,
    /// A login.
    Sso,
    /// A key pair in the credentials file.
    SharedKeys,
    /// A program.
    Process,
    /// A key pair in the config file, or nothing at all.
    ConfigKeys,
}

impl Origin {
    /// Keys that lead to others, which the SDK might take first.
    const fn hidden_keys(self) -> &'static [&'static str] {
        match self {
            Self::Sso => &["aws_access_key_id", "aws_secret_access_key", "credential_process"],
            Self::SharedKeys => &["credential_process"],
            Self::Process => &["aws_access_key_id", "aws_secret_access_key"],
            Self::Role | Self::ConfigKeys => &[],
        }
    }
}

/// The keys of a section.
type Keys = BTreeMap<String, String>;

/// The profiles, and the sections that they refer to. There are keys in them:
/// they cannot be printed.
pub(in crate::aws) struct Profiles {
    chosen: String,
    /// It was asked for by `--profile`.
    is_explicit: bool,
    named: BTreeMap<String, Keys>,
    /// What the credentials file alone has.
    shared: BTreeMap<String, Keys>,
    sso_sessions: BTreeMap<String, Keys>,
    services: BTreeMap<String, Keys>,
}

impl Profiles {
    /// Reads the files of the AWS CLI. The profile is `flag`, else that of
    /// `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`, else `default`; one that is
    /// named must exist.
    pub(super) async fn load(flag: Option<&str>, variables: &Variables) -> Result<Self, Error> {
        // Version 1 of the AWS CLI looks at them the other way round; version
        // 2 and the SDKs do so.
        let value = |name| Some((name, variables.given(name)?));
        let named = value("AWS_PROFILE").or_else(|| value("AWS_DEFAULT_PROFILE"));
        if let (None, Some((variable, ""))) = (flag, named) {
            return Err(Error::user(format!("{variable} is set, but empty"))
                .hint("unset it to use the profile `default`"));
        }
        let mut profiles = Self {
            chosen: flag.or(named.map(|(_, name)| name)).unwrap_or("default").to_owned(),
            is_explicit: flag.is_some(),
            named: BTreeMap::new(),
            shared: BTreeMap::new(),
            sso_sessions: BTreeMap::new(),
            services: BTreeMap::new(),
        };
        let config = read(variables, "AWS_CONFIG_FILE", "config").await?;
        for section in config {
            profiles.add(section);
        }
        // A key of this file goes before the same one of the other.
        let credentials = read(variables, "AWS_SHARED_CREDENTIALS_FILE", "credentials").await?;
        for section in credentials {
            let keys = section.keys.clone();
            profiles.shared.entry(section.header.clone()).or_default().extend(keys);
            profiles.named.entry(section.header).or_default().extend(section.keys);
        }
        profiles.ensure_exists()?;
        Ok(profiles)
    }

    fn add(&mut self, section: ini::Section) {
        let words = ini::words(&section.header);
        let (sections, name) = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["default"] => (&mut self.named, "default"),
            ["profile", name] => (&mut self.named, name),
            ["sso-session", name] => (&mut self.sso_sessions, name),
            ["services", name] => (&mut self.services, name),
            _ => return,
        };
        // `[default]` and `[profile default]`: the AWS CLI takes the later one.
        sections.insert(name.to_owned(), section.keys);
    }

    /// The name of the chosen one.
    pub(in crate::aws) fn name(&self) -> &str {
        &self.chosen
    }

    /// True if it was asked for by `--profile`: then it goes before keys in the
    /// environment, as in the AWS CLI.
    pub(in crate::aws) const fn is_explicit(&self) -> bool {
        self.is_explicit
    }

    /// A setting of the chosen one; none if it is empty.
    pub(in crate::aws) fn get(&self, key: &str) -> Option<&str> {
        self.get_of(&self.chosen, key)
    }

    fn get_of(&self, profile: &str, key: &str) -> Option<&str> {
        let value = self.named.get(profile)?.get(key)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The address of a service in the `services` section of the chosen one.
    pub(super) fn endpoint(&self, service: Service) -> Result<Option<&str>, Error> {
        let Some(name) = self.get("services") else { return Ok(None) };
        let section = self.services.get(name).ok_or_else(|| {
            let profile = &self.chosen;
            Error::user(format!(
                "AWS profile `{profile}` uses `services = {name}`, but there is no section \
                 `[services {name}]`"
            ))
            .hint("check `services` in ~/.aws/config")
        })?;
        let nested = section.get(service.id()).and_then(|it| ini::nested(it, "endpoint_url"));
        Ok(nested.filter(|url| !url.is_empty()))
    }

    /// The profile whose login the chosen one uses, if it logs in by SSO:
    /// itself, or the source of its role.
    pub(in crate::aws) fn sso_login(&self) -> Option<&str> {
        let is_sso = |name: &str| {
            self.get_of(name, "sso_session").or_else(|| self.get_of(name, "sso_start_url"))
        };
        let source = self.get("source_profile");
        [Some(self.name()), source].into_iter().flatten().find(|name| is_sso(name).is_some())
    }

    /// The profile whose role needs an MFA code, which the SDK leaves out.
    pub(in crate::aws) fn with_mfa(&self) -> Option<&str> {
        self.chain().into_iter().find(|profile| self.get_of(profile, "mfa_serial").is_some())
    }

    /// The chosen one, the source of its role, the source of that, …
    fn chain(&self) -> Vec<&str> {
        let mut chain = vec![self.name()];
        while let Some(last) = chain.last().filter(|_| chain.len() < MAX_CHAIN) {
            match self.get_of(last, "source_profile") {
                Some(next) if !chain.contains(&next) => chain.push(next),
                _ => break,
            }
        }
        chain
    }

    fn origin(&self, profile: &str) -> Origin {
        let has = |key| self.get_of(profile, key).is_some();
        let shares = |key: &str| {
            let keys = self.shared.get(profile);
            keys.and_then(|keys| keys.get(key)).is_some_and(|value| !value.is_empty())
        };
        if has("role_arn") || has("web_identity_token_file") {
            Origin::Role
        } else if has("sso_session") || has("sso_start_url") || has("login_session") {
            Origin::Sso
        } else if KEY_PAIR.iter().any(|key| shares(key)) {
            Origin::SharedKeys
        } else if has("credential_process") {
            Origin::Process
        } else {
            Origin::ConfigKeys
        }
    }

    /// Refuses half a key pair where a whole one is looked for: the SDK would
    /// look elsewhere, and call AWS as another user.
    pub(super) fn ensure_whole_keys(&self) -> Result<(), Error> {
        for profile in self.chain() {
            let keys = match self.origin(profile) {
                Origin::Role | Origin::Sso | Origin::Process => continue,
                Origin::SharedKeys => self.shared.get(profile),
                Origin::ConfigKeys => self.named.get(profile),
            };
            let has = |key: &str| {
                keys.and_then(|keys| keys.get(key)).is_some_and(|value| !value.is_empty())
            };
            let missing = match KEY_PAIR.map(has) {
                [true, false] => "aws_secret_access_key",
                [false, true] => "aws_access_key_id",
                _ => continue,
            };
            return Err(Error::user(format!(
                "AWS profile `{profile}` has an incomplete key pair: `{missing}` is missing"
            ))
            .hint(format!("add it to ~/.aws/credentials: aws configure --profile {profile}")));
        }
        Ok(())
    }

    /// Takes the credentials out of the chosen profile, for those that go before
    /// them.
    pub(super) fn without_credentials(&mut self) {
        const KEYS: [&str; 6] = [
            "aws_access_key_id",
            "aws_secret_access_key",
            "credential_process",
            "sso_session",
            "sso_start_url",
            "login_session",
        ];
        if self.origin(&self.chosen) == Origin::Role {
            return;
        }
        if let Some(keys) = self.named.get_mut(&self.chosen) {
            keys.retain(|key, _| !KEYS.contains(&key.as_str()));
        }
    }

    fn ensure_exists(&self) -> Result<(), Error> {
        let name = self.name();
        if name != "default" && !self.named.contains_key(name) {
            return Err(Error::user(format!("AWS profile `{name}` does not exist")).hint(format!(
                "check `--profile`, AWS_PROFILE and AWS_DEFAULT_PROFILE; {}",
                self.nearest(name)
            )));
        }
        // The SDK would silently fall back to the machine's role.
        for (profile, source) in self
            .chain()
            .into_iter()
            .filter_map(|profile| Some(profile).zip(self.get_of(profile, "source_profile")))
        {
            if !self.named.contains_key(source) {
                return Err(Error::user(format!(
                    "AWS profile `{profile}` assumes a role as profile `{source}`, which does not exist"
                ))
                .hint(format!(
                    "check `source_profile` in ~/.aws/config; \
                     {}",
                    self.nearest(source)
                )));
            }
        }
        match self.chain().into_iter().find(|name| !is_identifier(name)) {
            Some(name) => Err(Error::user(format!(
                "the name of AWS profile `{name}` has spaces or characters that fh does not support"
            ))
            .hint("rename it in ~/.aws/config")),
            None => Ok(()),
        }
    }

    /// The profiles that there are, those with a name like `name` first.
    fn nearest(&self, name: &str) -> String {
        let mut known: Vec<&str> = self.named.keys().map(String::as_str).collect();
        if known.is_empty() {
            return "no profiles exist; `aws configure` creates one".to_owned();
        }
        known.sort_by_cached_key(|it| (strsim::damerau_levenshtein(it, name), (*it).to_owned()));
        known.truncate(5);
        let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
        format!("profiles: {}; `aws configure list-profiles` lists all", known.join(", "))
    }

    /// The profiles for the SDK, in its own form.
    pub(super) fn to_sdk(&self) -> EnvConfigFiles {
        let mut text = String::new();
        for (name, keys) in &self.named {
            let hidden = self.origin(name).hidden_keys();
            let keys = keys.iter().filter(|(key, _)| !hidden.contains(&key.as_str()));
            push(&mut text, "profile", name, keys);
        }
        for (name, keys) in &self.sso_sessions {
            push(&mut text, "sso-session", name, keys);
        }
        for (name, keys) in &self.services {
            push(&mut text, "services", name, keys);
        }
        EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, text).build()
    }

    /// Takes out all addresses that are called instead of AWS.
    pub(super) fn without_endpoints(&mut self) {
        for keys in self.named.values_mut() {
            keys.remove("endpoint_url");
        }
        self.services.values_mut().for_each(BTreeMap::clear);
    }

    /// Adds a key pair as a profile, for those that take it from the
    /// environment although that is not to go before the profile.
    pub(super) fn add_environment(&mut self, keys: [(&str, Option<&str>); 3]) {
        const NAME: &str = "fh-environment";
        for profile in self.named.values_mut() {
            if profile.get("credential_source").is_some_and(|source| source == "Environment") {
                profile.remove("credential_source");
                profile.insert("source_profile".to_owned(), NAME.to_owned());
            }
        }
        let keys = keys.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let keys = keys.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        self.named.insert(NAME.to_owned(), keys);
    }
}

/// Appends a section as the SDK reads it.
fn push<'a>(
    text: &mut String,
    kind: &str,
    name: &str,
    keys: impl IntoIterator<Item = (&'a String, &'a String)>,
) {
    if !is_identifier(name) {
        return;
    }
    text.extend(["[", kind, " ", name, "]\n"]);
    for (key, value) in keys {
        // An indented line continues the value above it.
        text.extend([key, " = ", &value.replace('\n', "\n  "), "\n"]);
    }
}

/// What the SDK takes for a name.
fn is_identifier(name: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&it);
    !name.is_empty() && name.bytes().all(is_letter)
}

/// Reads a file of `~/.aws`, or the one that `variable` names. As in the AWS
/// CLI it need not be there.
async fn read(
    variables: &Variables,
    variable: &str,
    name: &str,
) -> Result<Vec<ini::Section>, Error> {
    let home = variables.get("HOME");
    let path = match (variables.given(variable), home) {
        (Some(path), Some(home)) if path.starts_with("~/") => path.replacen('~', home, 1),
        (Some(path), _) => path.to_owned(),
        (None, Some(home)) => format!("{home}/.aws/{name}"),
        (None, None) => return Ok(Vec::new()),
    };
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = |why: String| {
        Error::user(format!("cannot use the AWS configuration: {why}"))
            .hint("`aws configure list` shows which files are read")
    };
    let bytes = match Fs::real().read_to_end(&path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(format!("{path}: {error}"))),
    };
    let text = String::from_utf8(bytes).map_err(|_| wrong(format!("{path} is not UTF-8")))?;
    ini::parse(&text).map_err(|fault| wrong(format!("{path}, line {}: {}", fault.line, fault.what)))
}
