//! The environment: what AWS tools read of it.

use std::collections::BTreeMap;

use aws_types::os_shim_internal::Env;

use crate::context;
use crate::error::Error;

/// The variables of this process that are text. Some are secret: they cannot be
/// printed.
#[derive(Clone)]
pub(in crate::aws) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Reads them. One that AWS tools read must be text.
    pub(super) fn of_process() -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for (name, value) in context::environment() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => drop(all.insert(name, value)),
                Err(_) if name.starts_with("AWS_") => {
                    return Err(Error::user(format!("the variable {name} is not UTF-8")));
                }
                Err(_) => {}
            }
        }
        // A service of systemd has none; the AWS CLI finds the folder
        // without it.
        if let (None, Some(home)) = (all.get("HOME"), context::home()) {
            all.extend(home.into_os_string().into_string().map(|home| ("HOME".to_owned(), home)));
        }
        Ok(Self(all))
    }

    /// A variable; none if it is empty.
    pub(in crate::aws) fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// A variable, also if it is empty.
    pub(in crate::aws) fn given(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn remove(&mut self, names: &[&str]) {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// Takes out all whose names begin so.
    pub(super) fn remove_all(&mut self, prefix: &str) {
        self.0.retain(|name, _| !name.starts_with(prefix));
    }

    /// For the SDK. It takes an empty variable for a value, and fails on it.
    pub(super) fn to_sdk(&self) -> Env {
        let is_good = |(name, value): &(&str, &str)| !name.starts_with("AWS_") || !value.is_empty();
        let all = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Env::from_slice(&all.filter(is_good).collect::<Vec<_>>())
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Variables {
    fn from(all: [(&str, &str); N]) -> Self {
        Self(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}
