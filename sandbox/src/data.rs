//! Connectors from a file.

use std::fmt::Display;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::list::List;

/// Reads a JSON array of connectors or an answer of the service; each error names the file.
pub(crate) fn read(path: &Path) -> io::Result<List> {
    let bytes = std::fs::read(path).map_err(|error| named(path, error.kind(), format!("cannot be read: {error}")))?;
    let invalid = |wrong: String| named(path, io::ErrorKind::InvalidData, wrong);
    let mut json: Value = serde_json::from_slice(&bytes).map_err(|error| invalid(format!("not JSON: {error}")))?;
    let rows = match &mut json {
        Value::Array(_) => Some(json),
        Value::Object(answer) => answer.remove("data"),
        _ => None,
    };
    let Some(Value::Array(rows)) = rows else {
        return Err(invalid("has to be an array of connectors or {\"type\":\"list\",\"data\":[...]}".to_owned()));
    };
    List::new(rows).map_err(|error| named(path, error.kind(), error))
}

fn named(path: &Path, kind: io::ErrorKind, wrong: impl Display) -> io::Error {
    io::Error::new(kind, format!("{}: {wrong}", path.display()))
}
