//! The client certificate, which authenticates the client to a server that requires one (mutual TLS).

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PrivateKey};
use zeroize::Zeroizing;

use super::pem_file::{INCOMPLETE_CERTIFICATES, NO_CERTIFICATE, PemFile};
use crate::error::{Error, Result};

/// The effect of an option that is not set.
const FALLBACK: &str = "no client certificate";

const UNSUPPORTED_KEY: &str =
    "the key is malformed or unsupported; use RSA (2048 to 4096 bits), ECDSA (P-256 or P-384) or Ed25519";

/// A certificate chain and its private key: both or neither, once a client is created. Clones share one copy of the
/// key in PEM, which is wiped from memory when the last one is dropped. ureq and rustls have copies of it in each
/// client, which they do not wipe.
#[derive(Clone, Default)]
pub(crate) struct ClientCertificate {
    chain: Vec<CertificateDer<'static>>,
    /// A file with one valid key.
    key: Option<Arc<PemFile>>,
}

impl ClientCertificate {
    pub(super) fn set_chain(&mut self, path: Option<&Path>) -> Result<()> {
        self.chain = path.map(read_chain).transpose()?.unwrap_or_default();
        Ok(())
    }

    pub(super) fn set_key(&mut self, path: Option<&Path>) -> Result<()> {
        self.key = path.map(read_key).transpose()?.map(Arc::new);
        Ok(())
    }

    /// The certificate for ureq, which would panic if the key did not match.
    pub(crate) fn to_ureq(&self) -> Result<Option<ClientCert>> {
        let key = match (self.chain.is_empty(), &self.key) {
            (true, None) => return Ok(None),
            (false, Some(key)) => key,
            (false, None) => {
                return Err(Error::invalid(
                    "missing client_key_file: client_certificate_file requires it; set it to the certificate's key",
                ));
            }
            (true, Some(_)) => {
                return Err(Error::invalid(
                    "missing client_certificate_file: client_key_file requires it; set it to the key's certificate",
                ));
            }
        };
        let der = PrivateKeyDer::from_pem_slice(key.pem()).map_err(|_| key.invalid(UNSUPPORTED_KEY))?;
        CertifiedKey::from_der(self.chain.clone(), der, &crypto_provider()).map_err(|_| {
            key.invalid(
                "not the key of the first certificate in client_certificate_file; use the key of the client's \
                 certificate, and put that certificate before those of its CAs",
            )
        })?;
        let chain: Vec<_> = self.chain.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
        let key = PrivateKey::from_pem(key.pem()).map_err(|_| key.invalid(UNSUPPORTED_KEY))?;
        Ok(Some(ClientCert::new_with_certs(&chain, key)))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.key.is_some() { "a key" } else { "no key" };
        write!(f, "{} certificates and {key}", self.chain.len())
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let file = PemFile::read("client_certificate_file", path, FALLBACK)?;
    let mut chain = Vec::new();
    for section in file.sections() {
        match section {
            Ok((SectionKind::Certificate, der)) => {
                let certificate = CertificateDer::from(der.to_vec());
                if ParsedCertificate::try_from(&certificate).is_err() {
                    let number = chain.len() + 1;
                    return Err(file.invalid(&format!(
                        "certificate {number} is malformed, or not X.509 version 3; create it with extensions"
                    )));
                }
                chain.push(certificate);
            }
            Ok(_) => {}
            Err(_) => return Err(file.invalid(INCOMPLETE_CERTIFICATES)),
        }
    }
    if chain.is_empty() {
        return Err(file.invalid(NO_CERTIFICATE));
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PemFile> {
    let file = PemFile::read("client_key_file", path, FALLBACK)?;
    // In PKCS#8, and in OpenSSL's older format.
    if file.contains(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") || file.contains(b"Proc-Type: 4,ENCRYPTED") {
        return Err(file.invalid("the key is encrypted; decrypt it: openssl pkey -in encrypted.key -out decrypted.key"));
    }
    let mut keys = Zeroizing::new(Vec::new());
    for section in file.sections() {
        let Ok((kind, mut der)) = section else {
            return Err(file.invalid("not a PEM file, or incomplete; use one with a -----BEGIN PRIVATE KEY----- block"));
        };
        keys.extend(PrivateKeyDer::from_pem(kind, std::mem::take(&mut *der)));
    }
    let count = keys.len();
    match keys.pop() {
        None => Err(file.invalid("no private key found; use a PEM file with a -----BEGIN PRIVATE KEY----- block")),
        Some(_) if count > 1 => Err(file.invalid(&format!("{count} private keys found; use a file with one"))),
        // rustls wipes its copy.
        Some(key) => match crypto_provider().key_provider.load_private_key(key) {
            Ok(_) => Ok(file),
            Err(_) => Err(file.invalid(UNSUPPORTED_KEY)),
        },
    }
}

/// The one that ureq uses.
fn crypto_provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}
