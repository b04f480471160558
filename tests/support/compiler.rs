//! The C and C++ compilers: `cc` and `c++`, or what CC and CXX name.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{library_folder, root, scratch};

/// A compiler and the standard it is asked for.
pub struct Compiler {
    program: String,
    standard: &'static str,
}

impl Compiler {
    /// `standard` is c99, c11, c23 or c++17.
    pub fn of(standard: &'static str) -> Self {
        let (variable, default) = if standard.starts_with("c++") { ("CXX", "c++") } else { ("CC", "cc") };
        let program = std::env::var(variable).unwrap_or(default.to_owned());
        let compiler = Self { program, standard };
        if standard == "c23" && !compiler.knows("c23") {
            // Its name until it was published; gcc 13 and clang 17 still have no other.
            return Self { standard: "c2x", ..compiler };
        }
        compiler
    }

    /// Checks that a text compiles without a warning.
    pub fn check(&self, name: &str, text: &str) {
        let source = self.source(name, text);
        self.run(self.command().args(["-fsyntax-only"]).arg(source));
    }

    /// Makes a program of a file, linked with the shared library of this build.
    pub fn program(&self, source: &Path) -> PathBuf {
        let program = scratch().join(source.file_stem().unwrap());
        let folder = library_folder();
        self.run(
            self.command()
                .args(["-g", "-pthread", "-o"])
                .arg(&program)
                .arg(source)
                .arg("-L")
                .arg(&folder)
                .arg("-ldata_connectors"),
        );
        program
    }

    /// Makes a shared library of a file, to be preloaded.
    pub fn shared(&self, source: &Path) -> PathBuf {
        let library = scratch().join(source.file_stem().unwrap()).with_extension("so");
        self.run(self.command().args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl"));
        library
    }

    /// Makes a shared library of a file, with what is needed to describe its functions.
    pub fn described(&self, source: &Path) -> PathBuf {
        let library = source.with_extension("so");
        self.run(self.command().args(["-g", "-shared", "-fPIC", "-o"]).arg(&library).arg(source));
        library
    }

    /// A program made of a text.
    pub fn program_of_text(&self, name: &str, text: &str) -> PathBuf {
        self.program(&self.source(name, text))
    }

    fn source(&self, name: &str, text: &str) -> PathBuf {
        let ending = if self.standard.starts_with("c++") { "cpp" } else { "c" };
        let path = scratch().join(format!("{name}_{}.{ending}", self.standard));
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, command: &mut Command) {
        command
            .arg(format!("-std={}", self.standard))
            .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unused-parameter", "-I"])
            .arg(root().join("include"));
        let output = command.output().unwrap_or_else(|error| {
            panic!("{} is needed, a compiler for {} (set CC or CXX): {error}", self.program, self.standard)
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

    fn knows(&self, standard: &str) -> bool {
        self.command()
            .args([&format!("-std={standard}"), "-fsyntax-only", "-x", "c", "/dev/null"])
            .output()
            .is_ok_and(|output| output.status.success())
    }
}
