//! What goes wrong on purpose, how often: `--fault refuse=0.1`. The same seed
//! gives the same faults for the same calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::times;

/// Faults that several services look at, and that change while they run.
pub type SharedFaults = Arc<Mutex<Faults>>;

/// No code panics while it holds this.
pub fn lock(faults: &SharedFaults) -> MutexGuard<'_, Faults> {
    faults.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that goes wrong now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chance {
    /// An entry of a put is refused with `ServiceUnavailableException`.
    Refuse,
    /// A put is answered with `LimitExceededException` (throttled).
    ThrottlePut,
    /// A put is answered with status 503, and nothing is taken.
    Unavailable,
    /// The connection breaks before anything is taken.
    Reset,
    /// A put is taken, and its answer never arrives.
    LoseAnswer,
    /// A put is taken, and answered with status 500.
    InternalError,
    /// An answer takes a while.
    Stall,
    /// An object is not written.
    Write,
    /// A call of a function is throttled.
    ThrottleInvoke,
    /// A log event is lost.
    DropLogs,
    /// A call that reads log events is throttled.
    ThrottleLogs,
    /// A page of log events has none of them, and a token for the next page.
    EmptyPage,
    /// The token of a page of log events is the one that it was asked with.
    RepeatToken,
    /// A live session leaves a log event out.
    SampleLive,
    /// A live session ends after an update.
    EndLive,
    /// A call is refused because the login has expired.
    ExpiredToken,
}

/// Something that takes longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delay {
    /// Calls of functions.
    SlowInvoke,
    /// Log events, until they can be read.
    LateLogs,
}

/// A fault, as `--fault` takes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// How often something goes wrong, from 0 to 1.
    Often(Chance, f64),
    /// How much longer something takes.
    Longer(Delay, Duration),
    /// An action that no role may do, such as `lambda:InvokeFunction`.
    Deny(String),
    /// An action that is allowed again.
    Allow(String),
    /// Whether keys are disabled.
    KeyDisabled(bool),
}

const CHANCES: [(&str, Chance); 16] = [
    ("refuse", Chance::Refuse),
    ("throttle-put", Chance::ThrottlePut),
    ("unavailable", Chance::Unavailable),
    ("reset", Chance::Reset),
    ("lose-answer", Chance::LoseAnswer),
    ("internal-error", Chance::InternalError),
    ("stall", Chance::Stall),
    ("write", Chance::Write),
    ("throttle-invoke", Chance::ThrottleInvoke),
    ("drop-logs", Chance::DropLogs),
    ("throttle-logs", Chance::ThrottleLogs),
    ("empty-page", Chance::EmptyPage),
    ("repeat-token", Chance::RepeatToken),
    ("sample-live", Chance::SampleLive),
    ("end-live", Chance::EndLive),
    ("expired-token", Chance::ExpiredToken),
];

const DELAYS: [(&str, Delay); 2] =
    [("slow-invoke", Delay::SlowInvoke), ("late-logs", Delay::LateLogs)];

/// What Firehose needs before a role may do anything.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Longest delay: a function has 15 minutes, and nobody waits longer.
const MAX_DELAY: Duration = Duration::from_mins(15);

/// Most actions that are denied.
const MAX_DENIED: usize = 100;

/// Why something is no fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoFault(String);

impl fmt::Display for NoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoFault {}

impl FromStr for Fault {
    type Err = NoFault;

    fn from_str(text: &str) -> Result<Self, NoFault> {
        let (name, value) = text.split_once('=').map_or((text, None), |(n, v)| (n, Some(v)));
        if let Some((_, chance)) = CHANCES.iter().find(|(it, _)| *it == name) {
            let share = value.and_then(|value| value.parse().ok());
            let share = share.filter(|share| (0.0..=1.0).contains(share));
            let why = || NoFault(format!("{name} takes a share from 0 to 1, such as {name}=0.1"));
            return share.map(|share| Self::Often(*chance, share)).ok_or_else(why);
        }
        if let Some((_, delay)) = DELAYS.iter().find(|(it, _)| *it == name) {
            let length = value.and_then(duration).filter(|length| *length <= MAX_DELAY);
            let why = || {
                NoFault(format!("{name} takes a duration of up to 15 minutes, such as {name}=20s"))
            };
            return length.map(|length| Self::Longer(*delay, length)).ok_or_else(why);
        }
        match (name, value) {
            ("deny" | "allow", Some(action)) if is_action(action) => {
                let action = action.to_owned();
                Ok(if name == "deny" { Self::Deny(action) } else { Self::Allow(action) })
            }
            ("deny" | "allow", _) => Err(NoFault(format!(
                "{name} takes an action of IAM, such as {name}=lambda:InvokeFunction"
            ))),
            ("key-disabled", None | Some("true")) => Ok(Self::KeyDisabled(true)),
            ("key-disabled", Some("false")) => Ok(Self::KeyDisabled(false)),
            ("key-disabled", _) => Err(NoFault("key-disabled takes true or false".to_owned())),
            _ => {
                let names: Vec<_> = Self::names().collect();
                Err(NoFault(format!("unknown fault; there are {}", names.join(", "))))
            }
        }
    }
}

impl Fault {
    /// The names of all of them.
    fn names() -> impl Iterator<Item = &'static str> {
        let chances = CHANCES.iter().map(|(name, _)| *name);
        let delays = DELAYS.iter().map(|(name, _)| *name);
        chances.chain(delays).chain(["deny", "allow", "key-disabled"])
    }

    /// One of each, as `--fault` takes it.
    pub fn examples() -> impl Iterator<Item = String> {
        let value = |name| match name {
            "deny" | "allow" => "=lambda:InvokeFunction",
            "key-disabled" => "",
            _ if DELAYS.iter().any(|(it, _)| *it == name) => "=20s",
            _ => "=0.1",
        };
        Self::names().map(move |name| format!("{name}{}", value(name)))
    }
}

fn duration(text: &str) -> Option<Duration> {
    // Elsewhere nothing may last no time; here it ends a fault.
    if text == "0" || text == "0s" { Some(Duration::ZERO) } else { times::duration(text).ok() }
}

/// `service:Action`; the action may end with a `*`.
fn is_action(text: &str) -> bool {
    let is_name = |name: &str| {
        (1..=128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*".contains(&byte))
    };
    text.split_once(':').is_some_and(|(service, action)| is_name(service) && is_name(action))
}

/// True if an action of a policy, which may end with a `*`, stands for this one too.
fn covers(pattern: &str, action: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == action, |start| action.starts_with(start))
}

/// Keeps one more action.
fn keep(actions: &mut BTreeSet<String>, action: String) -> Result<(), String> {
    if actions.len() >= MAX_DENIED && !actions.contains(&action) {
        return Err(format!("{action}: `fh local` denies or allows at most {MAX_DENIED} actions"));
    }
    actions.insert(action);
    Ok(())
}

/// All that goes wrong.
#[derive(Debug)]
pub struct Faults {
    rng: ChaCha8Rng,
    often: BTreeMap<Chance, f64>,
    longer: BTreeMap<Delay, Duration>,
    /// In lower case, as those that are allowed.
    denied: BTreeSet<String>,
    /// Allowed though more is denied, such as `s3:PutObject` of `s3:*`.
    allowed: BTreeSet<String>,
    is_key_disabled: bool,
}

impl Faults {
    /// Nothing goes wrong yet.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            often: BTreeMap::new(),
            longer: BTreeMap::new(),
            denied: BTreeSet::new(),
            allowed: BTreeSet::new(),
            is_key_disabled: false,
        }
    }

    /// From now on, this goes wrong as well; or no longer, if its share or
    /// duration is 0. An error past the actions that are kept.
    pub fn set(&mut self, fault: Fault) -> Result<(), String> {
        match fault {
            Fault::Often(chance, share) => drop(self.often.insert(chance, share)),
            Fault::Longer(delay, length) => drop(self.longer.insert(delay, length)),
            Fault::Deny(action) => {
                let action = action.to_ascii_lowercase();
                // What is denied last counts.
                self.allowed.retain(|it| !covers(&action, it) && !covers(it, &action));
                return keep(&mut self.denied, action);
            }
            Fault::Allow(action) => {
                let action = action.to_ascii_lowercase();
                self.denied.retain(|it| !covers(&action, it));
                if self.denies(&action) {
                    return keep(&mut self.allowed, action);
                }
            }
            Fault::KeyDisabled(is_disabled) => self.is_key_disabled = is_disabled,
        }
        Ok(())
    }

    /// True if it goes wrong this time.
    pub fn happens(&mut self, chance: Chance) -> bool {
        let share = self.often.get(&chance).copied().unwrap_or_default();
        // What never happens leaves the rest as it is.
        share > 0.0 && self.rng.random::<f64>() < share
    }

    /// How much longer something takes.
    pub fn delay(&self, delay: Delay) -> Duration {
        self.longer.get(&delay).copied().unwrap_or_default()
    }

    /// True if no role may do this.
    pub fn denies(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let is_in = |all: &BTreeSet<String>| all.iter().any(|it| covers(it, &action));
        is_in(&self.denied) && !is_in(&self.allowed)
    }

    /// True if the role of a stream may not do this, or Firehose may not assume it.
    pub fn denies_role(&self, action: &str) -> bool {
        self.denies(ASSUME_ROLE) || self.denies(action)
    }

    /// True if keys are disabled.
    pub const fn is_key_disabled(&self) -> bool {
        self.is_key_disabled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        for (text, fault) in [
            ("refuse=0.1", Fault::Often(Chance::Refuse, 0.1)),
            ("write=1", Fault::Often(Chance::Write, 1.0)),
            ("slow-invoke=20s", Fault::Longer(Delay::SlowInvoke, Duration::from_secs(20))),
            ("deny=lambda:InvokeFunction", Fault::Deny("lambda:InvokeFunction".to_owned())),
            ("allow=s3:*", Fault::Allow("s3:*".to_owned())),
            ("key-disabled", Fault::KeyDisabled(true)),
            ("key-disabled=false", Fault::KeyDisabled(false)),
        ] {
            assert_eq!(text.parse(), Ok(fault), "{text}");
        }
        for (text, why) in [
            ("refuse", "refuse takes a share from 0 to 1, such as refuse=0.1"),
            ("refuse=1.5", "refuse takes a share"),
            ("refuse=NaN", "refuse takes a share"),
            ("slow-invoke=1h", "slow-invoke takes a duration of up to 15 minutes"),
            ("deny=everything", "deny takes an action of IAM"),
            ("key-disabled=maybe", "key-disabled takes true or false"),
            ("boom", "unknown fault; there are refuse, throttle-put,"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn each_example_is_a_fault() {
        let names: Vec<_> = Fault::names().collect();
        let examples: Vec<_> = Fault::examples().collect();
        assert_eq!(examples.len(), names.len());
        for (example, name) in examples.iter().zip(names) {
            assert!(example.parse::<Fault>().is_ok() && example.starts_with(name), "{example}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_as_often_as_asked() {
        let run = || {
            let mut faults = Faults::new(7);
            faults.set(Fault::Often(Chance::Refuse, 0.3)).unwrap();
            (0..1000).map(|_| faults.happens(Chance::Refuse)).collect::<Vec<_>>()
        };
        let count = run().into_iter().filter(|happens| *happens).count();
        assert_eq!(run(), run());
        assert!((250..350).contains(&count), "{count}");
    }

    #[test]
    fn faults_change_while_they_are_used() {
        let mut faults = Faults::new(0);
        assert!(!faults.happens(Chance::Write) && !faults.denies("s3:PutObject"));
        for fault in ["write=1", "deny=s3:Put*", "late-logs=5s", "key-disabled"] {
            faults.set(fault.parse().unwrap()).unwrap();
        }
        assert!(faults.happens(Chance::Write) && faults.denies("s3:putobject"));
        assert!(faults.is_key_disabled() && !faults.denies("s3:GetObject"));
        assert_eq!(faults.delay(Delay::LateLogs), Duration::from_secs(5));
        for fault in ["write=0", "allow=s3:Put*", "late-logs=0s"] {
            faults.set(fault.parse().unwrap()).unwrap();
        }
        assert!(!faults.happens(Chance::Write) && !faults.denies("s3:PutObject"));
        assert_eq!(faults.delay(Delay::LateLogs), Duration::ZERO);
    }

    #[test]
    fn an_action_is_denied_until_it_is_allowed_and_the_rest_stays() {
        let mut faults = Faults::new(0);
        let denied =
            |faults: &Faults| ["s3:PutObject", "s3:GetObject"].map(|action| faults.denies(action));
        for (fault, expected) in [
            ("deny=s3:*", [true, true]),
            ("allow=S3:PutObject", [false, true]),
            ("deny=s3:put*", [true, true]),
            ("allow=s3:Put*", [false, true]),
            ("allow=s3:*", [false, false]),
            ("deny=s3:PutObject", [true, false]),
            ("allow=s3:*", [false, false]),
        ] {
            faults.set(fault.parse().unwrap()).unwrap();
            assert_eq!(denied(&faults), expected, "{fault}");
        }
    }
}
