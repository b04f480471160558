//! Detects an iteration that would never end.

use std::hash::{BuildHasher, RandomState};

use super::cycle_detector::{CycleDetector, KEPT_COUNT};

/// The number of consecutive pages without new rows that is an error: pages that are empty, or have the same ids in the
/// same order as an earlier page. [`CycleDetector`] keeps as many hashes, so that it detects this many pages of any cycle.
///
/// Fewer are not an error, as edits can repeat a page of n rows: if the service counts the rows before a page, n rows that
/// move to the front meanwhile shift the next page to the same rows (a single row does if n is 1). But while fewer rows
/// move to the front than are requested, the iteration reaches a row that it has not returned before, and a page with such
/// a row repeats no other. If a cursor is a position in the order of the list instead, edits repeat no page at all.
const MAX_PAGES_WITHOUT_NEW_ROWS: usize = KEPT_COUNT;

/// The cursors and pages that an iteration has returned, as 64-bit hashes. Two cursors of an iteration of 10,000 pages
/// collide once in 10^11 iterations; a false error about pages requires 100 consecutive collisions.
#[derive(Debug, Default)]
pub(super) struct Progress {
    cursors: CycleDetector,
    cursor_hasher: RandomState,
    pages: CycleDetector,
    pages_without_new_rows: usize,
}

impl Progress {
    /// An iteration that starts at `cursor`.
    pub(super) fn starting_at(cursor: Option<&str>) -> Self {
        let mut progress = Self::default();
        if let Some(cursor) = cursor {
            progress.is_new_cursor(cursor);
        }
        progress
    }

    /// Adds a page of `count` rows and the cursor of the next page. The error is the reason why the iteration would never
    /// end.
    pub(super) fn add(&mut self, count: usize, ids_hash: u64, next_cursor: &str) -> Result<(), &'static str> {
        let has_new_rows = self.pages.insert(ids_hash) && count > 0;
        self.pages_without_new_rows = if has_new_rows { 0 } else { self.pages_without_new_rows + 1 };
        if !self.is_new_cursor(next_cursor) {
            return Err("the service returned a cursor that it had returned before: the iteration would never end");
        }
        if self.pages_without_new_rows >= MAX_PAGES_WITHOUT_NEW_ROWS {
            return Err("the service returned 100 consecutive pages without new rows: the iteration would never end");
        }
        Ok(())
    }

    fn is_new_cursor(&mut self, cursor: &str) -> bool {
        self.cursors.insert(self.cursor_hasher.hash_one(cursor))
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasherDefault, DefaultHasher};

    use super::*;
    use crate::random::Random;

    /// Adds pages of these ids, each with a new cursor, until the iteration fails; returns their number.
    fn pages_until_failure(pages: impl IntoIterator<Item = Vec<usize>>) -> Option<usize> {
        let mut progress = Progress::default();
        for (number, ids) in pages.into_iter().enumerate() {
            let result = progress.add(ids.len(), hash(&ids), &format!("c{number}"));
            if let Err(reason) = result {
                assert!(reason.contains("100 consecutive pages without new rows"), "{reason}");
                return Some(number + 1);
            }
        }
        None
    }

    fn hash(ids: &[usize]) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(ids)
    }

    #[test]
    fn endless_pages_fail() {
        let forever = |pages: Vec<Vec<usize>>| pages_until_failure(pages.into_iter().cycle().take(1_000));
        assert_eq!(forever(vec![vec![]]), Some(100));
        assert_eq!(forever(vec![vec![1, 2]]), Some(101));
        assert_eq!(forever(vec![vec![1], vec![], vec![2]]), Some(103));
    }

    #[test]
    fn new_row_within_100_pages_resets_the_count() {
        let mut pages = vec![vec![1]; 100];
        pages.push(vec![2]);
        pages.extend(vec![vec![]; 99]);
        assert_eq!(pages_until_failure(pages.clone()), None);
        pages.push(vec![1]);
        assert_eq!(pages_until_failure(pages), Some(201));
    }

    /// A service that starts the list again and again, with any number of rows and of rows per page.
    #[test]
    fn list_that_starts_again_fails() {
        let mut random = Random::new(16);
        for _ in 0..50 {
            let (rows, per_page) = (1 + random.below(2_000), 1 + random.below(50));
            // Then the pages have the same boundaries again.
            let period = (1..).find(|pages| pages * per_page % rows == 0).expect("at most one page per row");
            let pages = (0..).map(|page| (page * per_page..(page + 1) * per_page).map(|row| row % rows).collect());
            assert_eq!(pages_until_failure(pages), Some(period + 100), "{rows} rows, {per_page} per page");
        }
    }

    /// A list under edits: the rows in the order of the service, last update first.
    struct EditedList {
        rows: Vec<usize>,
        next_row: usize,
        random: Random,
    }

    impl EditedList {
        fn new(count: usize, seed: u64) -> Self {
            Self { rows: (0..count).collect(), next_row: count, random: Random::new(seed) }
        }

        /// Updates, adds or deletes a row.
        fn edit(&mut self) {
            let row = match self.random.below(4) {
                0 => self.next_row,
                _ if self.rows.is_empty() => return,
                _ => {
                    let index = self.random.below(self.rows.len());
                    self.rows.remove(index)
                }
            };
            match self.random.below(8) {
                0 if row != self.next_row => {}
                _ => self.rows.insert(0, row),
            }
            self.next_row += usize::from(row == self.next_row);
        }
    }

    /// The service counts rows, so that each edit shifts the pages. There are fewer edits than rows are requested, some of
    /// them in bursts.
    #[test]
    fn list_under_edits_is_read_to_its_end_if_rows_are_counted() {
        let mut repeated_pages = 0;
        for seed in 1..=150 {
            let mut list = EditedList::new(20 + 6 * seed as usize, seed);
            let per_page = 1 + list.random.below(if seed % 2 == 0 { 3 } else { 50 });
            let mut pages: Vec<Vec<usize>> = Vec::new();
            let mut budget = 0;
            while let Some(rows) = list.rows.get(pages.len() * per_page..).filter(|rows| !rows.is_empty()) {
                let page = rows[..per_page.min(rows.len())].to_vec();
                repeated_pages += usize::from(pages.last() == Some(&page));
                pages.push(page);
                budget += per_page;
                // On average, nine edits for ten rows: at most 90 pages of rows at once.
                if pages.len() % 100 == 0 {
                    budget = 0;
                }
                let edits = match list.random.below(10) {
                    0 => budget * 9 / 10,
                    _ => list.random.below(per_page + 1).min(budget * 9 / 10),
                };
                budget -= edits;
                (0..edits).for_each(|_| list.edit());
            }
            assert_eq!(pages_until_failure(pages), None, "seed {seed}, {per_page} rows per page");
        }
        assert!(repeated_pages > 100, "{repeated_pages}: the model should repeat pages");
    }

    /// A cursor is a position in the order of the list: there may be any number of edits.
    #[test]
    fn list_under_edits_is_read_to_its_end_if_cursors_are_positions() {
        for seed in 1..=50 {
            let mut random = Random::new(seed);
            let (count, per_page) = (50 + 5 * seed as usize, 1 + random.below(50));
            // The time of the last update of each row.
            let mut updates: Vec<usize> = (0..count).collect();
            let (mut now, mut position) = (count, usize::MAX);
            let mut pages = Vec::new();
            loop {
                let mut after: Vec<(usize, usize)> = updates.iter().copied().zip(0..).collect();
                after.retain(|(time, _)| *time < position);
                after.sort_unstable_by(|one, other| other.cmp(one));
                after.truncate(per_page);
                let Some((last, _)) = after.last() else { break };
                position = *last;
                pages.push(after.into_iter().map(|(_, row)| row).collect());
                for _ in 0..random.below(3 * per_page) {
                    let row = random.below(count);
                    now += 1;
                    updates[row] = now;
                }
            }
            assert_eq!(pages_until_failure(pages), None, "seed {seed}, {per_page} rows per page");
        }
    }
}
