//! Certificates for the TLS tests, generated in each run.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::scratch;

/// How a certificate is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    None,
    WrongHost,
    Expired,
    NotYetValid,
    SelfSigned,
    UnknownIssuer,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn trusted_authority() -> &'static Authority {
    static TRUSTED: OnceLock<Authority> = OnceLock::new();
    TRUSTED.get_or_init(|| authority("trusted test CA"))
}

/// A PEM file with the certificate of the CA that issues the valid certificates.
pub fn ca_file() -> PathBuf {
    // Written once: tests that run in parallel read it.
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| write_pem("ca", trusted_authority())).clone()
}

/// A PEM file with the certificate of another CA.
pub fn other_ca_file() -> PathBuf {
    write_pem("other-ca", &authority("other test CA"))
}

fn write_pem(name: &str, authority: &Authority) -> PathBuf {
    let path = scratch().join(format!("{name}-{}.pem", std::process::id()));
    std::fs::write(&path, authority.pem()).unwrap();
    path
}

/// The TLS configuration of a server, with a certificate for 127.0.0.1 and localhost that has this flaw.
pub fn server_config(flaw: Flaw) -> Arc<ServerConfig> {
    let names = match flaw {
        Flaw::WrongHost => vec!["elsewhere.example".to_owned()],
        _ => vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
    };
    let mut params = CertificateParams::new(names).unwrap();
    match flaw {
        Flaw::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Flaw::NotYetValid => params.not_before = date_time_ymd(2200, 1, 1),
        _ => {}
    }
    if flaw == Flaw::Expired {
        params.not_before = date_time_ymd(2019, 1, 1);
    }
    if flaw == Flaw::NotYetValid {
        params.not_after = date_time_ymd(2201, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match flaw {
        Flaw::SelfSigned => params.self_signed(&key).unwrap(),
        Flaw::UnknownIssuer => params.signed_by(&key, &authority("untrusted test CA")).unwrap(),
        _ => params.signed_by(&key, trusted_authority()).unwrap(),
    };
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    Arc::new(config)
}
