//! One of several parts of the objects, by their keys.

use std::fmt;
use std::str::FromStr;

/// Most parts.
const MAX_SHARDS: u32 = 10_000;

/// Part `number` of `count`, from 1. The parts have no object in common, and all of
/// them together have all; each is about as large as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    pub number: u32,
    /// How many there are.
    pub count: u32,
}

impl Shard {
    /// Part `number` of `count`, if there is one.
    pub fn new(number: u32, count: u32) -> Option<Self> {
        let is_there = (1..=count).contains(&number) && count <= MAX_SHARDS;
        is_there.then_some(Self { number, count })
    }

    /// True if the object with this key belongs to it. The rule must stay as it is:
    /// parts may be read by different versions of this program.
    pub fn has(self, key: &str) -> bool {
        mix(hash(key.as_bytes())) % u64::from(self.count) == u64::from(self.number - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let shard = numbers
            .and_then(|(number, count)| Self::new(number.parse().ok()?, count.parse().ok()?));
        shard.ok_or_else(|| {
            format!("`{text}` is not a valid shard; use I/N, e.g. 3/8, from 1/N to N/N, N at most 10,000")
        })
    }
}

/// FNV-1a, 64 bits.
pub(super) fn hash(text: &[u8]) -> u64 {
    text.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The end of `SplitMix64`: numbers that differ a little come far apart.
pub(super) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_is_in_one_part_and_the_parts_are_about_alike() {
        let shards = (1..=7).map(|number| Shard { number, count: 7 });
        let shards: Vec<_> = shards.collect();
        let mut sizes = [0; 7];
        for second in 0..7000 {
            let key = format!("failed/2026/11/22/10/orders-1-2026-11-22-10-00-{second:02}");
            let of = |(_, shard): &(usize, &Shard)| shard.has(&key);
            let found: Vec<_> = shards.iter().enumerate().filter(of).collect();
            assert_eq!(found.len(), 1, "{key}");
            sizes[found[0].0] += 1;
        }
        assert!(sizes.iter().all(|size| (850..1150).contains(size)), "{sizes:?}");
    }

    #[test]
    fn the_rule_stays_as_it_is() {
        let shard =
            |key: &str| (1..=1000).find(|number| Shard { number: *number, count: 1000 }.has(key));
        assert_eq!(["", "a", "failed/é"].map(shard), [Some(204), Some(737), Some(240)]);
    }

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!("3/8".parse(), Ok(Shard { number: 3, count: 8 }));
        for text in ["", "3", "0/8", "9/8", "3/0", "-1/8", "1/10001", "a/b", "1/8/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
