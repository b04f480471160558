//! The sample connectors.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use common::id;
use data_connectors_sandbox::{DEFAULT_CONNECTORS, Sandbox};
use serde_json::Value;

fn text<'a>(connector: &'a Value, field: &str) -> &'a str {
    connector[field].as_str().unwrap()
}

#[test]
fn sample_is_the_same_in_every_run() {
    let one = Sandbox::builder().start().unwrap();
    let other = Sandbox::builder().connectors(DEFAULT_CONNECTORS).start().unwrap();
    assert_eq!(one.connectors().len(), 137);
    assert_eq!(one.connectors(), other.connectors());
}

#[test]
fn fields_match_the_api_contract_in_order() {
    let sandbox = Sandbox::builder().connectors(500).start().unwrap();
    for connector in &sandbox.connectors() {
        let fields: Vec<_> = connector.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "type",
                "id",
                "name",
                "description",
                "state",
                "http_method",
                "direct_fin_usage",
                "created_by_admin_id",
                "updated_by_admin_id",
                "created_at",
                "updated_at",
                "execution_results_url",
            ]
        );
        assert_eq!(connector["type"], "data_connector");
        assert!(text(connector, "id").bytes().all(|byte| byte.is_ascii_digit()));
        assert!(connector["description"].is_null() || connector["description"].is_string());
        assert!(connector["direct_fin_usage"].is_boolean());
        let (created, updated) = (text(connector, "created_at"), text(connector, "updated_at"));
        assert!(created <= updated && created.len() == 20 && updated.len() == 20);
        let url = format!("/data_connectors/{}/execution_results", id(connector));
        assert_eq!(text(connector, "execution_results_url"), url);
    }
}

#[test]
fn sample_covers_all_values_and_unusual_characters() {
    let sandbox = Sandbox::builder().start().unwrap();
    let all = sandbox.connectors();
    let values = |field: &str| all.iter().map(|one| one[field].to_string()).collect::<HashSet<_>>();
    assert_eq!(values("id").len(), 137);
    assert_eq!(values("http_method").len(), 5);
    assert_eq!(values("state"), HashSet::from(["\"draft\"".to_owned(), "\"live\"".to_owned()]));
    assert_eq!(values("direct_fin_usage").len(), 2);
    assert!(values("description").contains("null"));
    assert!(values("created_by_admin_id").len() > 2);
    assert!(all.iter().any(|one| one["created_by_admin_id"] != one["updated_by_admin_id"]));

    let prefixes: HashSet<_> = all.iter().map(|one| text(one, "name").chars().take(15).collect::<String>()).collect();
    assert_eq!(prefixes.len(), 137, "names must differ within 15 characters");
    let names: String = all.iter().map(|one| text(one, "name")).collect();
    for character in ['ü', 'ß', '注', '📦', '\u{301}', '\u{200d}', 'ح', 'ב', '"', '\\', '\t', '\u{1}'] {
        assert!(names.contains(character), "{character:?}");
    }
    assert!(all.iter().any(|one| one["description"].as_str().is_some_and(|text| text.contains('\n'))));
}

#[test]
fn ids_are_unsorted_and_some_times_are_equal() {
    let sandbox = Sandbox::builder().start().unwrap();
    let all = sandbox.connectors();
    let ids: Vec<u64> = all.iter().map(|one| id(one).parse().unwrap()).collect();
    assert!(!ids.is_sorted() && !ids.is_sorted_by(|one, next| one >= next));
    let ties = all.windows(2).filter(|pair| pair[0]["updated_at"] == pair[1]["updated_at"]);
    assert!(ties.count() > 5);
}

#[test]
fn generates_100000_connectors_quickly() {
    let start = Instant::now();
    let sandbox = Sandbox::builder().connectors(100_000).start().unwrap();
    let ids: HashSet<_> = sandbox.connectors().iter().map(id).collect();
    assert_eq!(ids.len(), 100_000);
    // About 0.3 s optimized and 2 s unoptimized; the margin is for slow machines.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
