//! The C and C++ compilers of the platform that the tests run on: those in DC_TEST_CC and DC_TEST_CXX, in CC and CXX, or
//! `cc` and `c++`. Unlike CC and CXX, DC_TEST_CC and DC_TEST_CXX have no effect on cargo.

use std::env::consts::EXE_EXTENSION;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{library_folder, root, scratch};

/// The libraries with the functions that the programs themselves call.
const SYSTEM_LIBRARIES: &[&str] = if cfg!(windows) { &["-lws2_32"] } else { &[] };

/// A compiler and a language standard.
pub struct Compiler {
    program: String,
    standard: &'static str,
}

impl Compiler {
    /// `standard` is c99, c11, c23 or c++17.
    pub fn of(standard: &'static str) -> Self {
        let (variable, default) = if standard.starts_with("c++") { ("CXX", "c++") } else { ("CC", "cc") };
        let program = std::env::var(format!("DC_TEST_{variable}")).or_else(|_| std::env::var(variable));
        let program = program.unwrap_or(default.to_owned());
        let compiler = Self { program, standard };
        if standard == "c23" && !compiler.supports("c23") {
            // The name before publication, which gcc 13 and clang 17 require.
            return Self { standard: "c2x", ..compiler };
        }
        compiler
    }

    /// Checks that a source text compiles without warnings.
    pub fn check(&self, name: &str, text: &str) {
        let source = self.write_source(name, text);
        // Not -fsyntax-only, which zig does not support.
        self.run(self.command().arg("-c").arg(&source).arg("-o").arg(source.with_extension("o")));
    }

    /// Compiles a file to a program, linked with the shared library of this build.
    pub fn program(&self, source: &Path) -> PathBuf {
        self.program_with(&[], source)
    }

    /// The same with further options, such as `-O2`.
    pub fn program_with(&self, options: &[&str], source: &Path) -> PathBuf {
        let program = scratch().join(source.file_stem().unwrap()).with_extension(EXE_EXTENSION);
        let folder = library_folder();
        self.run(
            self.command()
                .args(options)
                .args(["-g", "-pthread", "-o"])
                .arg(&program)
                .arg(source)
                .arg("-L")
                .arg(&folder)
                .arg("-ldata_connectors")
                .args(SYSTEM_LIBRARIES),
        );
        program
    }

    /// Compiles a file to a shared library, to be preloaded.
    pub fn preload_library(&self, source: &Path) -> PathBuf {
        let library = scratch().join(source.file_stem().unwrap()).with_extension("so");
        self.run(self.command().args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl"));
        library
    }

    /// Compiles a file to a shared library with debug information, which abidw requires.
    pub fn library_with_debug_info(&self, source: &Path) -> PathBuf {
        let library = source.with_extension("so");
        self.run(self.command().args(["-g", "-shared", "-fPIC", "-o"]).arg(&library).arg(source));
        library
    }

    /// Compiles a source text to a program.
    pub fn program_from_source(&self, name: &str, text: &str) -> PathBuf {
        self.program(&self.write_source(name, text))
    }

    fn write_source(&self, name: &str, text: &str) -> PathBuf {
        let extension = if self.standard.starts_with("c++") { "cpp" } else { "c" };
        let path = scratch().join(format!("{name}_{}.{extension}", self.standard));
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, command: &mut Command) {
        command
            .arg(format!("-std={}", self.standard))
            .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unused-parameter", "-I"])
            .arg(root().join("include"));
        let output = command.output().unwrap_or_else(|error| {
            panic!("could not run {}, the compiler for {} (set CC or CXX): {error}", self.program, self.standard)
        });
        assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    }

    /// CC may be several words, as with ccache.
    fn command(&self) -> Command {
        let mut words = self.program.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        command
    }

    fn supports(&self, standard: &str) -> bool {
        self.command()
            .args([&format!("-std={standard}"), "-fsyntax-only", "-x", "c", "/dev/null"])
            .output()
            .is_ok_and(|output| output.status.success())
    }
}
