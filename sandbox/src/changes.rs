//! Changes that happen while the sandbox runs: scheduled before certain requests, or random.

use crate::random::Random;

/// A change of the list that the sandbox makes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Creates a connector.
    Create,
    /// Updates the connector with this id: its description and `updated_at` change.
    Update(u64),
    /// Deletes the connector with this id, whatever its state.
    Delete(u64),
}

/// Selects the changes to make before each list request.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Each with the number of the list request it precedes, counted from 1.
    pub(crate) scheduled: Vec<(u64, Change)>,
    /// The average number of random changes per list request.
    pub(crate) churn: f64,
    pub(crate) list_requests: u64,
}

impl Changes {
    /// Counts a list request, and returns the changes scheduled before it.
    pub(crate) fn before_request(&mut self) -> Vec<Change> {
        self.list_requests += 1;
        let due = self.scheduled.iter().filter(|(request, _)| *request == self.list_requests);
        due.map(|(_, change)| *change).collect()
    }

    /// The number of random changes before a request: `churn` on average.
    pub(crate) fn random_count(&self, random: &mut Random) -> usize {
        (self.churn + random.fraction()) as usize
    }

    /// A random change: of ten, two create, one deletes and seven update a connector. `id_at` returns the id at an
    /// index below `count`.
    pub(crate) fn random(random: &mut Random, count: usize, id_at: impl Fn(usize) -> Option<u64>) -> Change {
        let kind = random.below(10);
        let id = id_at(random.below(count));
        match (kind, id) {
            (0 | 1, _) | (_, None) => Change::Create,
            (2, Some(id)) => Change::Delete(id),
            (_, Some(id)) => Change::Update(id),
        }
    }
}
