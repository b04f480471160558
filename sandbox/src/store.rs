//! The connectors: as they are, and as they are listed, which may lag behind.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::changes::{Change, Changes};
use crate::clock::Clock;
use crate::list::{List, Query};
use crate::random::Random;
use crate::response::ApiError;

const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];
const STATES: [&str; 2] = ["draft", "live"];
/// The admin who makes all changes.
const ADMIN: &str = "991266214";

/// How the list changes while the sandbox runs.
#[derive(Debug, Default)]
pub(crate) struct StoreOptions {
    pub(crate) clock: Clock,
    pub(crate) lag: Duration,
    pub(crate) seed: u64,
    pub(crate) changes: Changes,
}

/// The connectors of a sandbox.
#[derive(Debug)]
pub(crate) struct Store {
    clock: Clock,
    lag: Duration,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The ids, for random changes in a reproducible order.
    ids: Vec<u64>,
    /// The connectors as they are, by id.
    current: HashMap<u64, Arc<Value>>,
    /// The connectors as they are listed.
    listed: List,
    /// Changes that are not listed yet, in the order in which they were made.
    unlisted: Vec<Unlisted>,
    changes: Changes,
    random: Random,
    revision: u64,
}

/// A change that the list does not show yet.
#[derive(Debug)]
struct Unlisted {
    id: u64,
    visible_at: Timestamp,
    before: Option<Arc<Value>>,
    after: Option<Arc<Value>>,
}

impl Store {
    /// The error names a scheduled change of a connector that does not exist.
    pub(crate) fn new(listed: List, options: StoreOptions) -> io::Result<Self> {
        let current: HashMap<u64, _> =
            listed.rows().filter_map(|row| Some((row["id"].as_str()?.parse().ok()?, Arc::clone(row)))).collect();
        for (request, change) in &options.changes.scheduled {
            match change {
                Change::Update(id) | Change::Delete(id) if !current.contains_key(id) => {
                    let message = format!("invalid change before request {request}: there is no connector {id}");
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
                }
                _ => {}
            }
        }
        let mut ids: Vec<u64> = current.keys().copied().collect();
        ids.sort_unstable();
        let inner = Inner {
            ids,
            current,
            listed,
            unlisted: Vec::new(),
            changes: options.changes,
            random: Random::new(options.seed),
            revision: 0,
        };
        Ok(Store { clock: options.clock, lag: options.lag, inner: Mutex::new(inner) })
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The connectors as a list request made now would show them.
    pub(crate) fn listed(&self) -> Vec<Value> {
        let mut inner = self.lock();
        inner.list_changes_until(self.clock.now());
        inner.listed.rows().map(|row| Value::clone(row)).collect()
    }

    /// The response body of a list request, before which the changes due are made.
    pub(crate) fn list(&self, query: &Query) -> Value {
        let mut inner = self.lock();
        for change in inner.changes_due() {
            self.apply(&mut inner, change);
        }
        inner.list_changes_until(self.clock.now());
        inner.listed.page(query)
    }

    /// Makes a change now.
    pub(crate) fn change(&self, change: Change) {
        self.apply(&mut self.lock(), change);
    }

    fn apply(&self, inner: &mut Inner, change: Change) {
        inner.revision += 1;
        let description = format!("Revision {} of the list", inner.revision);
        match change {
            Change::Create => {
                let name = format!("Connector created as revision {}", inner.revision);
                let fields = json!({"name": name, "description": description});
                self.put(inner, None, fields.as_object().into_iter().flatten());
            }
            // An earlier change may have deleted it.
            Change::Update(id) if !inner.current.contains_key(&id) => {}
            Change::Update(id) => {
                let fields = json!({"description": description});
                self.put(inner, Some(id), fields.as_object().into_iter().flatten());
            }
            Change::Delete(id) => self.replace(inner, id, None),
        }
    }

    pub(crate) fn get(&self, id: u64) -> Result<Value, ApiError> {
        self.lock().current.get(&id).map(|row| Value::clone(row)).ok_or_else(not_found)
    }

    /// Creates a connector from the body of a request.
    pub(crate) fn create(&self, body: &[u8]) -> Result<Value, ApiError> {
        let fields = parse_fields(body)?;
        let name = fields.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.trim().is_empty() {
            return Err(unprocessable("name", "parameter_not_found", "Name is required"));
        }
        validate(&fields)?;
        // The service creates drafts.
        Ok(self.put(&mut self.lock(), None, fields.iter().filter(|(name, _)| *name != "state")))
    }

    /// Updates a connector from the body of a request.
    pub(crate) fn update(&self, id: u64, body: &[u8]) -> Result<Value, ApiError> {
        let mut inner = self.lock();
        if !inner.current.contains_key(&id) {
            return Err(not_found());
        }
        let fields = parse_fields(body)?;
        validate(&fields)?;
        Ok(self.put(&mut inner, Some(id), fields.iter()))
    }

    /// Deletes a connector, which must be a draft.
    pub(crate) fn delete(&self, id: u64) -> Result<Value, ApiError> {
        let mut inner = self.lock();
        let row = inner.current.get(&id).ok_or_else(not_found)?;
        if row["state"] == "live" {
            let message = "Data connector must be in draft state to be deleted";
            return Err(ApiError::new(StatusCode::CONFLICT, "conflict", message));
        }
        self.replace(&mut inner, id, None);
        Ok(json!({"id": id.to_string(), "object": "data_connector", "deleted": true}))
    }

    /// Creates a connector, or updates the one with this id, and returns it.
    fn put<'f>(
        &self,
        inner: &mut Inner,
        id: Option<u64>,
        fields: impl Iterator<Item = (&'f String, &'f Value)>,
    ) -> Value {
        // The service's times have whole seconds.
        let now = self.clock.now();
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now).to_string();
        let new_id = inner.ids.last().map_or(10_000, |id| id + 1);
        let mut row = match id.and_then(|id| inner.current.get(&id)) {
            Some(row) => Value::clone(row),
            None => json!({
                "type": "data_connector",
                "id": new_id.to_string(),
                "name": null,
                "description": null,
                "state": "draft",
                "http_method": "get",
                "direct_fin_usage": false,
                "created_by_admin_id": ADMIN,
                "updated_by_admin_id": ADMIN,
                "created_at": now,
                "updated_at": now,
                "execution_results_url": format!("/data_connectors/{new_id}/execution_results"),
            }),
        };
        for (name, value) in fields.filter(|(name, _)| CHANGEABLE.contains(&name.as_str())) {
            row[name.as_str()] = value.clone();
        }
        // A clock that was set back must not reorder the list.
        if row["updated_at"].as_str().is_some_and(|before| before < now.as_str()) {
            row["updated_at"] = now.into();
        }
        row["updated_by_admin_id"] = ADMIN.into();
        self.replace(inner, id.unwrap_or(new_id), Some(Arc::new(row.clone())));
        row
    }

    /// Replaces a connector; the list shows that after a random delay of at most the lag.
    fn replace(&self, inner: &mut Inner, id: u64, after: Option<Arc<Value>>) {
        let before = match &after {
            Some(row) => inner.current.insert(id, Arc::clone(row)),
            None => inner.current.remove(&id),
        };
        match (inner.ids.binary_search(&id), after.is_some()) {
            (Ok(index), false) => drop(inner.ids.remove(index)),
            (Err(index), true) => inner.ids.insert(index, id),
            _ => {}
        }
        if before.is_none() && after.is_none() {
            return;
        }
        let now = self.clock.now();
        let delay = self.lag.mul_f64(inner.random.fraction());
        let visible_at = now.checked_add(SignedDuration::try_from(delay).unwrap_or_default()).unwrap_or(now);
        // The list shows the changes of one connector in their order.
        let earlier = inner.unlisted.iter().rev().find(|earlier| earlier.id == id);
        let visible_at = earlier.map_or(visible_at, |earlier| visible_at.max(earlier.visible_at));
        inner.unlisted.push(Unlisted { id, visible_at, before, after });
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Counts a list request, and returns the changes to make before it.
    fn changes_due(&mut self) -> Vec<Change> {
        let mut due = self.changes.before_request();
        for _ in 0..self.changes.random_count(&mut self.random) {
            due.push(Changes::random(&mut self.random, self.ids.len(), |index| self.ids.get(index).copied()));
        }
        due
    }

    /// Makes the changes visible whose delay has passed.
    fn list_changes_until(&mut self, now: Timestamp) {
        let listed = &mut self.listed;
        self.unlisted.retain(|change| {
            let due = change.visible_at <= now;
            if due {
                change.before.iter().for_each(|row| listed.remove(row));
                change.after.iter().for_each(|row| listed.insert(Arc::clone(row)));
            }
            !due
        });
    }
}

/// The fields that requests can set.
const CHANGEABLE: [&str; 5] = ["name", "description", "state", "http_method", "direct_fin_usage"];

fn parse_fields(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body)
        .map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "client_error", "The body must be a JSON object"))
}

/// Validates the fields that requests can set; others are ignored.
fn validate(fields: &Map<String, Value>) -> Result<(), ApiError> {
    let is_one_of = |name: &str, allowed: &[&str]| {
        fields.get(name).is_none_or(|value| value.as_str().is_some_and(|value| allowed.contains(&value)))
    };
    let is = |name: &str, is_type: fn(&Value) -> bool| fields.get(name).is_none_or(is_type);
    let checks = [
        (is("name", Value::is_string), "name", "Name must be a string"),
        (is("description", Value::is_string), "description", "Description must be a string"),
        (is_one_of("state", &STATES), "state", "Invalid state. Must be one of: draft, live"),
        (is_one_of("http_method", &METHODS), "http_method", "Http Method isn't an option"),
        (is("direct_fin_usage", Value::is_boolean), "direct_fin_usage", "Direct fin usage must be a boolean"),
    ];
    match checks.into_iter().find(|(is_valid, ..)| !is_valid) {
        Some((_, field, message)) => Err(unprocessable(field, "parameter_invalid", message)),
        None => Ok(()),
    }
}

fn unprocessable(field: &'static str, code: &'static str, message: &'static str) -> ApiError {
    ApiError::invalid_field(StatusCode::UNPROCESSABLE_ENTITY, field, code, message)
}

fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "data_connector_not_found", "Data connector not found")
}
