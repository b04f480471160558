//! The installed library: `make install` into a test folder, and programs outside of this repository that use it, built
//! with pkg-config, CMake and a C++ compiler, or loading it at run time. `make install` runs on Unix systems.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::fault_server::{FaultServer, Step};
use support::installation::{
    EXAMPLE, TOKEN, TempFolder, assert_lists_all_connectors, compiler, installed, make, pkg_config, run, run_make,
};
use support::listing::ok_response;
use support::{root, symbols};

/// Builds the example, linked with the shared library.
fn build_example(folder: &Path) -> PathBuf {
    let program = folder.join("consumer");
    let mut command = compiler("CC", "cc");
    run(command.arg(root().join(EXAMPLE)).arg("-o").arg(&program).args(pkg_config(&["--cflags", "--libs"])));
    program
}

#[test]
fn links_the_shared_library_with_pkg_config() {
    let folder = TempFolder::new("shared");
    let program = build_example(&folder.0);
    assert_lists_all_connectors(&program, &installed().join("lib"));
    // The loader searches for the soname.
    let output = Command::new(&program).env_remove("LD_LIBRARY_PATH").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("libdata_connectors.so.1"), "{output:?}");
    assert!(run(Command::new("readelf").arg("-V").arg(&program)).contains("DATA_CONNECTORS_0.1"));
}

#[test]
fn links_both_libraries_with_cmake() {
    let folder = TempFolder::new("cmake");
    fs::copy(root().join("tests/consumers/cmake/CMakeLists.txt"), folder.0.join("CMakeLists.txt")).unwrap();
    fs::copy(root().join(EXAMPLE), folder.0.join("list_connectors.c")).unwrap();
    let build = folder.0.join("build");
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", installed().display());
    run(Command::new("cmake").arg("-S").arg(&folder.0).arg("-B").arg(&build).arg(prefix));
    run(Command::new("cmake").arg("--build").arg(&build));
    assert_lists_all_connectors(&build.join("with_shared"), &installed().join("lib"));
    assert_lists_all_connectors(&build.join("with_static"), Path::new("/nonexistent"));
    let needs_library =
        |name: &str| run(Command::new("readelf").arg("-d").arg(build.join(name))).contains("[libdata_connectors.so.1]");
    assert!(needs_library("with_shared") && !needs_library("with_static"));
}

#[test]
fn cmake_accepts_compatible_versions_only() {
    let folder = TempFolder::new("versions");
    let compatible = ["", "0", "0.1", "0.1.0", "0.1.0 EXACT", "0...1", "0.0.9...0.1", "0.1...<0.2"];
    let incompatible = ["0.2", "0.0.9", "1.0", "0.1.1", "0.2...1", "0...<0.1.0"];
    for (version, accepted) in
        compatible.map(|version| (version, true)).into_iter().chain(incompatible.map(|version| (version, false)))
    {
        let text =
            format!("cmake_minimum_required(VERSION 3.19)\nproject(a NONE)\nfind_package(data_connectors {version})\n");
        fs::write(folder.0.join("CMakeLists.txt"), text + "message(\"found ${data_connectors_FOUND}\")\n").unwrap();
        let mut command = Command::new("cmake");
        command
            .arg("-S")
            .arg(&folder.0)
            .arg("-B")
            .arg(folder.0.join(format!("build-{}", version.replace(['<', ' '], "_"))));
        let output = command.arg(format!("-DCMAKE_PREFIX_PATH={}", installed().display())).output().unwrap();
        let found = String::from_utf8_lossy(&output.stderr).contains("found 1");
        assert_eq!(found, accepted, "{version}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn cmake_rejects_a_library_of_another_platform() {
    let folder = TempFolder::new("platform");
    let text = "cmake_minimum_required(VERSION 3.13)\nproject(a NONE)\nfind_package(data_connectors)\n";
    fs::write(folder.0.join("CMakeLists.txt"), text.to_owned() + "message(\"found ${data_connectors_FOUND}\")\n")
        .unwrap();
    let pointer_size = size_of::<usize>();
    let this_size = format!("-DCMAKE_SIZEOF_VOID_P={pointer_size}");
    let other_size = format!("-DCMAKE_SIZEOF_VOID_P={}", 12 - pointer_size);
    for (platform, found) in [(this_size.as_str(), true), (&other_size, false), ("-DCMAKE_SYSTEM_NAME=Windows", false)]
    {
        let mut command = Command::new("cmake");
        command.arg("-S").arg(&folder.0).arg("-B").arg(folder.0.join(format!("build{platform}"))).arg(platform);
        command.arg(format!("-DCMAKE_PREFIX_PATH={}", installed().display()));
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(text.contains("found 1"), found, "{platform}: {text}");
        assert_eq!(text.contains("pointers of"), !found, "{platform}: {text}");
    }
}

#[test]
fn cpp_wrapper_compiles_and_lists_with_every_standard() {
    let folder = TempFolder::new("cpp");
    let sandbox = Sandbox::builder().start().unwrap();
    for standard in ["c++17", "c++20", "c++23"] {
        let program = folder.0.join("wrapper");
        let mut command = compiler("CXX", "c++");
        command.arg(format!("-std={standard}")).args(["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic"]);
        command.arg("-Werror").arg(root().join("tests/consumers/wrapper.cpp")).arg("-pthread").arg("-o").arg(&program);
        run(command.args(pkg_config(&["--cflags", "--libs"])));
        let mut command = Command::new(&program);
        command.arg(sandbox.base_url()).env("LD_LIBRARY_PATH", installed().join("lib"));
        assert_eq!(run(&mut command), "137\n");
    }
}

#[test]
fn program_in_the_first_comment_of_the_cpp_wrapper_works() {
    let text = fs::read_to_string(root().join("include/data_connectors.hpp")).unwrap();
    let (program, _) = text.split_once(" *     }\n *\n * Handles").unwrap();
    let (_, program) = program.split_once("MIT OR Apache-2.0.\n *\n").unwrap();
    let program: String = program.lines().map(|line| line.trim_start_matches(" *").to_owned() + "\n").collect();
    let folder = TempFolder::new("comment");
    let sandbox = Sandbox::builder().start().unwrap();
    let with_base_url = program.replace("dc::config()", &format!("dc::config().base_url(\"{}\")", sandbox.base_url()));
    assert_ne!(program, with_base_url);
    fs::write(folder.0.join("main.cpp"), with_base_url + "}\n").unwrap();
    let executable = folder.0.join("main");
    let mut command = compiler("CXX", "c++");
    command.args(["-std=c++17", "-Wall", "-Werror"]).arg(folder.0.join("main.cpp")).arg("-o").arg(&executable);
    run(command.args(pkg_config(&["--cflags", "--libs"])));
    let library = installed().join("lib");
    let printed = run(Command::new(&executable).env("LD_LIBRARY_PATH", &library).env(TOKEN.0, TOKEN.1));
    assert_eq!(printed.lines().count(), 137);
    assert!(printed.starts_with("12345 Order Status Service\n"), "{printed}");
    let output = Command::new(&executable).env("LD_LIBRARY_PATH", &library).env_remove(TOKEN.0).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("invalid access_token: empty"), "{output:?}");
}

#[test]
fn loads_at_run_time_by_soname() {
    let folder = TempFolder::new("soname");
    let program = folder.0.join("by_soname");
    let mut command = compiler("CC", "cc");
    command.arg("-D_GNU_SOURCE").arg(root().join("tests/consumers/by_soname.c")).arg("-o").arg(&program).arg("-ldl");
    run(&mut command);
    let sandbox = Sandbox::builder().start().unwrap();
    let mut command = Command::new(&program);
    assert_eq!(run(command.arg(sandbox.base_url()).env("LD_LIBRARY_PATH", installed().join("lib"))), "1 50\n");
}

/// As docs/threads.md states. The debug library needs more than twice as much.
#[test]
fn calls_need_no_more_than_64_kib_of_stack() {
    let folder = TempFolder::new("stack");
    let program = folder.0.join("stack");
    let mut command = compiler("CC", "cc");
    command.arg("-pthread").arg(root().join("tests/c/other/stack.c")).arg("-o").arg(&program);
    run(command.args(pkg_config(&["--cflags", "--libs"])));
    let script = vec![Step::ReadRequest, ok_response()];
    let server = FaultServer::start(vec![script], Some(certificates::server_config(Flaw::None)));
    let mut command = Command::new(&program);
    command.arg(format!("https://localhost:{}", server.address().port())).arg(certificates::ca_file());
    assert_eq!(run(command.env("LD_LIBRARY_PATH", installed().join("lib"))), "");
    assert_eq!(server.requests().len(), 1);
}

/// The library is not instrumented, so that ThreadSanitizer doesn't know its locks.
#[test]
fn documented_suppression_hides_reports_of_thread_sanitizer_in_the_library_only() {
    let page = fs::read_to_string(root().join("docs/building.md")).unwrap();
    let suppression = page.split('\'').find(|word| word.starts_with("race:")).unwrap();
    let folder = TempFolder::new("tsan");
    fs::write(folder.0.join("tsan.supp"), suppression).unwrap();
    let sandbox = Sandbox::builder().start().unwrap();
    let program = folder.0.join("threads");
    let mut command = compiler("CC", "cc");
    command.args(["-g", "-fsanitize=thread"]).arg(root().join("tests/consumers/threads.c")).arg("-o").arg(&program);
    run(command.args(pkg_config(&["--cflags", "--libs"])));
    // ThreadSanitizer of gcc 12 doesn't support the address space layout of newer kernels.
    let start = |arguments: &[&str]| {
        let mut command = Command::new("setarch");
        command.arg("-R").arg(&program).args(arguments).env("LD_LIBRARY_PATH", installed().join("lib"));
        let options = format!("suppressions={}", folder.0.join("tsan.supp").display());
        command.env("TSAN_OPTIONS", options).output().expect("setarch is not installed (Debian package util-linux)")
    };
    let output = start(&[sandbox.base_url()]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n");
    let output = start(&[sandbox.base_url(), "race"]);
    let report = String::from_utf8_lossy(&output.stderr);
    let summaries: Vec<&str> = report.lines().filter(|line| line.starts_with("SUMMARY")).collect();
    assert!(!summaries.is_empty() && summaries.iter().all(|line| line.contains("threads.c")), "{report}");
}

/// The file of the next version has another name, but the same soname.
#[test]
fn program_runs_with_the_next_minor_version() {
    let folder = TempFolder::new("next");
    let program = build_example(&folder.0);
    let destdir = format!("DESTDIR={}", folder.0.display());
    make(&["install", "VERSION=0.2.0", &destdir, "PREFIX=/opt/dc"]);
    let library = folder.0.join("opt/dc/lib");
    assert!(library.join("libdata_connectors.so.1.0.2.0").exists());
    assert_lists_all_connectors(&program, &library);
    make(&["uninstall", "VERSION=0.2.0", &destdir, "PREFIX=/opt/dc"]);
    assert!(!folder.0.join("opt").exists());
}

/// As packagers do: unusual folders, a umask, a relative DESTDIR, twice. `make uninstall` removes only what was
/// installed.
#[test]
fn installs_into_other_folders_and_uninstalls() {
    let folder = TempFolder::new("folders");
    let unrelated = folder.0.join("d/usr/share/doc/data_connectors/unrelated");
    fs::create_dir_all(unrelated.parent().unwrap()).unwrap();
    fs::write(&unrelated, "not installed by make").unwrap();
    fs::set_permissions(unrelated.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let folders = ["PREFIX=/usr/", "LIBDIR=/usr/lib/x86_64-linux-gnu", "INCLUDEDIR=/usr/include/dc"];
    let relative = format!("DESTDIR={}", relative_to(root(), &folder.0.join("d")).display());
    for _ in 0..2 {
        let arguments = ["-c", "umask 077 && exec make install \"$@\"", "sh"];
        run_make(Command::new("sh").args(arguments).args(folders).arg(&relative));
    }
    let library = folder.0.join("d/usr/lib/x86_64-linux-gnu");
    for file in files(&folder.0.join("d")) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert!(file == unrelated || mode == 0o644 || mode == 0o755, "{}: {mode:o}", file.display());
    }
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", library.join("pkgconfig")).args(["--cflags", "data_connectors"]);
    let cflags = run(&mut command);
    assert!(Path::new(cflags.trim().strip_prefix("-I").unwrap()).join("data_connectors.h").exists(), "{cflags}");
    make(&[&["uninstall", &relative][..], &folders[..]].concat());
    assert_eq!(files(&folder.0.join("d")), [unrelated]);

    let mut command = Command::new("make");
    command.args(["install", "PREFIX=/a b"]).current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    let output = command.output().unwrap();
    assert!(
        !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("contains a space"),
        "{output:?}"
    );
}

#[test]
fn install_and_uninstall_print_one_line_for_each_file() {
    let folder = TempFolder::new("lines");
    let variables = [&format!("DESTDIR={}", folder.0.display()), "PREFIX=/opt/dc"];
    let lines = |action: &str, printed: &str| -> BTreeSet<PathBuf> {
        let file = |line: &str| line.strip_prefix(action).unwrap_or_else(|| panic!("{line}")).into();
        printed.lines().map(file).collect()
    };
    let installed = make(&[&["install"], &variables[..]].concat());
    assert_eq!(lines("installed ", &installed), files(&folder.0).into_iter().collect());
    let removed = make(&[&["uninstall"], &variables[..]].concat());
    assert_eq!(lines("removed ", &removed), lines("installed ", &installed));
}

#[test]
fn uninstall_reports_that_nothing_is_installed() {
    let folder = TempFolder::new("nothing");
    let mut command = Command::new("make");
    command.args(["uninstall", "PREFIX=/opt/dc", &format!("DESTDIR={}", folder.0.display())]).current_dir(root());
    let output = command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").output().unwrap();
    let expected =
        format!("nothing is installed below {}/opt/dc: pass the variables of make install\n", folder.0.display());
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).starts_with(&expected), "{output:?}");
}

/// As `make uninstall | head -1` does.
#[test]
fn uninstall_removes_everything_if_its_output_is_a_closed_pipe() {
    let folder = TempFolder::new("pipe");
    let destdir = folder.0.join("d");
    let variables = [&format!("DESTDIR={}", destdir.display()), "PREFIX=/opt/dc"];
    make(&[&["install"], &variables[..]].concat());
    assert!(destdir.join("opt/dc/lib/libdata_connectors.a").exists());
    // The descriptor 4 writes to a pipe whose only reader, the descriptor 3, is closed.
    let script = "mkfifo \"$0\" && exec 3<>\"$0\" && exec 4>\"$0\" 3<&- && exec make uninstall \"$@\" >&4 4>&-";
    run_make(Command::new("sh").args(["-c", script]).arg(folder.0.join("fifo")).args(variables));
    assert!(!destdir.exists());
}

#[test]
fn help_lists_the_targets_of_the_readme() {
    let help = make(&["help"]);
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let commands =
        readme.split("make ").skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_lowercase()).next().unwrap());
    let targets: BTreeSet<&str> = commands.filter(|name| !name.is_empty()).collect();
    assert!(targets.contains("staged"), "{targets:?}");
    for target in targets {
        assert!(help.contains(&format!("\n  make {target} ")), "{target}");
    }
}

/// It leaves folders that existed, even if they are empty, and folders with other files.
#[test]
fn uninstall_removes_the_folders_that_install_created() {
    let folder = TempFolder::new("created");
    let destdir = folder.0.join("d");
    let variable = format!("DESTDIR={}", destdir.display());
    for (existing, added) in
        [(&["usr/lib", "usr/share/man"][..], None), (&[], None), (&["usr/lib/pkgconfig"], Some("usr/include/other.h"))]
    {
        fs::create_dir_all(&folder.0).unwrap();
        existing.iter().for_each(|path| fs::create_dir_all(destdir.join(path)).unwrap());
        let before = tree(&folder.0);
        make(&["install", &variable, "PREFIX=/usr"]);
        if let Some(path) = added {
            fs::write(destdir.join(path), "").unwrap();
        }
        // Another spelling of the same folder.
        make(&["uninstall", &format!("{variable}/../d/"), "PREFIX=/usr/"]);
        let mut expected = before;
        expected.extend(added.map(|path| destdir.join(path)));
        expected.extend(added.map(|path| destdir.join(path).parent().unwrap().to_owned()));
        assert_eq!(tree(&folder.0), expected, "{existing:?}");
        fs::remove_dir_all(&folder.0).unwrap();
    }
}

/// All files and folders in a folder.
fn tree(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { tree(&path) } else { BTreeSet::new() };
    entries.flat_map(|path| below(path.clone()).into_iter().chain([path])).collect()
}

fn relative_to(from: &Path, to: &Path) -> PathBuf {
    let up: PathBuf = from.components().skip(1).map(|_| "..").collect();
    up.join(to.strip_prefix("/").unwrap())
}

/// Each inherits from the node of the previous version.
#[test]
fn version_script_has_a_node_for_each_minor_version() {
    let folder = TempFolder::new("nodes");
    let description = folder.0.join("description.json");
    let function = |name: &str, since: &str| format!("    \"{name}\": {{\"since\":\"{since}\"}},\n");
    let functions = [function("dc_a", "0.1.0"), function("dc_b", "0.1.3"), function("dc_c", "0.2.0")];
    fs::write(&description, functions.concat()).unwrap();
    let script = run(Command::new("awk").arg("-f").arg(root().join("install/version_map.awk")).arg(description));
    let words: Vec<&str> = script.split_whitespace().collect();
    let first = "DATA_CONNECTORS_0.1 { global: dc_a; dc_b; local: *; };";
    assert_eq!(words.join(" "), format!("{first} DATA_CONNECTORS_0.2 {{ global: dc_c; }} DATA_CONNECTORS_0.1;"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn shared_library_is_hardened_and_small_and_exports_only_its_functions() {
    let library = installed().join("lib/libdata_connectors.so");
    let dynamic = run(Command::new("readelf").args(["-d", "-l", "-W"]).arg(&library));
    for flag in ["NOW NODELETE", "GNU_RELRO", "[libdata_connectors.so.1]"] {
        assert!(dynamic.contains(flag), "{flag}: {dynamic}");
    }
    let stack = dynamic.lines().find(|line| line.contains("GNU_STACK")).unwrap();
    assert!(stack.contains(" RW "), "{stack}");
    let size = fs::metadata(&library).unwrap().len();
    println!("{size} bytes");
    assert!(size <= 2_359_296, "{size} bytes, more than 2.25 MiB");

    let symbols = run(Command::new("readelf").args(["--dyn-syms", "-W"]).arg(&library));
    let exported =
        symbols.lines().filter(|line| !line.contains("LOCAL") && !line.contains(" UND ") && !line.contains(" Name"));
    let names: BTreeSet<&str> = exported.filter_map(|line| line.split_whitespace().nth(7)).collect();
    let header = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    let functions = symbols::declared(&header);
    let node = |since: &str| format!("DATA_CONNECTORS_{}", since.rsplit_once('.').unwrap().0);
    let expected: BTreeSet<String> = functions
        .iter()
        .map(|name| format!("{name}@@{}", node(symbols::since(&header, name))))
        // The version node itself is a symbol.
        .chain(["DATA_CONNECTORS_0.1".to_owned()])
        .collect();
    assert_eq!(names, expected.iter().map(String::as_str).collect());
}

/// The text of a manual page, without the escapes of roff.
fn manual_page(name: &str) -> String {
    let page = fs::read_to_string(installed().join(format!("share/man/man3/{name}.3"))).expect(name);
    page.replace("\\-", "-").replace("\\(dq", "\"").replace("\\&", "").replace("\\e", "\\")
}

#[test]
fn every_function_and_section_has_a_manual_page() {
    let sections =
        ["status", "config", "client", "pager", "page", "connector", "snapshot", "error", "cancel_token", "callbacks"];
    let functions = symbols::declared(&fs::read_to_string(root().join("include/data_connectors.h")).unwrap());
    let pages = files(&installed().join("share/man/man3"));
    let mut expected: BTreeSet<String> = sections.map(|name| format!("dc_{name}.3")).into();
    expected.extend(["data_connectors.3".to_owned(), "dc_options.3".to_owned()]);
    expected.extend(functions.iter().map(|name| format!("{name}.3")));
    let names = pages.iter().map(|page| page.file_name().unwrap().to_str().unwrap().to_owned());
    assert_eq!(names.collect::<BTreeSet<String>>(), expected);
    for name in functions {
        let page = manual_page(&name);
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH HISTORY", &format!("{name}(")] {
            assert!(page.contains(section), "{name}: {section}");
        }
    }
    // The pages have no date, so that builds are reproducible.
    let mut lint = Command::new("mandoc");
    let output = lint
        .args(["-T", "lint", "-W", "warning"])
        .args(&pages)
        .output()
        .expect("mandoc is not installed (Debian package mandoc)");
    let report = String::from_utf8_lossy(&output.stdout);
    let warnings: Vec<&str> = report.lines().filter(|line| !line.contains("missing date")).collect();
    assert!(warnings.is_empty(), "{warnings:#?}");
}

#[test]
fn manual_pages_contain_the_whole_header() {
    let pages = files(&installed().join("share/man/man3"));
    let pages: Vec<String> =
        pages.iter().map(|page| manual_page(page.file_stem().unwrap().to_str().unwrap())).collect();
    let header = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    let (start, end) = (header.find("/*").unwrap(), header.rfind("#ifdef __cplusplus").unwrap());
    let mut missing = Vec::new();
    for line in header[start..end].lines() {
        let text = line.trim_start_matches(['/', '*', ' ']).trim_end_matches("*/").trim_end();
        let text = text.split("Since: ").next().unwrap().split(" Generated from").next().unwrap().trim_end();
        let text = match text.split_once(' ') {
            Some(("@param", rest)) => rest.trim_start().split_once(' ').unwrap().1.trim_start(),
            Some(("@return", rest)) => rest,
            Some(("#define", rest)) if rest.starts_with("DC_") => &rest.replace(['(', ')'], ""),
            _ => text,
        };
        let is_markup = ["@defgroup", "@{", "@}", "#", "extern \"C\"", "}", "Each type says how"]
            .iter()
            .any(|markup| text.starts_with(markup));
        if !is_markup && !pages.iter().any(|page| page.contains(text)) {
            missing.push(text.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn manual_pages_contain_what_concerns_the_function() {
    for (name, text) in [
        ("dc_page", "byte 0xFE after every column"),
        ("dc_page_packed_rows", "byte 0xFE after every column"),
        ("dc_status", "DC_ERR_TLS -4"),
        ("dc_status_name", ".BR dc_status (3)"),
        ("dc_pager_next", ".BR dc_status (3)"),
        ("dc_callbacks", "typedef void (*dc_log_callback)(void *user_data, int32_t level, const char *message);"),
        ("dc_callbacks", "It must return normally, without an"),
        (
            "dc_config_set_logger",
            "typedef void (*dc_log_callback)(void *user_data, int32_t level, const char *message);",
        ),
        ("dc_config_set_logger", "DC_LOG_DEBUG 4"),
        ("dc_config_set_logger", ".BR dc_callbacks (3)"),
        ("dc_config_set_interrupt_check", "typedef int32_t (*dc_interrupt_callback)(void *user_data);"),
        ("dc_config", "Retryable failures are"),
        ("dc_config", ".BR dc_options (3)"),
        ("dc_config_set_string", ".BR dc_options (3)"),
        ("dc_config_set_int", ".BR dc_options (3)"),
        ("dc_config_option", "DC_INFO_REPLACES 6"),
        ("dc_options", "DC_OPTION_REGION \"region\""),
        ("dc_connector_field", "DC_FIELD_NAME 2"),
        ("dc_connector_state_code", "DC_STATE_LIVE 2"),
        ("dc_version", "DC_VERSION_NUMBER 1000"),
        ("dc_connector_name", "owned by the page and valid until that is freed"),
        ("dc_error_message", "owned by its handle and valid until that is freed"),
    ] {
        assert!(manual_page(name).contains(text), "{name}: {text}");
    }
    let cursor = manual_page("dc_pager_cursor");
    assert!(cursor.contains("valid until the next dc_pager_next()") && !cursor.contains("until that is freed"));
    for (name, text) in [("dc_connector_state_code", "DC_FIELD_NAME"), ("dc_config_set_interrupt_check", "DC_LOG_")] {
        assert!(!manual_page(name).contains(text), "{name}: {text}");
    }
}
