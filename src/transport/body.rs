//! Reads a response body into one buffer, in which a page's JSON then remains.

use std::io::{self, Read};

use ureq::Body;

const MAX_RESERVED_BYTES: usize = 1024 * 1024;
/// The usual size of 50 rows, for a body of unknown length, such as a compressed one.
const USUAL_PAGE_BYTES: usize = 32 * 1024;

/// Reads a body completely. Fails if it has more than `limit` bytes.
pub(super) fn read(body: Body, bytes: &mut Vec<u8>, limit: u64) -> io::Result<()> {
    let content_length = body.content_length();
    if content_length.is_some_and(|length| length > limit) {
        return Err(ureq::Error::BodyExceedsLimit(limit).into_io());
    }
    reserve(bytes, content_length)?;
    append(body.into_with_config().limit(limit).reader(), bytes)?;
    shrink(bytes);
    Ok(())
}

/// Reads at most `limit` bytes of a body.
pub(super) fn read_start(body: Body, bytes: &mut Vec<u8>, limit: u64) -> io::Result<()> {
    body.into_reader().take(limit).read_to_end(bytes).map(drop)
}

/// Like `read_to_end`, which would zero all memory before it reads into it.
fn append(mut reader: impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 2048];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                bytes.try_reserve(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
                bytes.extend_from_slice(chunk.get(..length).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reserves memory for a body, and one more byte for the NUL after a page's JSON.
pub(super) fn reserve(bytes: &mut Vec<u8>, length: Option<u64>) -> io::Result<()> {
    let expected = length.map_or(USUAL_PAGE_BYTES, |length| length as usize);
    // Limited, as the announced bytes may never arrive.
    bytes.try_reserve_exact(expected.min(MAX_RESERVED_BYTES) + 1).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

/// Releases memory that was reserved and not needed.
pub(super) fn shrink(bytes: &mut Vec<u8>) {
    if bytes.capacity() > 2 * bytes.len() {
        bytes.shrink_to(bytes.len() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserves_the_announced_length_within_a_limit() {
        let mebibyte = 1024 * 1024;
        for (length, capacity) in [
            (None, 32 * 1024 + 1),
            (Some(0), 1),
            (Some(100), 101),
            (Some(mebibyte), mebibyte + 1),
            (Some(mebibyte + 1), mebibyte + 1),
        ] {
            let mut bytes = Vec::new();
            reserve(&mut bytes, length).expect("memory");
            assert_eq!(bytes.capacity() as u64, capacity, "{length:?}");
        }
    }

    #[test]
    fn releases_memory_if_more_than_half_is_unused() {
        for (length, capacity, expected) in [(10, 100, 11), (10, 21, 11), (10, 20, 20), (0, 100, 1)] {
            let mut bytes = Vec::with_capacity(capacity);
            bytes.resize(length, 7);
            shrink(&mut bytes);
            assert_eq!((bytes.len(), bytes.capacity()), (length, expected), "{length} of {capacity}");
        }
    }
}
