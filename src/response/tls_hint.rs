//! Error pages of servers that a request reached without TLS, or without a client certificate.

/// Returns what to do if the page is one of these, which only its phrase shows: the status is 400.
pub(super) fn tls_hint(page: &[u8]) -> Option<&'static str> {
    const PHRASES: [(&str, &str); 6] = [
        // nginx and AWS load balancers; Apache; Go; Tomcat
        ("The plain HTTP request was sent to HTTPS port", HTTPS),
        ("speaking plain HTTP to an SSL-enabled server port", HTTPS),
        ("Client sent an HTTP request to an HTTPS server", HTTPS),
        ("This combination of host and port requires TLS", HTTPS),
        // nginx
        ("No required SSL certificate was sent", MISSING),
        ("The SSL certificate error", REJECTED),
    ];
    const HTTPS: &str = "; the port requires TLS: use https:// in base_url";
    const MISSING: &str = "; it requires a client certificate: set client_certificate_file and client_key_file";
    const REJECTED: &str = "; it does not accept the client certificate: check client_certificate_file";
    let page = String::from_utf8_lossy(page);
    PHRASES.iter().find(|(phrase, _)| page.contains(phrase)).map(|(_, hint)| *hint)
}
