//! Snapshots of a list that changes at random are compared with the list at the moment of the last read.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{HashMap, HashSet};
use std::time::{Duration, UNIX_EPOCH};

use data_connectors_sandbox::{Change, Sandbox, VirtualClock};
use serde_json::Value;

use super::reader::{ListReader, ReadError};
use super::scan::{Clause, Scan, ScanResult};
use super::{Snapshot, SnapshotOptions, SnapshotState, stored};
use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::page::Page;
use crate::pager::Pager;
use crate::random::{Random, seed_count};
use crate::request::PageRequest;

const OVERLAP: Duration = Duration::from_secs(10);

/// Lets up to two seconds pass before each request.
struct TestReader<'a> {
    client: &'a Client,
    pager: Option<Pager>,
    rows_per_page: u32,
    clock: &'a VirtualClock,
    random: &'a mut Random,
    requests: usize,
    /// The number of the request that fails, counted from 0.
    failing: Option<usize>,
}

impl TestReader<'_> {
    fn read(&mut self) -> Result<Option<Page>, ReadError> {
        self.clock.advance(Duration::from_millis(self.random.below(2_000) as u64));
        self.requests += 1;
        if self.failing == Some(self.requests - 1) {
            return Err(ReadError::Failed(Error::new(ErrorKind::Server, "injected failure")));
        }
        self.pager.as_mut().map_or(Ok(None), |pager| pager.next_page(None)).map_err(ReadError::Failed)
    }
}

impl ListReader for TestReader<'_> {
    fn first_page(&mut self) -> Result<Page, ReadError> {
        self.pager = Some(self.client.pager(PageRequest::new().per_page(self.rows_per_page).unwrap()));
        Ok(self.read()?.expect("a first page"))
    }

    fn next_page(&mut self) -> Result<Option<Page>, ReadError> {
        self.read()
    }

    fn wait(&mut self, duration: Duration, _: &str) -> Result<bool, ReadError> {
        self.clock.advance(duration);
        Ok(true)
    }
}

/// Rows by id.
fn by_id(rows: impl IntoIterator<Item = Value>) -> HashMap<String, Value> {
    rows.into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect()
}

fn client_of(sandbox: &Sandbox) -> Client {
    let mut config = Config::new();
    config.set_access_token("any").unwrap();
    config.set_base_url(sandbox.base_url()).unwrap();
    Client::new(&config).unwrap()
}

/// Takes one to three snapshots of a list that changes. Returns the number that is not incomplete, or what is wrong with
/// one.
fn run(seed: u64, omitted: Option<Clause>) -> Result<usize, String> {
    let mut random = Random::new(seed);
    // 2026-06-01, after all sample connectors were updated.
    let clock = VirtualClock::new(UNIX_EPOCH + Duration::from_secs(1_780_272_000));
    let sandbox = Sandbox::builder()
        .connectors(random.below(40))
        .clock(clock.clone())
        .visibility_lag(OVERLAP * (random.below(3) as u32) / 2)
        .churn(random.below(8) as f64 / 10.0)
        .seed(seed)
        .start()
        .unwrap();
    let client = client_of(&sandbox);
    // Bulk edits, which share a second.
    let bulk = random.below(3) * random.below(20);
    for row in sandbox.connectors().iter().take(bulk) {
        sandbox.change(Change::Update(row["id"].as_str().unwrap().parse().unwrap()));
    }
    clock.advance(Duration::from_millis(random.below(15_000) as u64));
    let rows_per_page = 1 + random.below(7) as u32;
    let options = SnapshotOptions::new().overlap(OVERLAP).unwrap();
    let mut previous = None;
    let mut successes = 0;
    let mut known_ids = HashSet::new();
    for _ in 0..1 + random.below(3) {
        let failing = Some(random.below(30)).filter(|_| random.below(3) == 0);
        let listed: HashSet<String> = by_id(sandbox.connectors()).into_keys().collect();
        known_ids.extend(listed.iter().cloned());
        let deleted_before: HashSet<String> = known_ids.difference(&listed).cloned().collect();
        let reader = TestReader {
            client: &client,
            pager: None,
            rows_per_page,
            clock: &clock,
            random: &mut random,
            requests: 0,
            failing,
        };
        let mut scan = Scan::new(reader, &options);
        scan.omitted = omitted;
        let result = scan.run(previous.as_ref().and_then(Snapshot::to_start));
        let Ok(result) = result else {
            assert_eq!(failing, Some(0), "only a failure of the first request is an error");
            continue;
        };
        if result.state != SnapshotState::Incomplete {
            let known = check(&result, &sandbox)?;
            let extra = deleted_before.intersection(&known).next();
            match extra.filter(|_| result.state == SnapshotState::Complete) {
                Some(id) => return Err(format!("connector {id} was deleted before the snapshot")),
                None => successes += 1,
            }
        }
        previous = Some(Snapshot::load(stored::write(&result, sandbox.base_url(), &options).into()).unwrap());
        clock.advance(Duration::from_secs(random.below(20) as u64));
    }
    Ok(successes)
}

/// The list has not changed since the last read, as the clock has not advanced. Returns the ids of the snapshot.
fn check(result: &ScanResult, sandbox: &Sandbox) -> Result<HashSet<String>, String> {
    let listed = by_id(sandbox.connectors());
    let known = by_id(result.rows.sorted().iter().map(|row| serde_json::from_str(&row.json).unwrap()));
    for (id, row) in &listed {
        match known.get(id) {
            None => return Err(format!("connector {id} is missing")),
            Some(version) if version != row => return Err(format!("connector {id} is outdated")),
            Some(_) => {}
        }
    }
    Ok(known.into_keys().collect())
}

#[test]
fn complete_snapshots_have_every_connector_in_its_current_version() {
    let first_seed = std::env::var("DC_TEST_SEED").map_or(1, |seed| seed.parse().expect("DC_TEST_SEED is a number"));
    let count = seed_count(400);
    let seeds = first_seed..first_seed + count;
    println!("seeds {seeds:?} (DC_TEST_SEED sets the first, DC_TEST_SEEDS their number)");
    let mut successes = 0;
    for seed in seeds {
        successes += run(seed, None).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    println!("{successes} snapshots");
    assert!(successes as u64 > count, "most snapshots are complete: {successes}");
}

#[test]
fn each_clause_of_the_rule_is_needed() {
    for clause in
        [Clause::FirstPageReachesDate, Clause::Overlap, Clause::PassReadsBelowFirstPage, Clause::LaterReadReplaces]
    {
        let failure = (1..3_000).find_map(|seed| run(seed, Some(clause)).err().map(|error| (seed, error)));
        println!("{clause:?}: {failure:?}");
        assert!(failure.is_some(), "without {clause:?} no snapshot is wrong");
    }
}

#[test]
fn failure_of_any_request_is_an_error_or_a_reason() {
    // 2026-06-01, after all sample connectors were updated.
    let clock = VirtualClock::new(UNIX_EPOCH + Duration::from_secs(1_780_272_000));
    let sandbox = Sandbox::builder().connectors(45).clock(clock.clone()).churn(0.5).start().unwrap();
    let client = client_of(&sandbox);
    let options = SnapshotOptions::new().overlap(OVERLAP).unwrap();
    let mut random = Random::new(1);
    for failing in 0.. {
        let reader = TestReader {
            client: &client,
            pager: None,
            rows_per_page: 10,
            clock: &clock,
            random: &mut random,
            requests: 0,
            failing: Some(failing),
        };
        let Ok(result) = Scan::new(reader, &options).run(None) else {
            assert_eq!(failing, 0, "only a failure of the first request is an error");
            continue;
        };
        if result.state == SnapshotState::Complete {
            assert!(failing > 4, "there are five pages or more");
            return;
        }
        assert_eq!(result.reason.as_deref(), Some("a request failed: injected failure"), "{failing}");
    }
}
