//! Passes linker arguments for the shared library.

/// Equals `DC_ABI_VERSION` in src/ffi/version.rs; tests/abi.rs compares the soname of the library with it.
const ABI_VERSION: u32 = 1;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match system.as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libdata_connectors.so.{ABI_VERSION}");
            // After dlclose, the thread-local destructors of Rust's std would run unmapped code.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        "macos" => {
            // Two arguments, which both a compiler and ld64.lld accept.
            println!("cargo::rustc-cdylib-link-arg=-install_name");
            println!("cargo::rustc-cdylib-link-arg=@rpath/libdata_connectors.{ABI_VERSION}.dylib");
        }
        _ => {}
    }
}
