//! Questions that are asked at the same time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use firehose::diagnosis::Facts;

/// Most calls at a time.
const IN_FLIGHT: usize = 12;

/// Puts an answer among the facts.
pub(super) type Answer = Box<dyn FnOnce(&mut Facts)>;

/// A question that is being asked.
type Asked<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

/// Questions that do not depend on each other.
#[derive(Default)]
pub(super) struct Wave<'a>(Vec<Asked<'a>>);

impl<'a> Wave<'a> {
    /// Adds a question; `put` takes its answer.
    pub(super) fn ask<T: 'static>(
        &mut self,
        question: impl Future<Output = T> + 'a,
        put: impl FnOnce(&mut Facts, T) + 'static,
    ) {
        self.0.push(Box::pin(async move {
            let answer = question.await;
            let answer: Answer = Box::new(move |facts: &mut Facts| put(facts, answer));
            answer
        }));
    }

    /// Asks all.
    pub(super) async fn answers(self) -> Vec<Answer> {
        Self::all(self.0).await
    }
}

impl Wave<'_> {
    /// What these futures give, in their order: at most [`IN_FLIGHT`] run at a time.
    pub(super) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
        run_all(IN_FLIGHT, futures).await
    }
}

/// What these futures give, in their order: at most `limit` run at a time.
pub async fn run_all<F: Future>(
    limit: usize,
    futures: impl IntoIterator<Item = F>,
) -> Vec<F::Output> {
    let mut waiting = futures.into_iter().enumerate();
    let mut running = Vec::new();
    let mut done = Vec::new();
    poll_fn(|context| {
        let mut at = 0;
        loop {
            if running.len() < limit
                && let Some((index, next)) = waiting.next()
            {
                running.push((index, Box::pin(next)));
            }
            let Some((index, future)) = running.get_mut(at) else { break };
            match future.as_mut().poll(context) {
                Poll::Ready(output) => {
                    done.push((*index, output));
                    running.swap_remove(at);
                }
                Poll::Pending => at += 1,
            }
        }
        if running.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::aws::block_on;

    #[test]
    fn questions_are_asked_at_the_same_time_and_answered_in_order() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let future = |number: usize| {
            let (running, most) = (&running, &most);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                for _ in 0..=(number % 3) {
                    tokio::task::yield_now().await;
                }
                running.set(running.get() - 1);
                number
            }
        };
        let found = block_on(async { Ok(Wave::all((0..40).map(future)).await) }).unwrap();
        assert_eq!(found, (0..40).collect::<Vec<_>>());
        assert_eq!((running.get(), most.get()), (0, IN_FLIGHT));
    }
}
