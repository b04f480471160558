//! The state of a snapshot.

/// The state of a [`Snapshot`](crate::Snapshot). The numbers are those of the C ABI.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotState {
    /// Connectors may be missing or outdated; [`Snapshot::reason`](crate::Snapshot::reason) says why.
    Incomplete = 0,
    /// Every connector is in it, in its current version. Connectors that were deleted before it was taken are not.
    Complete = 1,
    /// Every connector is in it, in its current version. Connectors that were deleted since the previous snapshot may
    /// still be in it.
    Refreshed = 2,
}
