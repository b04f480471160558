//! One ureq agent per process: a forked child gets its own, and does not use the connections of its parent.

use ureq::Agent;
use ureq::config::Config;

use super::ureq_connector::{NoopResolver, TcpConnector, connector};
use crate::config::AccessToken;
use crate::per_process::PerProcess;

pub(super) struct Agents {
    settings: AgentSettings,
    agents: PerProcess<Agent>,
}

pub(super) struct AgentSettings {
    pub config: Config,
    pub connector: TcpConnector,
    pub token: AccessToken,
}

impl Agents {
    pub(super) fn new(settings: AgentSettings) -> Self {
        Self { settings, agents: PerProcess::new() }
    }

    /// The agent of the current process.
    pub(super) fn current(&self) -> &Agent {
        self.agents.get_or_init(|| {
            let connector = connector(self.settings.connector.clone(), self.settings.token.clone());
            Agent::with_parts(self.settings.config.clone(), connector, NoopResolver)
        })
    }
}
