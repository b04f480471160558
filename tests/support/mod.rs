//! Shared code of the integration tests.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

pub mod abi_client;
pub mod certificates;
pub mod compiler;
pub mod fault_server;
pub mod gated_server;
pub mod installation;
pub mod listing;
pub mod openssl;
pub mod program;
pub mod resources;
pub mod scripted_server;
pub mod symbols;
pub mod test_proxy;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::OnceLock;

/// The root folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library of this build, which cargo places next to the test programs.
pub fn library() -> PathBuf {
    let name = format!("{DLL_PREFIX}data_connectors{DLL_SUFFIX}");
    let path = std::env::current_exe().unwrap().with_file_name(name);
    assert!(path.exists(), "{} does not exist", path.display());
    path
}

/// A folder with that library under the names that the linker and the loader search for.
#[cfg(windows)]
pub fn library_folder() -> PathBuf {
    library().parent().unwrap().to_owned()
}

/// A folder with that library under the names that the linker and the loader search for.
#[cfg(unix)]
pub fn library_folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let library = library();
        let profile = library.ancestors().nth(2).unwrap().file_name().unwrap();
        let folder = scratch().join(profile);
        std::fs::create_dir_all(&folder).unwrap();
        let version = data_connectors::ffi::version::DC_ABI_VERSION;
        let versioned = if cfg!(target_os = "macos") { format!(".{version}.dylib") } else { format!(".so.{version}") };
        for suffix in [DLL_SUFFIX, &versioned] {
            let name = format!("{DLL_PREFIX}data_connectors{suffix}");
            let link = folder.join(&name);
            // An existing link may point to the library of another copy of the repository.
            if std::fs::read_link(&link).ok().as_ref() != Some(&library) {
                let new = folder.join(format!("{name}.{}", std::process::id()));
                std::os::unix::fs::symlink(&library, &new).unwrap();
                std::fs::rename(&new, &link).unwrap();
            }
        }
        folder
    };
    FOLDER.get_or_init(make).clone()
}

/// A folder below target/ for files that tests create.
pub fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
