//! What to do where S3 asks to slow down (503 `SlowDown`): fewer requests in flight,
//! and the refused ones again after a growing wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::window::Window;

/// How long a refused request waits at first, then twice as long each time, up to
/// this. Less by up to half at random, so that not all come back at once.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// A request is given up only after it was refused this often and for this long.
const TRIES: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(90);

/// After this long with refusals, the user is told.
const SILENCE: Duration = Duration::from_secs(3);

/// Most lists in flight.
pub(super) const LISTS: usize = 32;

/// The requests to S3 of one reading.
#[derive(Debug)]
pub(super) struct Throttle {
    pub(super) gets: Arc<Gate>,
    pub(super) lists: Arc<Gate>,
    slow: Arc<Slow>,
}

impl Throttle {
    /// With at most `connections` objects in flight.
    pub(super) fn new(connections: usize) -> Self {
        let slow = Arc::new(Slow::default());
        Self {
            gets: Gate::new(Window::new(connections), &slow),
            lists: Gate::new(Window::from(LISTS, LISTS), &slow),
            slow,
        }
    }

    /// Waits until S3 has asked to slow down for a while; once.
    pub(super) async fn slowed_down(&self) {
        self.slow.is_long.notified().await;
    }
}

/// How long S3 has asked to slow down.
#[derive(Debug, Default)]
struct Slow {
    since: Mutex<Since>,
    is_long: Notify,
}

#[derive(Debug, Default)]
struct Since {
    /// The first refusal after a while without any, and the last.
    refusals: Option<(Instant, Instant)>,
    was_told: bool,
}

impl Slow {
    fn refused(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let recent = since.refusals.filter(|(_, last)| now.duration_since(*last) < SILENCE);
        let first = recent.map_or(now, |(first, _)| first);
        since.refusals = Some((first, now));
        if !since.was_told && now.duration_since(first) >= SILENCE {
            since.was_told = true;
            self.is_long.notify_one();
        }
    }
}

/// Requests of one kind: as many in flight as the window has room for.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    room: Notify,
    slow: Arc<Slow>,
}

#[derive(Debug)]
struct State {
    window: Window,
    in_flight: usize,
    /// The oldest goes first: what comes after it waits for it to be handed over.
    waiting: BTreeMap<(u64, u64), oneshot::Sender<Permit>>,
    arrivals: u64,
}

/// A request in flight.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    number: u64,
}

impl Gate {
    fn new(window: Window, slow: &Arc<Slow>) -> Arc<Self> {
        let (in_flight, waiting, arrivals) = (0, BTreeMap::new(), 0);
        let state = Mutex::new(State { window, in_flight, waiting, arrivals });
        Arc::new(Self { state, room: Notify::new(), slow: Arc::clone(slow) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request, if there is room for one and none that came before waits.
    pub(super) fn try_enter(self: &Arc<Self>) -> Option<Permit> {
        let mut state = self.state();
        (state.waiting.is_empty() && state.in_flight < state.window.size())
            .then(|| self.permit(&mut state))
    }

    /// Waits for room; `age` is the number of the request that this is asked for again
    /// for, if it is.
    pub(super) async fn enter(self: &Arc<Self>, age: Option<u64>) -> Permit {
        loop {
            if let Some(permit) = self.try_enter() {
                return permit;
            }
            let (turn, permit) = oneshot::channel();
            {
                let mut state = self.state();
                state.arrivals += 1;
                let place = (age.unwrap_or(u64::MAX), state.arrivals);
                state.waiting.insert(place, turn);
            }
            // Room may have come in between.
            self.let_in();
            if let Ok(permit) = permit.await {
                return permit;
            }
        }
    }

    /// Waits until there may be room.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    fn permit(self: &Arc<Self>, state: &mut State) -> Permit {
        state.in_flight += 1;
        Permit { gate: Arc::clone(self), number: state.window.ask() }
    }

    /// Lets in who waits, as far as there is room.
    fn let_in(self: &Arc<Self>) {
        let mut let_in = Vec::new();
        let mut state = self.state();
        while state.in_flight < state.window.size()
            && let Some((_, turn)) = state.waiting.pop_first()
        {
            let_in.push((turn, self.permit(&mut state)));
        }
        if state.in_flight < state.window.size() {
            self.room.notify_one();
        }
        drop(state);
        for (turn, permit) in let_in {
            // Who waits no longer gives it back.
            let _gone = turn.send(permit);
        }
    }
}

impl Permit {
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// S3 has answered, whatever it was. The request is in flight until this is
    /// dropped.
    pub(super) fn answered(&self) {
        self.gate.state().window.answered(self.number);
        self.gate.let_in();
    }

    /// S3 has asked to slow down.
    pub(super) fn refused(self) {
        self.gate.slow.refused();
        self.gate.state().window.refused(self.number);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.state().in_flight -= 1;
        self.gate.let_in();
    }
}

/// How long a request that S3 refuses is asked for again.
#[derive(Debug, Default)]
pub(super) struct Patience {
    since: Option<Instant>,
    refusals: u32,
}

impl Patience {
    /// How long to wait after one more refusal; `None` if it was the last.
    pub(super) fn wait(&mut self) -> Option<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let longest = FIRST_WAIT * 2_u32.saturating_pow(self.refusals.min(10));
        self.refusals += 1;
        let is_over = self.refusals >= TRIES && since.elapsed() >= PATIENCE;
        (!is_over).then(|| longest.min(LONGEST_WAIT).mul_f64(1.0 - fastrand::f64() / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_request_waits_longer_each_time() {
        let mut patience = Patience::default();
        let waits: Vec<_> = (0..8).map_while(|_| patience.wait()).collect();
        for (number, wait) in waits.iter().enumerate() {
            let most = (FIRST_WAIT * 2_u32.pow(u32::try_from(number).unwrap())).min(LONGEST_WAIT);
            assert!((most / 2..=most).contains(wait), "{waits:?}");
        }
        assert_eq!(waits.len(), 8);
    }

    #[test]
    fn it_is_given_up_after_a_long_time_and_many_refusals() {
        let long_ago = Instant::now().checked_sub(PATIENCE);
        let mut patience = Patience { since: long_ago, refusals: 0 };
        let waits = (0..100).map_while(|_| patience.wait()).count();
        assert_eq!(waits, 9);
        let mut patience = Patience::default();
        assert_eq!((0..100).map_while(|_| patience.wait()).count(), 100);
    }

    #[test]
    fn what_waits_holds_no_place_and_the_oldest_goes_first() {
        let gate = Gate::new(Window::from(1, 1), &Arc::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let order = runtime.block_on(async {
            let first = gate.try_enter().unwrap();
            assert!(gate.try_enter().is_none(), "one in flight");
            let order = Arc::new(Mutex::new(Vec::new()));
            let mut waiting = tokio::task::JoinSet::new();
            for age in [7, 3, 5] {
                let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
                waiting.spawn(async move {
                    let _permit = gate.enter(Some(age)).await;
                    order.lock().unwrap().push(age);
                    // As long as a request takes.
                    tokio::task::yield_now().await;
                });
            }
            tokio::task::yield_now().await;
            // One that is no longer waited for hands its place on.
            let gone = tokio::time::timeout(Duration::ZERO, gate.enter(Some(0))).await;
            assert!(gone.is_err());
            first.refused();
            while waiting.join_next().await.is_some() {}
            assert!(gate.try_enter().is_some());
            Arc::into_inner(order).unwrap().into_inner().unwrap()
        });
        assert_eq!(order, [3, 5, 7]);
    }
}
