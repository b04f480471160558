//! Empty: only the static library that curl-sys builds is used.
