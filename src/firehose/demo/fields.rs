//! Made-up values for the fields of payloads.

use fake::Fake as _;
use fake::faker::internet::en::{IPv4, UserAgent, Username};
use fake::faker::lorem::en::Sentence;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// Decides by chance, the same for the same seed.
#[derive(Debug)]
pub struct HostileRng(ChaCha8Rng);

impl HostileRng {
    /// All that is random comes from `seed`.
    pub fn new(seed: u64) -> Self {
        // Not the numbers that payloads of this seed are made of.
        Self(ChaCha8Rng::seed_from_u64(!seed))
    }

    /// One of these with the probability `share`, else nothing.
    pub fn pick<'a, T>(&mut self, share: f64, choices: &'a [T]) -> Option<&'a T> {
        if self.0.random::<f64>() >= share || choices.is_empty() {
            return None;
        }
        choices.get(self.0.random_range(0..choices.len()))
    }
}

/// The one source of everything random in payloads.
#[derive(Debug)]
pub(crate) struct RandomFields {
    rng: ChaCha8Rng,
}

impl RandomFields {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.rng.random_range(0..end.max(1))
    }

    /// A number from `first` to `last`.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        self.rng.random_range(first..=last)
    }

    /// One of these.
    pub(crate) fn pick<T: Copy + Default, const N: usize>(&mut self, choices: &[T; N]) -> T {
        choices.get(self.rng.random_range(0..N)).copied().unwrap_or_default()
    }

    /// Hexadecimal digits in lower case.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(b"0123456789abcdef"))).collect()
    }

    /// Decimal digits; the first is not 0.
    pub(crate) fn digits(&mut self, length: usize) -> String {
        let mut digits = char::from(self.pick(b"123456789")).to_string();
        digits.extend((1..length).map(|_| char::from(self.pick(b"0123456789"))));
        digits
    }

    /// Letters of both cases and digits.
    pub(crate) fn alphanumeric(&mut self, length: usize) -> String {
        const ALL: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(self.pick(ALL))).collect()
    }

    /// A seed for something else.
    pub(crate) fn seed(&mut self) -> u64 {
        self.rng.random()
    }

    /// A random UUID (RFC 9562, version 4).
    pub(crate) fn uuid(&mut self) -> String {
        let variant = char::from(self.pick(b"89ab"));
        format!(
            "{}-{}-4{}-{variant}{}-{}",
            self.hex(8),
            self.hex(4),
            self.hex(3),
            self.hex(3),
            self.hex(12)
        )
    }

    pub(crate) fn ipv4(&mut self) -> String {
        IPv4().fake_with_rng(&mut self.rng)
    }

    pub(crate) fn user_agent(&mut self) -> String {
        let agent: &str = UserAgent().fake_with_rng(&mut self.rng);
        agent.to_owned()
    }

    /// A name that is safe in JSON, paths and mail addresses.
    pub(crate) fn user(&mut self) -> String {
        let name: String = Username().fake_with_rng(&mut self.rng);
        name.to_ascii_lowercase()
    }

    /// A sentence of made-up Latin, safe in JSON.
    pub(crate) fn sentence(&mut self) -> String {
        Sentence(4..9).fake_with_rng(&mut self.rng)
    }

    pub(crate) fn path(&mut self) -> &'static str {
        self.pick(&["/", "/orders", "/orders/1041", "/cart", "/login", "/health", "/static/app.js"])
    }

    pub(crate) fn status(&mut self) -> u16 {
        self.pick(&[200, 200, 200, 200, 201, 204, 301, 304, 400, 403, 404, 500, 503])
    }
}
