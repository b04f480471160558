//! A value for each process: a forked child starts with a new one, as a lock in its parent's may be locked.

use once_cell::race::OnceBox;

use crate::sys::process_generation;

/// A list of values: that of this process is the last one, after those of the processes it was forked from. The list
/// itself has no locks.
pub(crate) struct PerProcess<T> {
    first: OnceBox<Node<T>>,
}

struct Node<T> {
    generation: u32,
    value: T,
    next: OnceBox<Node<T>>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { first: OnceBox::new() }
    }

    /// The value of the current process. If several threads initialise it at the same time, one of the values is used
    /// and the others are dropped.
    pub(crate) fn get_or_init(&self, init: impl Fn() -> T) -> &T {
        let generation = process_generation();
        let mut next = &self.first;
        loop {
            let node = next.get_or_init(|| Box::new(Node { generation, value: init(), next: OnceBox::new() }));
            if node.generation == generation {
                return &node.value;
            }
            next = &node.next;
        }
    }
}
