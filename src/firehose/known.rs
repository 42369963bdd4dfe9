//! A fact that was asked for and may not be known.

/// What came of asking. A check that needs the fact tells these apart: only
/// [`Yes`](Self::Yes) and [`No`](Self::No) are knowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Yes(T),
    /// It does not exist.
    No,
    /// The caller may not ask.
    Denied {
        /// The right that is missing: `iam:GetRole`.
        right: &'static str,
    },
    /// The question failed: one sentence that says why.
    Failed(String),
    /// Nothing asked for it.
    NotAsked,
}

impl<T> Known<T> {
    /// The fact, if there is one.
    pub const fn yes(&self) -> Option<&T> {
        match self {
            Self::Yes(it) => Some(it),
            _ => None,
        }
    }

    /// True if the answer is known: it is there, or it is not.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Yes(_) | Self::No)
    }

    /// Why the fact is not known, as a clause; `None` if it is known, or does not exist.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Yes(_) | Self::No => None,
            Self::Denied { right } => Some(format!("{right} is not allowed")),
            Self::Failed(why) => Some(why.clone()),
            Self::NotAsked => Some("AWS was not asked".to_owned()),
        }
    }

    /// The same with another fact made of this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Known<U> {
        self.and_then(|it| Known::Yes(change(it)))
    }

    /// What `next` makes of the fact, if there is one.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Known<U>) -> Known<U> {
        match self {
            Self::Yes(it) => next(it),
            Self::No => Known::No,
            Self::Denied { right } => Known::Denied { right },
            Self::Failed(why) => Known::Failed(why),
            Self::NotAsked => Known::NotAsked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fact_is_changed() {
        assert_eq!(Known::Yes(1).map(|it| it + 1), Known::Yes(2));
        let denied: Known<u8> = Known::Denied { right: "iam:GetRole" };
        assert!(!denied.is_known() && denied.yes().is_none());
        assert_eq!(denied.why().unwrap(), "iam:GetRole is not allowed");
        assert_eq!((Known::Yes(1).why(), Known::<u8>::No.why()), (None, None));
        assert_eq!(denied.map(|it| it + 1), Known::Denied { right: "iam:GetRole" });
        assert_eq!(Known::<u8>::No.and_then(|_| Known::<u8>::NotAsked), Known::No);
    }
}
