//! PEM files: certificates and private keys.

use std::io::{self, Read};
use std::path::Path;

use rustls::pki_types::pem::{Error as PemError, PemObject, SectionKind};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::sys::{is_name_too_long, open_without_blocking};

pub(super) const NO_CERTIFICATE: &str = "no certificate found; use a PEM file with -----BEGIN CERTIFICATE----- blocks";
pub(super) const INCOMPLETE_CERTIFICATES: &str =
    "not a PEM file, or incomplete; use one with -----BEGIN CERTIFICATE----- blocks";

/// A file that an option names, and its contents, which are wiped from memory when it is dropped.
pub(super) struct PemFile {
    option: &'static str,
    /// The path, for messages.
    shown: String,
    contents: Zeroizing<Vec<u8>>,
}

impl PemFile {
    /// Reads the file. `fallback` is what is used if the option is not set.
    pub(super) fn read(option: &'static str, path: &Path, fallback: &str) -> Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(Error::invalid(format!(
                "invalid {option}: the path is empty; pass the path of a PEM file, or none to use {fallback}"
            )));
        }
        let shown = path.display().to_string();
        // The contents may be a private key, and are not repeated.
        if shown.contains("-----BEGIN") || shown.contains('\n') {
            return Err(Error::invalid(format!(
                "invalid {option}: the value is the contents of a file; pass the path of a PEM file"
            )));
        }
        let contents = read_bounded(path).map_err(|error| {
            Error::invalid(if is_name_too_long(&error) || may_be_key(&shown) {
                format!(
                    "could not read {option} ({error}): the value is not shown, as it may be a key: pass the path of a \
                     PEM file"
                )
            } else {
                format!("could not read {option} {shown}: {error}")
            })
        })?;
        Ok(Self { option, shown, contents })
    }

    /// The contents without the byte order mark that some editors add.
    pub(super) fn pem(&self) -> &[u8] {
        self.contents.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.contents)
    }

    /// The certificates and private keys in the file; others are skipped. The decoded bytes are wiped; the decoder's
    /// own buffer of base64 text is not.
    pub(super) fn sections(&self) -> impl Iterator<Item = std::result::Result<Section, PemError>> {
        <(SectionKind, Vec<u8>)>::pem_slice_iter(self.pem())
            .map(|section| section.map(|(kind, der)| (kind, Zeroizing::new(der))))
    }

    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.pem().windows(text.len()).any(|part| part == text)
    }

    /// An error about the contents.
    pub(super) fn invalid(&self, reason: &str) -> Error {
        Error::invalid(format!("invalid {} {}: {reason}", self.option, self.shown))
    }
}

/// The kind and the decoded contents of a block, in DER.
type Section = (SectionKind, Zeroizing<Vec<u8>>);

/// Whether a value that is not the path of a readable file may be a key, or a part of one, without the lines of PEM.
fn may_be_key(value: &str) -> bool {
    /// Of a file name.
    const MAX_NAME_BYTES: usize = 255;
    let is_too_long = value.split('/').any(|name| name.len() > MAX_NAME_BYTES);
    // A path can have the same characters as base64, but seldom such long names, or so many capitals and digits.
    let is_name = |c: char| c.is_ascii_alphanumeric() || "+-_=".contains(c);
    let has_long_name = value.split(|c| !is_name(c)).any(|name| name.len() >= 40);
    let has_base64 = value.split(|c| !is_name(c) && c != '/').any(|text| {
        let count = text.bytes().filter(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
        text.len() >= 24 && count * 4 >= text.len()
    });
    has_long_name || has_base64 || is_too_long
}

/// The most that is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Reads a regular file of bounded size: a pipe could block forever, a device never end.
fn read_bounded(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = open_without_blocking(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    read_at_most(file, metadata.len())
}

/// Reads a file that reports this length.
fn read_at_most(file: impl Read, length: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    /// Some file systems report no length, or one that is too small.
    const MIN_LIMIT: u64 = 64 * 1024;
    if length > MAX_BYTES {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    let limit = length.max(MIN_LIMIT);
    // With the capacity for all of it, as a reallocation would leave a part of the contents in memory.
    let mut bytes = Zeroizing::new(Vec::new());
    bytes.try_reserve_exact(limit as usize + 1).map_err(|_| io::ErrorKind::OutOfMemory)?;
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other("the file grew while it was read; retry"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(file: impl Read, length: u64) -> String {
        read_at_most(file, length).expect_err("too large").to_string()
    }

    #[test]
    fn files_are_read_whole_or_not_at_all() {
        assert_eq!(read_at_most(io::repeat(b'A').take(100), 0).expect("no length").len(), 100);
        assert_eq!(read_at_most(io::repeat(b'A').take(MAX_BYTES), MAX_BYTES).expect("16 MiB").len() as u64, MAX_BYTES);
        assert_eq!(failure(io::empty(), MAX_BYTES + 1), "larger than 16 MiB");
        assert_eq!(failure(io::repeat(b'A'), MAX_BYTES), "the file grew while it was read; retry");
        assert_eq!(failure(io::repeat(b'A'), 0), "the file grew while it was read; retry");
    }

    #[test]
    fn contents_are_not_reallocated_while_they_are_read() {
        for length in [0, 64 * 1024, 64 * 1024 + 1, 100_000] {
            let bytes = read_at_most(io::repeat(b'A').take(length), length).expect("a file");
            assert_eq!(bytes.capacity() as u64, length.max(64 * 1024) + 1);
        }
    }
}
