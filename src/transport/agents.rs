//! One ureq agent per process: a forked child gets its own, and does not use the connections of its parent.

use std::sync::OnceLock;

use ureq::Agent;
use ureq::config::Config;

use super::ureq_connector::{NoopResolver, TcpConnector, connector};
use crate::config::AccessToken;
use crate::sys::process_generation;

/// A list of agents, starting with the one of the process that created the client. No lock is held during a call: a
/// fork could leave it locked.
pub(super) struct Agents {
    settings: AgentSettings,
    first: Node,
}

pub(super) struct AgentSettings {
    pub config: Config,
    pub connector: TcpConnector,
    pub token: AccessToken,
}

struct Node {
    generation: u32,
    agent: Agent,
    next: OnceLock<Box<Node>>,
}

impl Agents {
    pub(super) fn new(settings: AgentSettings) -> Self {
        let first = Node::new(&settings);
        Self { settings, first }
    }

    /// The agent of the current process.
    pub(super) fn current(&self) -> &Agent {
        let generation = process_generation();
        let mut node = &self.first;
        while node.generation != generation {
            node = node.next.get().unwrap_or_else(|| {
                // Created before get_or_init, whose lock is then held only while a pointer is stored.
                let new = Box::new(Node::new(&self.settings));
                node.next.get_or_init(|| new)
            });
        }
        &node.agent
    }
}

impl Node {
    fn new(settings: &AgentSettings) -> Self {
        let connector = connector(settings.connector.clone(), settings.token.clone());
        Self {
            generation: process_generation(),
            agent: Agent::with_parts(settings.config.clone(), connector, NoopResolver),
            next: OnceLock::new(),
        }
    }
}
