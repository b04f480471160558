//! Certificates and keys in files, created with the commands of openssl that users run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::{root, scratch};

/// The commands of docs/tls.md that create files, in order: a CA, a certificate of localhost, a client certificate.
pub fn documented_commands() -> Vec<String> {
    let page = std::fs::read_to_string(root().join("docs/tls.md")).unwrap();
    page.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
}

/// An empty folder for the files of a test.
pub fn folder(name: &str) -> PathBuf {
    let folder = scratch().join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a command in the folder.
pub fn run(folder: &Path, command: &str) {
    let output = Command::new("sh").args(["-c", command]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A folder with the files that the commands of docs/tls.md create.
pub fn documented_files(name: &str) -> PathBuf {
    let folder = folder(name);
    documented_commands().iter().for_each(|command| run(&folder, command));
    folder
}

/// A server with the certificate dev-server.pem and its key dev-server.key; it requires a client certificate that `client_ca`
/// has signed, if any.
pub fn server_config(folder: &Path, client_ca: Option<&str>) -> Arc<ServerConfig> {
    server_config_with(folder, client_ca, rustls::DEFAULT_VERSIONS)
}

/// The same with these versions of TLS.
pub fn server_config_with(
    folder: &Path,
    client_ca: Option<&str>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_file(folder.join("dev-server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("dev-server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Not checked: rustls would reject some of the invalid certificates.
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certificate = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions);
    let builder = match client_ca {
        None => builder.unwrap().with_no_client_auth(),
        Some(client_ca) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_file(folder.join(client_ca)).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.unwrap().with_client_cert_verifier(verifier)
        }
    };
    Arc::new(builder.with_cert_resolver(Arc::new(certificate)))
}
