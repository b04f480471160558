//! Certificates for the TLS tests, made anew for each run.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::scratch;

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    None,
    WrongHost,
    Expired,
    NotYetValid,
    SelfSigned,
    UnknownIssuer,
}

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    Authority { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
}

fn trusted() -> &'static Authority {
    static TRUSTED: OnceLock<Authority> = OnceLock::new();
    TRUSTED.get_or_init(|| authority("the tests' own authority"))
}

/// A PEM file of the authority that the good certificates are of.
pub fn ca_file() -> PathBuf {
    let path = scratch().join(format!("ca-{}.pem", std::process::id()));
    std::fs::write(&path, trusted().issuer.pem()).unwrap();
    path
}

/// A server's side of TLS, for 127.0.0.1 and localhost unless the flaw says otherwise.
pub fn server(flaw: Flaw) -> Arc<ServerConfig> {
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
        Flaw::UnknownIssuer => params.signed_by(&key, &*authority("somebody").issuer).unwrap(),
        _ => params.signed_by(&key, &*trusted().issuer).unwrap(),
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
