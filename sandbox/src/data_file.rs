//! Connectors from a JSON file.

use std::fmt::Display;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::list::List;

/// Reads a JSON array of connectors, or a saved response body; every error names the file.
pub(crate) fn read(path: &Path) -> io::Result<List> {
    let file = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| io::Error::new(error.kind(), format!("could not read {file} ({error})")))?;
    let invalid = |reason: &dyn Display| {
        io::Error::new(io::ErrorKind::InvalidData, format!("invalid data file {file}: {reason}"))
    };
    let mut json: Value =
        serde_json::from_slice(&bytes).map_err(|error| invalid(&format_args!("not valid JSON ({error})")))?;
    let rows = match &mut json {
        Value::Array(_) => Some(json),
        Value::Object(response) => response.remove("data"),
        _ => None,
    };
    let Some(Value::Array(rows)) = rows else {
        return Err(invalid(&"use a JSON array of connectors or {\"type\":\"list\",\"data\":[...]}"));
    };
    List::new(rows).map_err(|error| invalid(&error))
}
