//! Client certificates (mutual TLS): which files are accepted, and what happens at a server that requires one.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use data_connectors::{Client, Config, Error, ErrorKind, LogLevel};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use support::fault_server::{FaultServer, Step};
use support::listing::{config, list, ok_response};
use support::openssl;
use support::test_proxy::start_proxy;

/// A folder with the files of docs/tls.md.
fn files() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| openssl::documented_files("client-certificates"))
}

/// Creates a client certificate for a key, signed by the CA in the folder.
fn create_certificate(folder: &Path, key: &str, certificate: &str) {
    let signing = "openssl req -x509 -CA dev-ca.pem -CAkey dev-ca.key -days 2 -addext basicConstraints=CA:FALSE";
    openssl::run(folder, &format!("{signing} -subj /CN=client -key {key} -out {certificate}"));
}

/// A server that requires a client certificate of `client_ca`.
fn start_server(client_ca: &str) -> FaultServer {
    let tls = openssl::server_config(files(), Some(client_ca));
    FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(tls))
}

fn config_for(server: &FaultServer) -> Config {
    let mut config = config(&format!("https://localhost:{}", server.address().port()));
    config.set_ca_file(Some(&files().join("dev-ca.pem"))).unwrap();
    config
}

fn set_files(config: &mut Config, certificate: &str, key: &str) {
    config.set_client_certificate_file(Some(&files().join(certificate))).unwrap();
    config.set_client_key_file(Some(&files().join(key))).unwrap();
}

#[track_caller]
fn assert_rejected<T>(outcome: Result<T, Error>, message: &str) {
    let error = outcome.err().unwrap_or_else(|| panic!("accepted, but expected {message:?}"));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains(message), "{error}");
}

#[test]
fn server_that_requires_a_client_certificate_receives_it() {
    let server = start_server("dev-ca.pem");
    let mut config = config_for(&server);
    set_files(&mut config, "dev-client.pem", "dev-client.key");
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    // The order does not matter, and a reset removes both.
    let mut reversed = config_for(&server);
    reversed.set_client_key_file(Some(&files().join("dev-client.key"))).unwrap();
    reversed.set_client_certificate_file(Some(&files().join("dev-client.pem"))).unwrap();
    assert_eq!(list(&Client::new(&reversed).unwrap()).unwrap().count(), 1);
    reversed.set_client_certificate_file(None).unwrap().set_client_key_file(None).unwrap();
    assert_eq!(list(&Client::new(&reversed).unwrap()).unwrap_err().kind(), ErrorKind::Tls);
}

#[test]
fn client_certificate_is_sent_through_a_proxy() {
    let server = start_server("dev-ca.pem");
    let target = Some(server.address().to_string());
    let (proxy, requested) = start_proxy("HTTP/1.1 200 Connection established\r\n\r\n", target);
    let mut config = config_for(&server);
    set_files(&mut config, "dev-client.pem", "dev-client.key");
    config.set_proxy(Some(&format!("http://{proxy}"))).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    assert!(requested.join().unwrap().starts_with("CONNECT localhost:"));
}

#[test]
fn client_certificate_has_no_effect_without_tls() {
    let server = FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], None);
    let mut config = config(&format!("http://{}", server.address()));
    set_files(&mut config, "dev-client.pem", "dev-client.key");
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    // The files are checked nevertheless.
    set_files(&mut config, "dev-server.pem", "dev-client.key");
    assert_rejected(Client::new(&config), "not the key of the first certificate");
}

#[test]
fn error_says_to_set_a_missing_client_certificate() {
    let server = start_server("dev-ca.pem");
    let mut config = config_for(&server);
    config.set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1), "{error}");
    let expected = format!(
        "localhost:{} refused the TLS connection (alert certificate required): \
         it requires a client certificate: set client_certificate_file and client_key_file",
        server.address().port()
    );
    assert_eq!(error.message(), expected);
    assert_eq!(server.requests(), Vec::<String>::new());
}

/// A server with TLS 1.2 sends its alert and closes the connection while the client still sends its part of the
/// handshake: the alert is the error, whichever comes first. src/transport/tcp.rs tests the order that needs care.
#[test]
fn error_is_the_alert_even_if_sending_fails() {
    let tls = openssl::server_config_with(files(), Some("dev-ca.pem"), &[&rustls::version::TLS12]);
    let server = FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(tls));
    let config = config_for(&server);
    for attempt in 0..200 {
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "attempt {attempt}: {error}");
        assert!(error.message().contains("refused the TLS connection (alert "), "attempt {attempt}: {error}");
    }
}

#[test]
fn error_says_that_the_client_certificate_is_not_trusted() {
    openssl::run(
        files(),
        "openssl req -x509 -newkey rsa:2048 -noenc -days 2 -subj /CN=other -keyout /dev/null -out other-ca.pem",
    );
    let server = start_server("other-ca.pem");
    let mut config = config_for(&server);
    set_files(&mut config, "dev-client.pem", "dev-client.key");
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    let expected = "(alert unknown ca): it does not trust the CA of the client certificate: check \
                    client_certificate_file, and that it contains the intermediate CAs";
    assert!(error.message().contains(expected), "{error}");
}

#[test]
fn accepts_every_format_of_keys_and_chains() {
    let folder = files();
    for (key, command) in [
        ("pkcs8-rsa", "openssl pkey -in dev-client.key"),
        ("pkcs1-rsa", "openssl rsa -in dev-client.key -traditional"),
        ("pkcs8-ec", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384"),
        // With an EC PARAMETERS block in front of the key.
        ("sec1-ec", "openssl ecparam -name prime256v1 -genkey"),
        ("ed25519", "openssl genpkey -algorithm ED25519"),
    ] {
        openssl::run(folder, &format!("{command} -out {key}.key"));
        create_certificate(folder, &format!("{key}.key"), &format!("{key}.pem"));
        let server = start_server("dev-ca.pem");
        let mut config = config_for(&server);
        set_files(&mut config, &format!("{key}.pem"), &format!("{key}.key"));
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1, "{key}");
    }
    // One file with a byte order mark, the key, the certificate and its CA.
    openssl::run(folder, "{ printf '\\357\\273\\277'; cat dev-client.key dev-client.pem dev-ca.pem; } > combined.pem");
    let server = start_server("dev-ca.pem");
    let mut config = config_for(&server);
    set_files(&mut config, "combined.pem", "combined.pem");
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
}

#[test]
fn a_chain_contains_the_intermediate_cas() {
    let folder = openssl::documented_files("client-chain");
    let intermediate =
        "openssl req -x509 -CA dev-ca.pem -CAkey dev-ca.key -newkey rsa:2048 -noenc -days 2 -subj /CN=middle";
    openssl::run(&folder, &format!("{intermediate} -keyout middle.key -out middle.pem"));
    let leaf = "openssl req -x509 -CA middle.pem -CAkey middle.key -days 2 -subj /CN=client -key dev-client.key";
    openssl::run(&folder, &format!("{leaf} -addext basicConstraints=CA:FALSE -out leaf.pem"));
    openssl::run(&folder, "cat leaf.pem middle.pem > chain.pem");
    let tls = openssl::server_config(&folder, Some("dev-ca.pem"));
    let server = FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(tls));
    let list_with = |chain: &str| {
        let mut config = config_for(&server);
        config.set_ca_file(Some(&folder.join("dev-ca.pem"))).unwrap();
        config.set_client_certificate_file(Some(&folder.join(chain))).unwrap();
        config.set_client_key_file(Some(&folder.join("dev-client.key"))).unwrap();
        list(&Client::new(&config).unwrap())
    };
    assert_eq!(list_with("chain.pem").unwrap().count(), 1);
    assert!(list_with("leaf.pem").unwrap_err().message().contains("contains the intermediate CAs"));
}

#[test]
fn client_requires_both_files_and_that_they_match() {
    let mut config = config("https://localhost:1");
    config.set_client_certificate_file(Some(&files().join("dev-client.pem"))).unwrap();
    assert_rejected(Client::new(&config), "missing client_key_file: client_certificate_file requires it");
    config.set_client_certificate_file(None).unwrap();
    config.set_client_key_file(Some(&files().join("dev-client.key"))).unwrap();
    assert_rejected(Client::new(&config), "missing client_certificate_file: client_key_file requires it");
    config.set_client_certificate_file(Some(&files().join("dev-server.pem"))).unwrap();
    assert_rejected(
        Client::new(&config),
        "dev-client.key: not the key of the first certificate in client_certificate_file",
    );
}

#[test]
fn invalid_files_have_clear_errors() {
    let folder = openssl::documented_files("invalid-client-files");
    for command in [
        "openssl pkey -in dev-client.key -aes128 -passout pass:s3cret -out pkcs8.key",
        "openssl rsa -in dev-client.key -traditional -aes128 -passout pass:s3cret -out pkcs1.key",
        "cat dev-client.key dev-server.key > two.key",
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.key",
        "sed 7d dev-client.key > damaged.key",
        "head -n 5 dev-client.key > cut.key",
        "sed 7d dev-client.pem > damaged.pem",
        "head -n 5 dev-client.pem > cut.pem",
        "openssl x509 -in dev-client.pem -outform DER -out client.der",
        "cat dev-client.pem damaged.pem > second.pem",
    ] {
        openssl::run(&folder, command);
    }
    let mut config = Config::new();
    for (file, reason) in [
        ("missing.key", "could not read client_key_file"),
        ("", "could not read client_key_file"),
        ("pkcs8.key", "the key is encrypted; decrypt it: openssl pkey -in encrypted.key -out decrypted.key"),
        ("pkcs1.key", "the key is encrypted; decrypt it: openssl pkey -in encrypted.key -out decrypted.key"),
        ("two.key", "2 private keys found; use a file with one"),
        ("dev-client.pem", "no private key found; use a PEM file with a -----BEGIN PRIVATE KEY----- block"),
        (
            "p521.key",
            "the key is malformed or unsupported; use RSA (2048 to 4096 bits), ECDSA (P-256 or P-384) or Ed25519",
        ),
        ("damaged.key", "the key is malformed or unsupported"),
        ("cut.key", "not a PEM file, or incomplete; use one with a -----BEGIN PRIVATE KEY----- block"),
    ] {
        assert_rejected(config.set_client_key_file(Some(&folder.join(file))), reason);
    }
    for (file, reason) in [
        ("missing.pem", "could not read client_certificate_file"),
        ("dev-client.key", "no certificate found; use a PEM file with -----BEGIN CERTIFICATE----- blocks"),
        ("client.der", "no certificate found; use a PEM file with -----BEGIN CERTIFICATE----- blocks"),
        ("cut.pem", "not a PEM file, or incomplete; use one with -----BEGIN CERTIFICATE----- blocks"),
        ("damaged.pem", "certificate 1 is malformed, or not X.509 version 3"),
        ("second.pem", "certificate 2 is malformed, or not X.509 version 3"),
    ] {
        assert_rejected(config.set_client_certificate_file(Some(&folder.join(file))), reason);
    }
    let empty = Some(Path::new(""));
    assert_rejected(config.set_client_key_file(empty), "the path is empty; pass the path of a PEM file");
    assert_rejected(config.set_client_certificate_file(empty), "or none to use no client certificate");
}

#[track_caller]
fn assert_not_repeated(error: &Error, value: &str) {
    assert!(error.message().contains("is not shown, as it may be a key: pass the path of a PEM file"), "{error}");
    let shown = format!("{error} {error:?}");
    let repeated = value.as_bytes().windows(12).any(|part| shown.as_bytes().windows(12).any(|other| other == part));
    assert!(!repeated, "{shown}");
}

#[test]
fn message_repeats_a_path_but_no_value_that_may_be_a_key() {
    let mut config = Config::new();
    for path in [
        "client.key",
        "no/such/Client.key",
        "/etc/company/certificates/production/client",
        "/Users/alice/src/project1/certificates/client.pem",
        "/var/run/secrets/kubernetes.io/serviceaccount/..2026_01_20_14_22_15.123/tls.key",
    ] {
        let expected = format!("could not read client_key_file {path}: ");
        assert_rejected(config.set_client_key_file(Some(Path::new(path))), &expected);
    }
    let too_long = "client.".repeat(37);
    for value in [
        &too_long,
        &format!("no/such/{too_long}"),
        // Of an Ed25519 key, of a key in PEM, and in hexadecimal digits.
        "MC4CAQAwBQYDK2VwBCIEIHRlc3QvdGVzdC90ZXN0L3Rlc3QvdGVzdC90ZXN0",
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1DNENBUUF3QlFZREsyVndC",
        "302e020100300506032b657004220420746573742f746573742f746573742f74",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmn",
    ] {
        assert_not_repeated(&config.set_client_key_file(Some(Path::new(value))).unwrap_err(), value);
    }
}

/// A file can be replaced while it is opened: a pipe would block the call forever. On Windows pipes have names of their
/// own.
#[cfg(unix)]
#[test]
fn replacing_the_file_by_a_pipe_does_not_block() {
    let folder = openssl::folder("replaced-by-a-pipe");
    openssl::run(&folder, "mkfifo pipe && echo text > file && ln -s file client.key");
    let (done, outcome) = std::sync::mpsc::channel();
    let path = folder.join("client.key");
    let rounds = if support::program::is_slow() { 2_000 } else { 50_000 };
    let reader = std::thread::spawn(move || {
        let mut config = Config::new();
        for _ in 0..rounds {
            config.set_client_key_file(Some(&path)).unwrap_err();
        }
        done.send(()).unwrap();
    });
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while outcome.try_recv().is_err() {
        assert!(std::time::Instant::now() < deadline, "blocked by the pipe");
        for target in ["pipe", "file"] {
            std::os::unix::fs::symlink(target, folder.join("next")).unwrap();
            std::fs::rename(folder.join("next"), folder.join("client.key")).unwrap();
        }
    }
    reader.join().unwrap();
}

thread_local! {
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// A part of a key.
static SECRET: OnceLock<[u8; 32]> = OnceLock::new();
static FREED_WITH_SECRET: AtomicUsize = AtomicUsize::new(0);

/// Counts the blocks of the watched thread that still contain the secret when they are freed.
struct WatchingAllocator;

// SAFETY: it passes all to the system allocator.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for WatchingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises. With zeros, as `dealloc` reads all of it.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        if let (true, Some(secret)) = (IS_WATCHED.get(), SECRET.get()) {
            // SAFETY: the block is allocated, has this size, and is initialized.
            let block = unsafe { std::slice::from_raw_parts(address, layout.size()) };
            let found = block.windows(secret.len()).any(|part| part == secret);
            FREED_WITH_SECRET.fetch_add(found.into(), Ordering::Relaxed);
        }
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: WatchingAllocator = WatchingAllocator;

#[test]
fn decoded_keys_are_wiped_from_memory() {
    let folder = openssl::documented_files("wiped-keys");
    openssl::run(
        &folder,
        "cat dev-client.key dev-server.key > two.key && { cat dev-client.key; head -n 5 dev-server.key; } > cut.key",
    );
    openssl::run(&folder, "cat dev-client.key dev-client.pem > combined.pem");
    let der = PrivateKeyDer::from_pem_file(folder.join("dev-client.key")).unwrap();
    let middle = der.secret_der().len() / 2;
    SECRET.set(der.secret_der()[middle..middle + 32].try_into().unwrap()).unwrap();
    let mut config = Config::new();
    let mut freed_by = |set: &mut dyn FnMut(&mut Config)| {
        IS_WATCHED.set(true);
        set(&mut config);
        IS_WATCHED.set(false);
        FREED_WITH_SECRET.swap(0, Ordering::Relaxed)
    };
    let path = |file: &str| folder.join(file);
    let (key, combined) = (path("dev-client.key"), path("combined.pem"));
    assert_eq!(freed_by(&mut |_| drop(der.secret_der().to_vec())), 1, "the test finds a key");
    assert_eq!(
        freed_by(&mut |config| {
            config.set_client_key_file(Some(&key)).unwrap();
        }),
        0,
        "valid"
    );
    for file in [path("two.key"), path("cut.key")] {
        let freed = freed_by(&mut |config| {
            config.set_client_key_file(Some(&file)).unwrap_err();
        });
        assert_eq!(freed, 0, "{}", file.display());
    }
    let freed = freed_by(&mut |config| {
        config.set_client_certificate_file(Some(&combined)).unwrap();
    });
    assert_eq!(freed, 0, "a key behind the certificate");
    assert_eq!(
        freed_by(&mut |config| {
            config.set_ca_file(Some(&combined)).unwrap();
        }),
        0,
        "a key in ca_file"
    );
}

/// Contents instead of a path are a likely mistake, as secrets are often in environment variables.
#[test]
fn key_is_in_no_message_log_or_debug_output() {
    let contents = std::fs::read_to_string(files().join("dev-client.key")).unwrap();
    let secret = contents.lines().nth(3).unwrap();
    let mut config = config("https://localhost:1");
    for text in [contents.as_str(), &contents.replace('\n', " "), secret] {
        let path = if text == secret { format!("{secret}\n") } else { text.to_owned() };
        let error = config.set_client_key_file(Some(Path::new(&path))).unwrap_err();
        assert!(error.message().contains("the value is the contents of a file"), "{error}");
        assert!(!format!("{error:?}").contains(secret), "{error}");
    }
    let body: String = contents.lines().filter(|line| !line.starts_with('-')).collect();
    let (first, second) = body.split_at(body.len() / 2);
    let url_safe = body.replace('+', "-").replace('/', "_");
    for value in
        [&body, first, second, secret, &secret[..48], &format!("base64:{body}"), &url_safe, &format!("/{second}")]
    {
        let path = Some(Path::new(value));
        for outcome in [
            config.set_client_key_file(path).map(drop),
            config.set_client_certificate_file(path).map(drop),
            config.set_ca_file(path).map(drop),
        ] {
            assert_not_repeated(&outcome.unwrap_err(), value);
        }
    }
    let server = start_server("dev-ca.pem");
    let mut config = config_for(&server);
    set_files(&mut config, "dev-client.pem", "dev-client.key");
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = lines.clone();
    config.set_logger(LogLevel::Debug, move |_, line| log.lock().unwrap().push(line.to_owned()));
    let client = Client::new(&config).unwrap();
    list(&client).unwrap();
    let shown = format!("{config:?} {client:?} {:?}", lines.lock().unwrap());
    assert!(shown.contains("a key") && shown.contains("200"), "{shown}");
    assert!(!shown.contains(&secret[..16]), "{shown}");
}
