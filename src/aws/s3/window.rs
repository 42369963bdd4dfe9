//! How many requests are in flight at a time.

/// At first: whoever wants a few objects waits for a few.
const FIRST: usize = 4;

/// Most of them.
pub(super) const MOST: usize = 256;

/// After this many rounds with refusals, half as many again are asked for once, to
/// find out whether S3 takes more by now.
const PROBE_EVERY: u32 = 4;

/// Up to this size, chance decides how much of a round is refused: it is left quickly.
const SMALL: usize = 8;

/// The limit grows again after this many rounds without refusals.
const HOLD: usize = 24;

/// The limit of requests in flight.
///
/// It doubles each round trip until S3 asks to slow down; what was asked for
/// before a change of the limit says nothing about the new one and is not counted.
/// Where S3 refuses all of a round, nothing is asked for a while, and then one request
/// finds out whether it answers again. Where it refuses most, the limit is halved. From
/// either it grows quickly up to three quarters of what was refused first, then after a
/// while again, slowly at first, like TCP's (CUBIC, RFC 9438). Where it refuses less, the limit becomes what S3
/// has answered in a round: that is all it takes, if it counts requests. If it refuses
/// some at random, fewer requests would only get fewer answers, which halving at each
/// refusal cannot tell apart.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    /// Number of the next request.
    next: u64,
    phase: Phase,
    round: Round,
    /// Rounds in a row without any answer but to slow down.
    lost: u32,
}

#[derive(Debug)]
enum Phase {
    /// Twice as many each round trip, up to a limit and while that brings more answers
    /// than the last.
    Rising { answered: usize, to: usize },
    /// Most of the last round was refused; how far to rise once that ends.
    Falling { to: usize },
    /// About as many as S3 answers: most answers of a round, and the rounds with
    /// refusals since that was measured, and those without since the last refusal.
    Steady { best: usize, rounds: u32, clean: usize },
}

/// What came of the requests from one number on, as many as were in flight.
#[derive(Debug)]
struct Round {
    from: u64,
    size: usize,
    answered: usize,
    refused: usize,
}

impl Round {
    const fn new(from: u64, size: usize) -> Self {
        Self { from, size, answered: 0, refused: 0 }
    }
}

impl Window {
    /// With at most `most` in flight, and fewer at first.
    pub(super) fn new(most: usize) -> Self {
        Self::from(FIRST, most.min(MOST))
    }

    /// The same, with `first` at first.
    pub(super) fn from(first: usize, most: usize) -> Self {
        let most = most.max(1);
        let size = first.clamp(1, most);
        let phase = Phase::Rising { answered: 0, to: most };
        Self { size, most, next: 0, phase, round: Round::new(0, size), lost: 0 }
    }

    /// How many may be in flight.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// The number of a new request.
    pub(super) const fn ask(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// S3 has answered request `number`.
    pub(super) fn answered(&mut self, number: u64) {
        if number < self.round.from {
            return;
        }
        self.round.answered += 1;
        self.lost = 0;
        if self.round.refused == 0
            && let Phase::Rising { to, .. } | Phase::Falling { to } = self.phase
            && self.size < to
        {
            self.size += 1;
        }
        self.end_round();
    }

    /// S3 has asked to slow down in its answer to request `number`. If that is all it has
    /// said in a round, nothing should be asked for a while: how many rounds in a row.
    pub(super) fn refused(&mut self, number: u64) -> Option<u32> {
        if number < self.round.from {
            return None;
        }
        self.round.refused += 1;
        let lost = self.lost;
        self.end_round();
        (self.lost > lost).then_some(self.lost)
    }

    /// Sets the limit if the round is over, or is known to have been too much.
    fn end_round(&mut self) {
        let Round { size, answered, refused, from } = self.round;
        let is_too_much = refused * 2 > size;
        if !is_too_much && answered + refused < size {
            return;
        }
        if refused == 0 {
            match &mut self.phase {
                Phase::Rising { to, .. } | Phase::Falling { to } if self.size < *to => {
                    self.phase = Phase::Rising { answered, to: *to };
                }
                Phase::Rising { .. } | Phase::Falling { .. } => {
                    self.phase = Phase::Steady { best: answered, rounds: 0, clean: 0 };
                }
                Phase::Steady { best, clean, .. } => {
                    *best = answered.max(*best);
                    *clean += 1;
                    let is_small = self.size < SMALL;
                    self.size += usize::from(is_small) + clean.saturating_sub(HOLD) / 4;
                }
            }
            self.size = self.size.min(self.most);
            self.round = Round::new(from, self.size);
            return;
        }
        let half = size / 2;
        self.lost += u32::from(is_too_much && answered == 0);
        let fewer = if self.lost > 0 { 1 } else { half };
        self.size = match &mut self.phase {
            Phase::Falling { .. } if is_too_much => fewer,
            phase if is_too_much => {
                *phase = Phase::Falling { to: SMALL.min(self.most).max(half + size / 4) };
                fewer
            }
            Phase::Rising { answered: last, to } if size < SMALL || answered * 4 >= *last * 5 => {
                *last = answered;
                size.max(*to).min(size * 2)
            }
            phase @ (Phase::Rising { .. } | Phase::Falling { .. }) => {
                *phase = Phase::Steady { best: answered, rounds: 0, clean: 0 };
                answered.max(half)
            }
            Phase::Steady { best, rounds, clean } => {
                *clean = 0;
                *best = answered.max(*best);
                *rounds += 1;
                if *rounds == PROBE_EVERY {
                    (*best, *rounds) = (0, 0);
                    size + half
                } else {
                    half.max(*best).max(size.min(SMALL))
                }
            }
        };
        self.size = self.size.clamp(1, self.most);
        self.round = Round::new(self.next, self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Round trips with a server that answers the requests of each that `takes` says,
    /// by their place; returns the limit before each of them, and how many were
    /// refused.
    fn rounds(
        window: &mut Window,
        rounds: usize,
        mut takes: impl FnMut(usize) -> bool,
    ) -> (Vec<usize>, usize) {
        let (mut sizes, mut refused) = (Vec::new(), 0);
        for _ in 0..rounds {
            let size = window.size();
            sizes.push(size);
            let numbers: Vec<u64> = (0..size).map(|_| window.ask()).collect();
            for (place, number) in numbers.into_iter().enumerate() {
                if takes(place) {
                    window.answered(number);
                } else {
                    refused += 1;
                    window.refused(number);
                }
            }
        }
        (sizes, refused)
    }

    #[test]
    fn it_doubles_each_round_trip_up_to_the_most() {
        let (sizes, _) = rounds(&mut Window::new(MOST), 8, |_| true);
        assert_eq!(sizes, [4, 8, 16, 32, 64, 128, 256, 256]);
        assert_eq!(rounds(&mut Window::new(10), 3, |_| true).0, [4, 8, 10]);
    }

    #[test]
    fn it_stays_at_what_s3_takes_and_is_seldom_refused() {
        let mut window = Window::new(MOST);
        rounds(&mut window, 16, |place| place < 40);
        let (sizes, refused) = rounds(&mut window, 200, |place| place < 40);
        assert!(sizes.iter().all(|size| (38..=64).contains(size)), "{sizes:?}");
        let asked: usize = sizes.iter().sum();
        assert!(refused * 100 < asked * 5, "{refused} of {asked}");
        let (sizes, _) = rounds(&mut window, 50, |place| place < 10);
        assert!(sizes.last() < Some(&17), "{sizes:?}");
        let (sizes, _) = rounds(&mut window, 80, |_| true);
        assert_eq!(sizes.last(), Some(&MOST), "{sizes:?}");
    }

    #[test]
    fn refusals_at_random_do_not_slow_it_down() {
        for seed in 0..50 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut window = Window::new(MOST);
            let (sizes, _) = rounds(&mut window, 400, |_| random.u8(..100) >= 20);
            let sum: usize = sizes.iter().sum();
            assert!(sum > 400 * MOST / 3, "{sizes:?}");
        }
    }

    #[test]
    fn it_halves_once_a_round_trip_while_most_is_refused() {
        let mut window = Window::new(MOST);
        rounds(&mut window, 8, |_| true);
        let (sizes, _) = rounds(&mut window, 7, |place| place == 0);
        assert_eq!(sizes, [256, 128, 64, 32, 16, 8, 4]);
    }

    #[test]
    fn it_asks_for_one_while_all_is_refused_and_comes_back_quickly() {
        let mut window = Window::new(MOST);
        rounds(&mut window, 8, |_| true);
        let (sizes, _) = rounds(&mut window, 3, |_| false);
        assert_eq!(sizes, [256, 1, 1]);
        let number = window.ask();
        assert_eq!(window.refused(number), Some(4), "rounds in a row");
        assert_eq!(rounds(&mut window, 50, |_| false).0.last(), Some(&1), "it never stops asking");
        let (sizes, _) = rounds(&mut window, 9, |_| true);
        assert_eq!(sizes, [1, 2, 4, 8, 16, 32, 64, 128, 192]);
        assert_eq!(rounds(&mut window, 60, |_| true).0.last(), Some(&MOST));
    }

    #[test]
    fn it_stays_below_what_makes_s3_refuse_all() {
        let mut window = Window::new(MOST);
        let (mut asked, mut refused) = (0, 0);
        let mut sizes = Vec::new();
        for round in 0..300 {
            let takes = window.size() <= 40;
            let (size, more) = rounds(&mut window, 1, |_| takes);
            if round >= 20 {
                asked += size[0];
                refused += more;
                sizes.extend(size);
            }
        }
        assert!(sizes.iter().all(|size| *size <= 44), "{sizes:?}");
        assert!(asked > 280 * 25, "{sizes:?}");
        assert!(refused * 100 < asked * 5, "{refused} of {asked}");
    }
}
