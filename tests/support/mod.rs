//! What the integration tests share.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

pub mod abi;
pub mod certificates;
pub mod compiler;
pub mod fault;
pub mod gate;
pub mod listing;
pub mod program;
pub mod proxy;
pub mod scripted;
pub mod symbols;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library of this build, which cargo puts beside the test programs.
pub fn library() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let path = program.with_file_name("libdata_connectors.so");
    assert!(path.exists(), "{} is not there: these tests know the layout of Linux builds", path.display());
    path
}

/// A folder with that library under the names by which linker and loader look for it.
pub fn library_folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let library = library();
        let profile = library.ancestors().nth(2).unwrap().file_name().unwrap();
        let folder = scratch().join(profile);
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["libdata_connectors.so", "libdata_connectors.so.1"] {
            let link = folder.join(name);
            // One that is there may be of a copy of this folder elsewhere.
            if std::fs::read_link(&link).ok().as_ref() != Some(&library) {
                let fresh = folder.join(format!("{name}.{}", std::process::id()));
                std::os::unix::fs::symlink(&library, &fresh).unwrap();
                std::fs::rename(&fresh, &link).unwrap();
            }
        }
        folder
    };
    FOLDER.get_or_init(make).clone()
}

/// A folder for what tests make, below target/.
pub fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
