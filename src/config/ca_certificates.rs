//! The certificate authorities to trust, where it isn't the bundled ones.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::error::{Error, Result};

pub(super) fn from_file(path: &Path) -> Result<Vec<Certificate<'static>>> {
    if path.as_os_str().is_empty() {
        return Err(Error::invalid("the CA file's path is empty: pass a path, or none for the bundled authorities"));
    }
    let shown = path.display();
    let pem =
        std::fs::read(path).map_err(|error| Error::invalid(format!("the CA file {shown} can't be read: {error}")))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => {
                check(&certificate).map_err(|_| {
                    let number = certificates.len() + 1;
                    Error::invalid(format!("the CA file {shown} is damaged: its certificate number {number} is none"))
                })?;
                certificates.push(certificate);
            }
            Ok(_) => {}
            Err(_) => {
                return Err(Error::invalid(format!(
                    "the CA file {shown} is not PEM: it should hold -----BEGIN CERTIFICATE----- blocks"
                )));
            }
        }
    }
    if certificates.is_empty() {
        return Err(Error::invalid(format!(
            "the CA file {shown} holds no certificate: it should hold -----BEGIN CERTIFICATE----- blocks"
        )));
    }
    Ok(certificates)
}

/// Whether it can be trusted as an authority: ureq would pass over one that can't.
fn check(certificate: &Certificate<'_>) -> std::result::Result<(), rustls::Error> {
    RootCertStore::empty().add(CertificateDer::from(certificate.der()))
}

pub(super) fn from_system() -> Result<Vec<Certificate<'static>>> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found.errors.first().map_or("there are none".to_owned(), ToString::to_string);
        return Err(Error::invalid(format!(
            "this system's certificate authorities can't be had ({why}): set a CA file, or leave the bundled ones"
        )));
    }
    Ok(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}
