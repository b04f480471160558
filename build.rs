//! Link arguments of the shared library; nothing is generated, and nothing is written into the source tree.

/// The same number as `DC_ABI_VERSION` in src/ffi/version.rs: tests/abi.rs compares the built library's soname with it.
const ABI_VERSION: u32 = 1;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match system.as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libdata_connectors.so.{ABI_VERSION}");
            // A Rust library leaves thread-local destructors behind that dlclose would pull the code away from.
            println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        "macos" => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libdata_connectors.{ABI_VERSION}.dylib");
        }
        _ => {}
    }
}
