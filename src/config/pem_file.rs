//! PEM files: certificates and private keys.

use std::io::{self, Read};
use std::path::Path;

use rustls::pki_types::pem::{Error as PemError, PemObject, SectionKind};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

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
        let contents = read_bounded(path)
            .map_err(|error| Error::invalid(format!("could not read {option} {shown}: {error}")))?
            .into();
        Ok(Self { option, shown, contents })
    }

    /// The contents without the byte order mark that some editors add.
    pub(super) fn pem(&self) -> &[u8] {
        self.contents.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.contents)
    }

    /// The certificates and private keys in the file; others are skipped.
    pub(super) fn sections(&self) -> impl Iterator<Item = std::result::Result<(SectionKind, Vec<u8>), PemError>> {
        <(SectionKind, Vec<u8>)>::pem_slice_iter(self.pem())
    }

    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.pem().windows(text.len()).any(|part| part == text)
    }

    /// An error about the contents.
    pub(super) fn invalid(&self, reason: &str) -> Error {
        Error::invalid(format!("invalid {} {}: {reason}", self.option, self.shown))
    }
}

/// Reads a regular file of bounded size: a pipe could block forever, a device never end.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    const MAX_BYTES: u64 = 16 * 1024 * 1024;
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    // Reserves the size of the file, as a reallocation would leave a part of the contents in memory.
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(metadata.len() as usize + 1).map_err(|_| io::ErrorKind::OutOfMemory)?;
    std::fs::File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
