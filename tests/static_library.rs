//! The installed static library: what it defines, and programs that are linked with it. `make install` runs on Unix
//! systems.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use data_connectors_sandbox::Sandbox;
use support::installation::{
    EXAMPLE, TempFolder, assert_lists_all_connectors, compiler, installed, make, pkg_config, run,
};
use support::{root, symbols};

fn archive() -> PathBuf {
    installed().join("lib/libdata_connectors.a")
}

#[test]
fn only_the_functions_of_the_header_are_global_symbols() {
    let listed = run(Command::new("nm").args(["--extern-only", "--defined-only", "--format=posix"]).arg(archive()));
    let names = listed.lines().filter(|line| !line.ends_with(':')).map(|line| line.split(' ').next().unwrap());
    let header = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    assert_eq!(names.map(str::to_owned).collect::<BTreeSet<String>>(), symbols::declared(&header));
}

/// A linker keeps one of the section groups of the same name in all libraries, and discards the others.
#[test]
fn archive_has_unwinding_tables_but_no_section_groups_and_no_debug_information() {
    let sections = run(Command::new("readelf").args(["--sections", "--section-groups", "--wide"]).arg(archive()));
    assert!(sections.contains(" .eh_frame ") && sections.contains(" .gcc_except_table."), "{sections}");
    assert!(sections.contains("There are no section groups"), "{sections}");
    for section in [" .debug_", " .llvmbc", " .llvm_addrsig"] {
        assert!(!sections.contains(section), "{section}");
    }
    let size = fs::metadata(archive()).unwrap().len();
    println!("{size} bytes");
    assert!(size <= 6 << 20, "{size} bytes, more than 6 MiB");
}

#[test]
fn make_library_builds_the_installed_archive_again() {
    let installed = fs::read(archive()).unwrap();
    let metadata = run(Command::new("ar").arg("tvO").arg(archive()));
    assert!(metadata.starts_with("rw-r--r-- 0/0 ") && metadata.contains(" 1970 data_connectors.o "), "{metadata}");
    let release = target().join("release/libdata_connectors.a");
    fs::remove_file(&release).unwrap();
    fs::remove_file(target().join("stage/libdata_connectors.a")).unwrap();
    assert_eq!(make(&["library"]), "");
    assert!(fs::read(&release).unwrap() == installed, "the archives differ");
}

/// The folder that make builds in.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// A fully static program, which shows that `--static` adds everything needed.
#[test]
fn links_the_static_library_with_pkg_config() {
    let folder = TempFolder::new("static");
    let program = folder.0.join("consumer");
    let mut command = compiler("CC", "cc");
    command.arg("-static").arg(root().join(EXAMPLE)).arg("-o").arg(&program);
    let output = command.args(pkg_config(&["--static", "--cflags", "--libs"])).output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{messages}");
    assert_lists_all_connectors(&program, Path::new("/nonexistent"));

    // glibc's warning is the only one, and documented.
    let warnings: BTreeSet<&str> = messages.lines().filter_map(|line| Some(line.split_once("warning: ")?.1)).collect();
    let page = fs::read_to_string(root().join("docs/building.md")).unwrap();
    let documented: Vec<&str> = page.lines().filter(|line| line.starts_with("Using 'getaddrinfo'")).collect();
    assert_eq!(warnings.into_iter().collect::<Vec<&str>>(), documented);
}

/// In contrast to `pkg-config --static` alone, with which the linker selects the shared library.
#[test]
fn documented_commands_link_the_installed_static_library() {
    let folder = TempFolder::new("documented");
    fs::copy(root().join(EXAMPLE), folder.0.join("first.c")).unwrap();
    let page = fs::read_to_string(root().join("docs/building.md")).unwrap();
    let documented = page.lines().filter_map(|line| line.strip_prefix("$ "));
    let commands: Vec<&str> =
        documented.filter(|line| line.starts_with("cc ") && line.contains("pkg-config")).collect();
    assert_eq!(commands.len(), 2);
    for command in commands {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(&folder.0);
        run(shell.env("PKG_CONFIG_PATH", installed().join("lib/pkgconfig")));
        let program = folder.0.join("first");
        assert_lists_all_connectors(&program, Path::new("/nonexistent"));
        fs::remove_file(program).unwrap();
    }
}

/// Except for the libraries that every compiler links.
#[test]
fn documented_static_link_line_matches_rustc() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["rustc", "-q", "--locked", "-p", "data_connectors", "--lib", "--crate-type", "staticlib"]);
    command.args(["--", "--print", "native-static-libs"]).current_dir(root());
    let output = command.output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    let line = messages.lines().find_map(|line| line.split_once("native-static-libs: ")).expect(&messages).1;
    let required: Vec<&str> = line.split_whitespace().filter(|word| !["-lgcc_s", "-lc"].contains(word)).collect();

    let private = pkg_config(&["--static", "--libs-only-l"]);
    assert_eq!(private[1..], required);
    for (page, count) in [("README.md", 1), ("docs/building.md", 2)] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("cc ") && line.contains(" -lutil")).collect();
        assert_eq!(lines.len(), count, "{page}");
        for line in lines {
            let documented: Vec<&str> = line.split_whitespace().filter(|word| word.starts_with("-l")).collect();
            assert_eq!(documented, required, "{page}: {line}");
        }
    }
}

fn rustc() -> Command {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    command.args(["--edition", "2021"]);
    command
}

/// Whether the compiler can use a linker.
fn has_linker(name: &str) -> bool {
    let mut command = compiler("CC", "cc");
    let output = command.args([&format!("-fuse-ld={name}"), "-Wl,--version"]).output().unwrap();
    println!("{name}: {}", if output.status.success() { "tested" } else { "not installed" });
    output.status.success()
}

/// Each library catches its own panics.
#[test]
fn links_beside_another_rust_library_in_either_order() {
    let folder = TempFolder::new("two");
    let other = folder.0.join("libother.a");
    let sources = root().join("tests/consumers/static");
    run(rustc().args(["--crate-type", "staticlib", "-o"]).arg(&other).arg(sources.join("other.rs")));
    let ours = archive();
    let sandbox = Sandbox::builder().start().unwrap();
    let link_line = pkg_config(&["--static", "--libs-only-l"]);

    let mut sets = ["", "-static", "-static-pie", "-flto -O2", "-O2 -Wl,--gc-sections"].map(str::to_owned).to_vec();
    let linkers = ["bfd", "gold", "lld", "mold"].into_iter().filter(|name| has_linker(name));
    sets.extend(linkers.map(|name| format!("-fuse-ld={name} -Wl,--gc-sections")));
    for options in sets {
        for libraries in [[&ours, &other], [&other, &ours]] {
            let program = folder.0.join("program");
            let mut command = compiler("CC", "cc");
            command.args(options.split_whitespace()).args(["-Wall", "-Wextra", "-Werror", "-I"]);
            command.arg(installed().join("include")).arg(sources.join("main.c")).args(libraries);
            run(command.args(&link_line[1..]).arg("-o").arg(&program));
            let printed = run(Command::new(&program).arg(sandbox.base_url()));
            assert_eq!(printed, "137 DC_ERR_PANIC caught 137\n", "{options} {libraries:?}");
        }
    }
}

/// Its program contains Rust's standard library, as the archive does.
#[test]
fn links_with_a_rust_program() {
    let folder = TempFolder::new("rust");
    let (source, program) = (folder.0.join("main.rs"), folder.0.join("main"));
    let text = "extern \"C\" { fn dc_abi_version() -> i32; }\n\
        fn main() {\n    let caught = std::panic::catch_unwind(|| panic!(\"on purpose\")).is_err();\n    \
        println!(\"{} {caught}\", unsafe { dc_abi_version() });\n}\n";
    fs::write(&source, text).unwrap();
    let mut command = rustc();
    command.arg("-L").arg(installed().join("lib")).args(["-l", "static=data_connectors", "-o"]);
    run(command.arg(&program).arg(&source));
    assert_eq!(run(&mut Command::new(&program)), "1 true\n");
}
