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
pub mod scripted_server;
pub mod symbols;
pub mod test_proxy;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The root folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library of this build, which cargo places next to the test programs.
pub fn library() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let path = program.with_file_name("libdata_connectors.so");
    assert!(path.exists(), "{} does not exist: the tests support the layout of Linux builds only", path.display());
    path
}

/// A folder with that library under the names that the linker and the loader search for.
pub fn library_folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let library = library();
        let profile = library.ancestors().nth(2).unwrap().file_name().unwrap();
        let folder = scratch().join(profile);
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["libdata_connectors.so", "libdata_connectors.so.1"] {
            let link = folder.join(name);
            // An existing link may point to the library of another copy of the repository.
            if std::fs::read_link(&link).ok().as_ref() != Some(&library) {
                let new = folder.join(format!("{name}.{}", std::process::id()));
                #[cfg(unix)]
                std::os::unix::fs::symlink(&library, &new).unwrap();
                #[cfg(windows)]
                std::os::windows::fs::symlink_file(&library, &new).unwrap();
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
