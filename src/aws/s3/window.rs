//! How many objects are asked for at a time.

/// At first: whoever wants a few waits for a few.
const FIRST: usize = 4;

/// Most of them.
pub(super) const MOST: usize = 256;

/// How many objects are asked for at a time: one more with each answer, so twice
/// as many after each round trip; half as many once S3 asks for fewer, and from
/// there on one more each round trip. TCP does the same (RFC 5681).
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    /// Up to this size it grows quickly.
    quickly_to: usize,
    /// Answers since it grew last, past that size.
    answers: usize,
    /// What was asked before this was asked too fast, which is known by now.
    halved_at: u64,
}

impl Window {
    /// With at most `most` at a time.
    pub(super) fn new(most: usize) -> Self {
        let most = most.clamp(1, MOST);
        Self { size: FIRST.min(most), most, quickly_to: most, answers: 0, halved_at: 0 }
    }

    /// How many may be asked for.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// S3 has answered request `number`, as it should.
    pub(super) fn answered(&mut self, number: u64) {
        if number < self.halved_at {
            return;
        }
        if self.size < self.quickly_to {
            self.size += 1;
            return;
        }
        self.answers += 1;
        if self.answers >= self.size {
            self.size = self.most.min(self.size + 1);
            self.answers = 0;
        }
    }

    /// S3 has asked to slow down in its answer to request `number`; `next` is the
    /// number of the next one.
    pub(super) fn throttled(&mut self, number: u64, next: u64) {
        if number < self.halved_at {
            return;
        }
        self.size = (self.size / 2).max(1);
        self.quickly_to = self.size;
        self.answers = 0;
        self.halved_at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Round trips with a server that answers this many requests of each; returns
    /// the size before each of them.
    fn rounds(window: &mut Window, number: &mut u64, capacity: usize, rounds: usize) -> Vec<usize> {
        let mut sizes = Vec::new();
        for _ in 0..rounds {
            let size = window.size();
            sizes.push(size);
            let next = *number + size as u64;
            for (index, asked) in (*number..next).enumerate() {
                if index < capacity {
                    window.answered(asked);
                } else {
                    window.throttled(asked, next);
                }
            }
            *number = next;
        }
        sizes
    }

    #[test]
    fn it_doubles_each_round_trip_up_to_the_most() {
        let sizes = rounds(&mut Window::new(MOST), &mut 0, usize::MAX, 8);
        assert_eq!(sizes, [4, 8, 16, 32, 64, 128, 256, 256]);
        assert_eq!(rounds(&mut Window::new(10), &mut 0, usize::MAX, 3), [4, 8, 10]);
    }

    #[test]
    fn it_halves_once_a_round_trip_and_grows_slowly_from_there() {
        let (mut window, mut number) = (Window::new(MOST), 0);
        let sizes = rounds(&mut window, &mut number, 100, 40);
        assert_eq!(sizes.get(..8), Some(&[4, 8, 16, 32, 64, 128, 114, 57][..]));
        let settled = sizes.get(10..).unwrap_or_default();
        assert!(settled.iter().all(|size| (45..=102).contains(size)), "{sizes:?}");
        let sizes = rounds(&mut window, &mut number, 0, 20);
        assert_eq!(sizes.last(), Some(&1), "it never stops asking");
        assert!(rounds(&mut window, &mut number, usize::MAX, 60).last() > Some(&40));
    }
}
