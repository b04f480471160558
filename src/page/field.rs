//! The fields of a row that the contract names.

/// One of the twelve: eleven texts, and a boolean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Type,
    Id,
    Name,
    Description,
    State,
    HttpMethod,
    CreatedByAdminId,
    UpdatedByAdminId,
    CreatedAt,
    UpdatedAt,
    ExecutionResultsUrl,
    DirectFinUsage,
}

impl Field {
    /// How many texts there are; the boolean stands behind them.
    pub(crate) const TEXTS: usize = Self::DirectFinUsage as usize;

    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"type" => Self::Type,
            b"id" => Self::Id,
            b"name" => Self::Name,
            b"description" => Self::Description,
            b"state" => Self::State,
            b"http_method" => Self::HttpMethod,
            b"direct_fin_usage" => Self::DirectFinUsage,
            b"created_by_admin_id" => Self::CreatedByAdminId,
            b"updated_by_admin_id" => Self::UpdatedByAdminId,
            b"created_at" => Self::CreatedAt,
            b"updated_at" => Self::UpdatedAt,
            b"execution_results_url" => Self::ExecutionResultsUrl,
            _ => return None,
        })
    }
}
