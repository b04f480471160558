//! What pagination needs to know about a list.

use crate::request::MAX_CURSOR;

/// The result of validating a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListSummary {
    pub rows: RowsSummary,
    pub next: Next,
}

/// What is known of the rows before they are parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowsSummary {
    pub count: usize,
    /// A hash of the ids in their order.
    pub ids_hash: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cursor_that_fits_into_a_request_is_used() {
        let longest = "x".repeat(MAX_CURSOR);
        assert_eq!(Next::from_cursor(&longest), Next::Cursor(longest.clone()));
        assert_eq!(Next::from_cursor(&format!("{longest}x")), Next::Unsupported);
        assert_eq!(Next::from_cursor(&longest.repeat(2)), Next::Unsupported);
        assert_eq!(Next::from_cursor("a\0b"), Next::Unsupported);
        assert_eq!(Next::from_cursor(""), Next::End);
    }
}
