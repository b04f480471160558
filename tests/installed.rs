//! The library as it is installed: `make install` into a folder of its own, and programs that are built against that,
//! outside of this repository, by pkg-config, by CMake, in C++, and by loading it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use data_connectors_sandbox::Sandbox;
use support::{root, scratch};

const TOKEN: (&str, &str) = ("INTERCOM_ACCESS_TOKEN", "canary-7d1f");

/// Runs a program that has to succeed, and gives what it prints.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{}{said}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

fn make(arguments: &[&str]) -> String {
    // One at a time: they build in the same folder.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    run(Command::new("make").args(arguments).current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL"))
}

/// Where it is installed; `PREFIX` is below it.
fn installed() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let place = scratch().join("installed");
        let _ = fs::remove_dir_all(&place);
        println!("{}", make(&["install", &format!("DESTDIR={}", place.display()), "PREFIX=/opt/dc"]));
        place.join("opt/dc")
    })
}

/// A folder outside of the repository, gone at the end.
struct Outside(PathBuf);

impl Outside {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dc-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn pkg_config(arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", installed().join("lib/pkgconfig")).args(arguments).arg("data_connectors");
    run(&mut command).split_whitespace().map(str::to_owned).collect()
}

fn compiler(variable: &str, default: &str) -> Command {
    let words = std::env::var(variable).unwrap_or(default.to_owned());
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command
}

/// Runs a program against a sandbox, with the library of that folder, if it wants a shared one.
fn lists_137(program: &Path, library: &Path) {
    let sandbox = Sandbox::builder().token(TOKEN.1).start().unwrap();
    let mut command = Command::new(program);
    command.args(["--json", "--base-url", sandbox.base_url()]).env(TOKEN.0, TOKEN.1).env("LD_LIBRARY_PATH", library);
    let printed = run(&mut command);
    let rows: usize = printed
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|json| json["data"].as_array().map_or(1, Vec::len))
        .sum();
    assert_eq!(rows, 137);
}

const EXAMPLE: &str = "examples/c/list_connectors.c";

/// A program linked with the shared library.
fn linked(folder: &Path) -> PathBuf {
    let program = folder.join("consumer");
    let mut command = compiler("CC", "cc");
    run(command.arg(root().join(EXAMPLE)).arg("-o").arg(&program).args(pkg_config(&["--cflags", "--libs"])));
    program
}

#[test]
fn by_pkg_config_with_the_shared_library() {
    let outside = Outside::new("shared");
    let program = linked(&outside.0);
    lists_137(&program, &installed().join("lib"));
    // Without it the loader says so: it is by the soname that the program wants it.
    let output = Command::new(&program).env_remove("LD_LIBRARY_PATH").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("libdata_connectors.so.1"), "{output:?}");
    assert!(run(Command::new("readelf").arg("-V").arg(&program)).contains("DATA_CONNECTORS_0.1"));
}

/// The whole program is static: what `--static` adds is all that is needed.
#[test]
fn by_pkg_config_with_the_static_library() {
    let outside = Outside::new("static");
    let program = outside.0.join("consumer");
    let mut command = compiler("CC", "cc");
    command.arg("-static").arg(root().join(EXAMPLE)).arg("-o").arg(&program);
    run(command.args(pkg_config(&["--static", "--cflags", "--libs"])));
    lists_137(&program, Path::new("/nowhere"));
}

#[test]
fn by_cmake() {
    let outside = Outside::new("cmake");
    fs::copy(root().join("tests/consumers/cmake/CMakeLists.txt"), outside.0.join("CMakeLists.txt")).unwrap();
    fs::copy(root().join(EXAMPLE), outside.0.join("list_connectors.c")).unwrap();
    let build = outside.0.join("build");
    let place = format!("-DCMAKE_PREFIX_PATH={}", installed().display());
    run(Command::new("cmake").arg("-S").arg(&outside.0).arg("-B").arg(&build).arg(place));
    run(Command::new("cmake").arg("--build").arg(&build));
    lists_137(&build.join("with_shared"), &installed().join("lib"));
    lists_137(&build.join("with_static"), Path::new("/nowhere"));
    let needs_it =
        |name: &str| run(Command::new("readelf").arg("-d").arg(build.join(name))).contains("[libdata_connectors.so.1]");
    assert!(needs_it("with_shared") && !needs_it("with_static"));
}

#[test]
fn cmake_takes_versions_that_fit() {
    let outside = Outside::new("versions");
    let fitting = ["", "0", "0.1", "0.1.0", "0.1.0 EXACT", "0...1", "0.0.9...0.1", "0.1...<0.2"];
    let others = ["0.2", "0.0.9", "1.0", "0.1.1", "0.2...1", "0...<0.1.0"];
    for (version, fits) in
        fitting.map(|version| (version, true)).into_iter().chain(others.map(|version| (version, false)))
    {
        let text =
            format!("cmake_minimum_required(VERSION 3.19)\nproject(a NONE)\nfind_package(data_connectors {version})\n");
        fs::write(outside.0.join("CMakeLists.txt"), text + "message(\"found ${data_connectors_FOUND}\")\n").unwrap();
        let mut command = Command::new("cmake");
        command
            .arg("-S")
            .arg(&outside.0)
            .arg("-B")
            .arg(outside.0.join(format!("build-{}", version.replace(['<', ' '], "_"))));
        let output = command.arg(format!("-DCMAKE_PREFIX_PATH={}", installed().display())).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).contains("found 1");
        assert_eq!(said, fits, "{version}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn in_cpp_with_the_wrapper() {
    let outside = Outside::new("cpp");
    let sandbox = Sandbox::builder().start().unwrap();
    for standard in ["c++17", "c++20", "c++23"] {
        let program = outside.0.join("walk");
        let mut command = compiler("CXX", "c++");
        command.arg(format!("-std={standard}")).args(["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic"]);
        command.arg("-Werror").arg(root().join("tests/consumers/walk.cpp")).arg("-pthread").arg("-o").arg(&program);
        run(command.args(pkg_config(&["--cflags", "--libs"])));
        let mut command = Command::new(&program);
        command.arg(sandbox.base_url()).env("LD_LIBRARY_PATH", installed().join("lib"));
        assert_eq!(run(&mut command), "137\n");
    }
}

/// The program in the wrapper's first comment.
#[test]
fn the_wrappers_program() {
    let text = fs::read_to_string(root().join("include/data_connectors.hpp")).unwrap();
    let (program, _) = text.split_once(" *     }\n *\n * Handles").unwrap();
    let (_, program) = program.split_once("MIT OR Apache-2.0.\n *\n").unwrap();
    let program: String = program.lines().map(|line| line.trim_start_matches(" *").to_owned() + "\n").collect();
    let outside = Outside::new("comment");
    let sandbox = Sandbox::builder().start().unwrap();
    let redirected = program.replace("dc::config()", &format!("dc::config().base_url(\"{}\")", sandbox.base_url()));
    assert_ne!(program, redirected);
    fs::write(outside.0.join("main.cpp"), redirected + "}\n").unwrap();
    let built = outside.0.join("main");
    let mut command = compiler("CXX", "c++");
    command.args(["-std=c++17", "-Wall", "-Werror"]).arg(outside.0.join("main.cpp")).arg("-o").arg(&built);
    run(command.args(pkg_config(&["--cflags", "--libs"])));
    let library = installed().join("lib");
    let printed = run(Command::new(&built).env("LD_LIBRARY_PATH", &library).env(TOKEN.0, TOKEN.1));
    assert_eq!(printed.lines().count(), 137);
    assert!(printed.starts_with("12345 Order Status Service\n"), "{printed}");
    let output = Command::new(&built).env("LD_LIBRARY_PATH", &library).env_remove(TOKEN.0).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("the token is empty"), "{output:?}");
}

#[test]
fn by_its_soname() {
    let outside = Outside::new("soname");
    let program = outside.0.join("by_soname");
    let mut command = compiler("CC", "cc");
    command.arg("-D_GNU_SOURCE").arg(root().join("tests/consumers/by_soname.c")).arg("-o").arg(&program).arg("-ldl");
    run(&mut command);
    let sandbox = Sandbox::builder().start().unwrap();
    let mut command = Command::new(&program);
    assert_eq!(run(command.arg(sandbox.base_url()).env("LD_LIBRARY_PATH", installed().join("lib"))), "1 50\n");
}

/// A program that is linked with this version runs with the next one, whose file has another name.
#[test]
fn a_program_runs_with_the_next_build() {
    let outside = Outside::new("next");
    let program = linked(&outside.0);
    let place = format!("DESTDIR={}", outside.0.display());
    make(&["install", "VERSION=0.2.0", &place, "PREFIX=/opt/dc"]);
    let library = outside.0.join("opt/dc/lib");
    assert!(library.join("libdata_connectors.so.1.0.2.0").exists());
    lists_137(&program, &library);
    make(&["uninstall", "VERSION=0.2.0", &place, "PREFIX=/opt/dc"]);
    let left: Vec<_> = files(&outside.0.join("opt"));
    assert!(left.is_empty(), "{left:?}");
}

/// What packagers do: odd folders, a mask, a relative DESTDIR, twice; and only what was put there is removed.
#[test]
fn in_other_folders() {
    let outside = Outside::new("folders");
    let mine = outside.0.join("d/usr/share/doc/data_connectors/mine");
    fs::create_dir_all(mine.parent().unwrap()).unwrap();
    fs::write(&mine, "not the library's").unwrap();
    fs::set_permissions(mine.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let places = ["PREFIX=/usr/", "LIBDIR=/usr/lib/x86_64-linux-gnu", "INCLUDEDIR=/usr/include/dc"];
    let relative = format!("DESTDIR={}", relative_to(root(), &outside.0.join("d")).display());
    for _ in 0..2 {
        let arguments = ["-c", "umask 077 && exec make install \"$@\"", "sh"];
        let mut command = Command::new("sh");
        command.args(arguments).args(places).arg(&relative).current_dir(root()).env_remove("MAKEFLAGS");
        run(command.env_remove("MAKELEVEL"));
    }
    let library = outside.0.join("d/usr/lib/x86_64-linux-gnu");
    for file in files(&outside.0.join("d")) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert!(file == mine || mode == 0o644 || mode == 0o755, "{}: {mode:o}", file.display());
    }
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", library.join("pkgconfig")).args(["--cflags", "data_connectors"]);
    let cflags = run(&mut command);
    assert!(Path::new(cflags.trim().strip_prefix("-I").unwrap()).join("data_connectors.h").exists(), "{cflags}");
    make(&[&["uninstall", &relative][..], &places[..]].concat());
    assert_eq!(files(&outside.0.join("d")), [mine]);

    let mut command = Command::new("make");
    command.args(["install", "PREFIX=/a b"]).current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    let output = command.output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("a space in"), "{output:?}");
}

fn relative_to(from: &Path, to: &Path) -> PathBuf {
    let up: PathBuf = from.components().skip(1).map(|_| "..").collect();
    up.join(to.strip_prefix("/").unwrap())
}

/// The version script has a node for each minor version, which inherits from the one before.
#[test]
fn functions_to_come_get_a_node_of_their_own() {
    let outside = Outside::new("nodes");
    let ledger = outside.0.join("symbols.txt");
    fs::write(&ledger, "# names\ndc_a 0.1.0\ndc_b 0.1.3\ndc_c 0.2.0\n").unwrap();
    let script = run(Command::new("awk").arg("-f").arg(root().join("install/version_map.awk")).arg(ledger));
    let words: Vec<&str> = script.split_whitespace().collect();
    let first = "DATA_CONNECTORS_0.1 { global: dc_a; dc_b; local: *; };";
    assert_eq!(words.join(" "), format!("{first} DATA_CONNECTORS_0.2 {{ global: dc_c; }} DATA_CONNECTORS_0.1;"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn it_is_hardened_small_and_shows_only_its_functions() {
    let library = installed().join("lib/libdata_connectors.so");
    let dynamic = run(Command::new("readelf").args(["-d", "-l", "-W"]).arg(&library));
    for sign in ["NOW NODELETE", "GNU_RELRO", "[libdata_connectors.so.1]"] {
        assert!(dynamic.contains(sign), "{sign}: {dynamic}");
    }
    let stack = dynamic.lines().find(|line| line.contains("GNU_STACK")).unwrap();
    assert!(stack.contains(" RW "), "{stack}");
    let size = fs::metadata(&library).unwrap().len();
    println!("{size} bytes");
    assert!(size <= 5 << 19, "{size} bytes, more than 2.5 MiB");

    let symbols = run(Command::new("readelf").args(["--dyn-syms", "-W"]).arg(&library));
    let shown =
        symbols.lines().filter(|line| !line.contains("LOCAL") && !line.contains(" UND ") && !line.contains(" Name"));
    let names: BTreeSet<&str> = shown.filter_map(|line| line.split_whitespace().nth(7)).collect();
    let ledger = fs::read_to_string(root().join("docs/symbols.txt")).unwrap();
    let functions = ledger.lines().filter_map(|line| line.strip_prefix("dc_")?.split_once(' '));
    let node = |since: &str| format!("DATA_CONNECTORS_{}", since.rsplit_once('.').unwrap().0);
    let expected: BTreeSet<String> = functions
        .map(|(name, since)| format!("dc_{name}@@{}", node(since)))
        // A node is a symbol, too.
        .chain(["DATA_CONNECTORS_0.1".to_owned()])
        .collect();
    assert_eq!(names, expected.iter().map(String::as_str).collect());
}

/// What the README and the packages say to link with the archive is what rustc says, but for what compilers add.
#[test]
fn the_static_link_line_is_the_real_one() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["rustc", "-q", "--locked", "-p", "data_connectors", "--lib", "--crate-type", "staticlib"]);
    command.args(["--", "--print", "native-static-libs"]).current_dir(root());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find_map(|line| line.split_once("native-static-libs: ")).expect(&said).1;
    let real: Vec<&str> = line.split_whitespace().filter(|word| !["-lgcc_s", "-lc"].contains(word)).collect();

    let private = pkg_config(&["--static", "--libs-only-l"]);
    assert_eq!(private[1..], real);
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let documented = readme.lines().find(|line| line.contains("libdata_connectors.a -l")).unwrap();
    let documented: Vec<&str> = documented.split_whitespace().filter(|word| word.starts_with("-l")).collect();
    assert_eq!(documented, real);
}

#[test]
fn every_function_has_a_manual_page() {
    let folder = installed().join("share/man/man3");
    let ledger = fs::read_to_string(root().join("docs/symbols.txt")).unwrap();
    let functions: Vec<&str> = ledger.lines().filter(|line| line.starts_with("dc_")).collect();
    let pages = files(&folder);
    assert_eq!(pages.len(), functions.len() + 1);
    for line in functions {
        let name = line.split(' ').next().unwrap();
        let page = fs::read_to_string(folder.join(format!("{name}.3"))).unwrap();
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH HISTORY", &format!("{name}(")] {
            assert!(page.contains(section), "{name}: {section}");
        }
    }
    // A date would be another one at each build.
    let mut lint = Command::new("mandoc");
    let output = lint.args(["-T", "lint", "-W", "warning"]).args(&pages).output().expect("mandoc is needed");
    let said = String::from_utf8_lossy(&output.stdout);
    let faults: Vec<&str> = said.lines().filter(|line| !line.contains("missing date")).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
