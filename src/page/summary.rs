//! What pagination needs to know about a list.

use crate::request::MAX_CURSOR;

/// The result of validating a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListSummary {
    /// The number of rows.
    pub count: usize,
    pub next: Next,
    /// The position of the first row in the JSON, if the scanner found it.
    pub rows_start: Option<usize>,
}

/// The next page, as the service specifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This is the last page.
    End,
    /// The page at this cursor.
    Cursor(String),
    /// There is a next page, but this version cannot request it.
    Unsupported,
}

impl Next {
    pub(super) fn from_cursor(cursor: &str) -> Self {
        match cursor {
            "" => Self::End,
            // A C string would end at a NUL; a longer cursor does not fit into a request.
            _ if cursor.contains('\0') || cursor.len() > MAX_CURSOR => Self::Unsupported,
            _ => Self::Cursor(cursor.to_owned()),
        }
    }
}
