//! An agent of ureq's for each process: a forked child gets its own, and leaves its parent's connections alone.

use std::sync::OnceLock;

use ureq::Agent;
use ureq::config::Config;

use super::connector::{NoResolver, Route, connector};
use super::sys::process_generation;
use crate::config::AccessToken;

/// The agents, the first process's first. Nothing is locked while calls are made, so that a fork finds nothing
/// locked.
pub(super) struct Agents {
    make: Make,
    first: Node,
}

/// What an agent is made of.
pub(super) struct Make {
    pub config: Config,
    pub route: Route,
    pub token: AccessToken,
}

struct Node {
    generation: u32,
    agent: Agent,
    next: OnceLock<Box<Node>>,
}

impl Agents {
    pub(super) fn new(make: Make) -> Self {
        let first = Node::new(&make);
        Self { make, first }
    }

    /// This process's.
    pub(super) fn get(&self) -> &Agent {
        let generation = process_generation();
        let mut node = &self.first;
        while node.generation != generation {
            node = node.next.get().unwrap_or_else(|| {
                // Made before the lock is taken, which is then held for as long as a pointer takes to store.
                let fresh = Box::new(Node::new(&self.make));
                node.next.get_or_init(|| fresh)
            });
        }
        &node.agent
    }
}

impl Node {
    fn new(make: &Make) -> Self {
        let connector = connector(make.route.clone(), make.token.clone());
        Self {
            generation: process_generation(),
            agent: Agent::with_parts(make.config.clone(), connector, NoResolver),
            next: OnceLock::new(),
        }
    }
}
