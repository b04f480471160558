//! The certificate authorities that a client trusts.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::error::{Error, Result};

/// Which certificate authorities a client trusts.
#[derive(Clone)]
pub(crate) enum CaCertificates {
    /// Mozilla's, as of the library's release.
    Bundled,
    File(Vec<Certificate<'static>>),
    System(Vec<Certificate<'static>>),
}

impl CaCertificates {
    pub(super) fn from_file(path: &Path) -> Result<Self> {
        read_file(path).map(Self::File)
    }

    pub(super) fn from_system() -> Result<Self> {
        read_system().map(Self::System)
    }

    pub(super) fn are_from_system(&self) -> bool {
        matches!(self, Self::System(_))
    }
}

impl fmt::Debug for CaCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundled => f.write_str("bundled"),
            Self::File(certificates) => write!(f, "{} from a file", certificates.len()),
            Self::System(certificates) => write!(f, "{} from the system", certificates.len()),
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<Certificate<'static>>> {
    if path.as_os_str().is_empty() {
        return Err(Error::invalid(
            "invalid ca_file: the path is empty; pass the path of a PEM file, or none for the bundled certificates",
        ));
    }
    let shown = path.display();
    let pem = read_bounded(path).map_err(|error| Error::invalid(format!("could not read ca_file {shown}: {error}")))?;
    let pem = pem.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&pem);
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => {
                check(&certificate).map_err(|_| {
                    let number = certificates.len() + 1;
                    Error::invalid(format!("invalid ca_file {shown}: certificate {number} is malformed"))
                })?;
                certificates.push(certificate);
            }
            Ok(_) => {}
            Err(_) => {
                return Err(Error::invalid(format!(
                    "invalid ca_file {shown}: not a PEM file, or incomplete; use one with -----BEGIN CERTIFICATE----- blocks"
                )));
            }
        }
    }
    if certificates.is_empty() {
        return Err(Error::invalid(format!(
            "invalid ca_file {shown}: no certificate found; use a PEM file with -----BEGIN CERTIFICATE----- blocks"
        )));
    }
    Ok(certificates)
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
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Rejects malformed certificates, which ureq would skip silently.
fn check(certificate: &Certificate<'_>) -> std::result::Result<(), rustls::Error> {
    RootCertStore::empty().add(CertificateDer::from(certificate.der()))
}

fn read_system() -> Result<Vec<Certificate<'static>>> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let reason = found.errors.first().map_or("none found".to_owned(), ToString::to_string);
        return Err(Error::invalid(format!(
            "could not load the certificate authorities of the system ({reason}): set ca_file, or use the bundled ones"
        )));
    }
    Ok(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}
