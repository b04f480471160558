//! The `Intercom-Version` header: the operation is not there in every version of the API.

use axum::http::{HeaderMap, StatusCode};

use crate::answer::Refusal;

const HEADER: &str = "Intercom-Version";

/// The first numbered version that has the operation.
const FIRST: (u8, u8) = (2, 16);

/// Lets requests for a version that has the operation pass: `Preview`, 2.16 and later ones.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(HEADER) else {
        return Err(not_there("requests without the Intercom-Version header"));
    };
    let version = value.to_str().unwrap_or_default();
    if version == "Preview" {
        return Ok(());
    }
    match number(version) {
        Some(number) if number >= FIRST => Ok(()),
        None if version != "Unstable" => Err(malformed()),
        _ => Err(not_there(&format!("version {version}"))),
    }
}

/// `2.16` as `(2, 16)`: one or two digits on each side, without leading zeros.
fn number(version: &str) -> Option<(u8, u8)> {
    let part = |text: &str| {
        let number: u8 = text.parse().ok()?;
        // The detour refuses "+2" and "02", which `parse` takes.
        (number < 100 && number.to_string() == text).then_some(number)
    };
    let (major, minor) = version.split_once('.')?;
    Some((part(major)?, part(minor)?))
}

fn malformed() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "intercom_version_invalid",
        "The Intercom-Version header is not a version: it has to be Preview, Unstable or a number \
         such as 2.16",
    )
}

fn not_there(asked_for: &str) -> Refusal {
    let message = format!(
        "GET /data_connectors does not exist for {asked_for}; it does with Intercom-Version: \
         Preview, 2.16 or later"
    );
    Refusal::new(StatusCode::NOT_FOUND, "not_found", message)
}
