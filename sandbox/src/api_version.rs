//! The `Intercom-Version` header: only some API versions have the operation.

use axum::http::{HeaderMap, StatusCode};

use crate::response::ApiError;

const HEADER: &str = "Intercom-Version";

/// The first numbered version that has the operation.
const FIRST_SUPPORTED: (u8, u8) = (2, 16);

/// Accepts `Preview`, 2.16 and later versions.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(HEADER) else {
        return Err(not_available("without the Intercom-Version header"));
    };
    let version = value.to_str().unwrap_or_default();
    if version == "Preview" {
        return Ok(());
    }
    match parse(version) {
        Some(number) if number >= FIRST_SUPPORTED => Ok(()),
        None if version != "Unstable" => Err(malformed()),
        _ => Err(not_available(&format!("in version {version}"))),
    }
}

/// Parses `2.16` as `(2, 16)`: one or two digits on each side, without leading zeros.
fn parse(version: &str) -> Option<(u8, u8)> {
    let part = |text: &str| {
        let number: u8 = text.parse().ok()?;
        // Formatting it again rejects "+2" and "02", which `parse` accepts.
        (number < 100 && number.to_string() == text).then_some(number)
    };
    let (major, minor) = version.split_once('.')?;
    Some((part(major)?, part(minor)?))
}

fn malformed() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "intercom_version_invalid",
        "Invalid Intercom-Version header: use Preview, Unstable or a version number such as 2.16",
    )
}

fn not_available(condition: &str) -> ApiError {
    let message =
        format!("GET /data_connectors is not available {condition}: set Intercom-Version to Preview, 2.16 or later");
    ApiError::new(StatusCode::NOT_FOUND, "not_found", message)
}
