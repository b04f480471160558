//! What is known about a snapshot.

/// What is known about a [`Snapshot`](crate::Snapshot). The numbers are those of the C ABI.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotState {
    /// Connectors may be missing or outdated; [`Snapshot::reason`](crate::Snapshot::reason) says why.
    Incomplete = 0,
    /// Every connector is in it, in its current version. A connector that is not in it does not exist.
    Complete = 1,
    /// Every connector is in it, in its current version, but it was updated from an earlier snapshot: connectors that
    /// were deleted since may still be in it.
    Refreshed = 2,
}
