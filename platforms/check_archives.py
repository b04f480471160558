"""Uses the archives as their users do: extracted anywhere, found by pkg-config and CMake."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from release import built, package
from targets import Target
from toolchain import BUILD, ROOT, environment, install, runner, tools

EXAMPLE = ROOT / "examples/c/list_connectors.c"
CMAKE_PROJECT = ROOT / "tests/consumers/cmake/CMakeLists.txt"
DLOPEN = ROOT / "tests/consumers/by_soname.c"
PACKAGES = {
    "cmake": "/usr/bin/cmake",
    "musl-tools": "/usr/bin/musl-gcc",
    "pkg-config": "/usr/bin/pkg-config",
    "qemu-user-static": "/usr/bin/qemu-aarch64-static",
}
# The number of connectors in the sandbox. The example prints a line for each, and a heading.
CONNECTORS = 137


@contextmanager
def sandbox() -> Iterator[str]:
    """Run a sandbox, and return its base URL."""
    command = [
        "cargo",
        "build",
        "--quiet",
        "--release",
        "--locked",
        "-p",
        "data-connectors-sandbox",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    program = BUILD / "release/data-connectors-sandbox"
    with subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().decode().strip()
        finally:
            server.kill()


def run(*command: str | Path, **variables: str) -> str:
    """Run a command, which must succeed, and return its standard output."""
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise RuntimeError(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Consumer:
    """A project that uses an archive, extracted to a temporary folder."""

    def __init__(self, target: Target, archive: Path, folder: Path, url: str) -> None:
        """Extract the archive."""
        self.target, self.folder, self.url = target, folder, url
        if target.is_windows:
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
        (self.prefix,) = folder.iterdir()
        self.zig = [
            str(tools() / "python-zig"),
            "cc",
            "-target",
            target.zig.replace("-unknown", ""),
        ]
        self.compiler = [target.compiler]
        if target.is_musl:
            self.compiler = ["musl-gcc"] if self.is_native else self.zig

    @property
    def is_native(self) -> bool:
        """Whether this machine runs its programs."""
        return self.target.triple.startswith("x86_64-unknown-linux")

    def pkg_config(self, *options: str) -> list[str]:
        """Return what pkg-config prints."""
        path = str(self.prefix / "lib/pkgconfig")
        return run("pkg-config", *options, "data_connectors", PKG_CONFIG_LIBDIR=path).split()

    def check_listing(self, program: Path, library: Path | None) -> None:
        """Check that a program lists the connectors, with the library in a folder."""
        if self.target.is_windows and library:
            shutil.copy(library / self.target.library, program.parent)
        variables = {
            **environment(self.target),
            "INTERCOM_ACCESS_TOKEN": "any",
            "LD_LIBRARY_PATH": str(library or ""),
        }
        printed = run(*self.runner(library), program, "--base-url", self.url, **variables)
        if printed.count("\n") != CONNECTORS + 1:
            raise RuntimeError(f"{program} did not list {CONNECTORS} connectors:\n{printed}")

    def runner(self, library: Path | None) -> list[str]:
        """Return the command that runs a program: an emulator, and musl's loader if necessary."""
        needs_loader = library and not self.is_native
        return runner(self.target) if needs_loader else list(self.target.runner)

    def shared(self) -> str:
        """Link the shared library with the options of pkg-config."""
        program = self.folder / "shared.exe"
        run(*self.compiler, EXAMPLE, "-o", program, *self.pkg_config("--cflags", "--libs"))
        self.check_listing(program, self.prefix / ("bin" if self.target.is_windows else "lib"))
        return "pkg-config"

    def static(self) -> str:
        """Link a fully static program."""
        program = self.folder / "static.exe"
        command = self.compiler
        options = ["-static", *self.pkg_config("--static", "--cflags", "--libs")]
        if self.target.is_musl:
            command = self.zig
            options.append("-lunwind")
        run(*command, EXAMPLE, "-o", program, *options)
        self.check_listing(program, None)
        return "static"

    def cmake(self) -> str:
        """Link both libraries with the CMake package."""
        source, build = self.folder / "cmake", self.folder / "cmake/build"
        source.mkdir()
        shutil.copy(CMAKE_PROJECT, source)
        shutil.copy(EXAMPLE, source)
        options = [f"-DCMAKE_PREFIX_PATH={self.prefix}"]
        if self.target.is_windows:
            options += ["-DCMAKE_SYSTEM_NAME=Windows", f"-DCMAKE_C_COMPILER={self.compiler[0]}"]
            options += [f"-DCMAKE_FIND_ROOT_PATH={self.prefix}"]
        run("cmake", "-S", source, "-B", build, *options)
        run("cmake", "--build", build)
        suffix = ".exe" if self.target.is_windows else ""
        self.check_listing(build / f"with_static{suffix}", None)
        shared = self.prefix / ("bin" if self.target.is_windows else "lib")
        self.check_listing(build / f"with_shared{suffix}", shared)
        return "CMake"

    def dlopen(self) -> str:
        """Load the library at run time."""
        program, options = self.folder / "dlopen.exe", []
        if self.target.is_windows:
            shutil.copy(self.prefix / "bin" / self.target.library, self.folder)
        else:
            # musl has no dlvsym, as its symbols have no versions.
            options.append("-Ddlvsym(library,name,version)=dlsym(library,name)")
        run(*self.compiler, *options, DLOPEN, "-o", program)
        variables = environment(self.target)
        variables["LD_LIBRARY_PATH"] = str(self.prefix / "lib")
        for arguments, expected in (([], "1 -1"), ([self.url], "1 50")):
            printed = run(*self.target.runner, program, *arguments, **variables)
            if printed.strip() != expected:
                raise RuntimeError(f"{program} printed {printed!r}, expected {expected!r}")
        return "LoadLibrary" if self.target.is_windows else "dlopen"

    def msvc(self) -> str:
        """Link with lld-link, which supports the options and libraries of MSVC's linker."""
        source, program = self.folder / "msvc.c", self.folder / "msvc.exe"
        compiled, library = self.folder / "msvc.obj", self.prefix / "lib/data_connectors.lib"
        source.write_text(_MSVC_PROGRAM)
        zig, include = str(tools() / "python-zig"), f"-I{self.prefix / 'include'}"
        run(zig, "cc", "-target", "x86_64-windows-msvc", include, "-c", source, "-o", compiled)
        options = ["/entry:start", "/subsystem:console", "/nodefaultlib", f"/out:{program}"]
        run(zig, "lld-link", compiled, library, *options)
        shutil.copy(self.prefix / "bin/data_connectors.dll", self.folder)
        command = [*self.target.runner, str(program)]
        done = subprocess.run(command, env=environment(self.target), check=False)
        if done.returncode != 42:
            raise RuntimeError(f"{program}: exit code {done.returncode}, expected 42")
        return "lld-link"


# Without a C library. Its exit code is one that no failure has.
_MSVC_PROGRAM = """
#include "data_connectors.h"
unsigned start(void) { return (unsigned)dc_abi_version() + 41; }
"""


def check(out: Path) -> list[str]:
    """Check the archives of all targets; return a line for each."""
    lines = []
    targets = built(out)
    install(targets, PACKAGES)
    with sandbox() as url:
        for target in targets:
            archive = package(out, f"data_connectors-*-{target.triple}.*")
            try:
                how = check_archive(target, archive, url)
            except RuntimeError as error:
                raise RuntimeError(f"{archive.name}: {error}") from error
            lines.append(f"archive {target.triple}: listed {CONNECTORS} connectors, {how}")
    return lines


def check_archive(target: Target, archive: Path, url: str) -> str:
    """Check an archive; return how its programs were linked and run."""
    with tempfile.TemporaryDirectory() as folder:
        consumer = Consumer(target, archive, Path(folder), url)
        ways = [consumer.shared(), consumer.static()]
        if target.is_windows:
            ways += [consumer.cmake(), consumer.dlopen(), consumer.msvc()]
        elif consumer.is_native:
            ways += [consumer.dlopen() if target.is_musl else consumer.cmake()]
        runner = Path(next(iter(consumer.runner(None)), "native")).name
    return f"{', '.join(ways)}, {runner}"
