//! The certificate authorities that a client trusts.

use std::fmt;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::SectionKind;
use ureq::tls::Certificate;

use super::pem_file::{INCOMPLETE_CERTIFICATES, NO_CERTIFICATE, PemFile};
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
    let file = PemFile::read("ca_file", path, "the bundled certificates")?;
    let mut certificates = Vec::new();
    for section in file.sections() {
        match section {
            Ok((SectionKind::Certificate, der)) => {
                let certificate = Certificate::from_der(&der).to_owned();
                check(&certificate)
                    .map_err(|_| file.invalid(&format!("certificate {} is malformed", certificates.len() + 1)))?;
                certificates.push(certificate);
            }
            Ok(_) => {}
            Err(_) => return Err(file.invalid(INCOMPLETE_CERTIFICATES)),
        }
    }
    if certificates.is_empty() {
        return Err(file.invalid(NO_CERTIFICATE));
    }
    Ok(certificates)
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
