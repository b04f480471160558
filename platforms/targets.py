"""The platforms: how each is built and run on Debian 12 (x86-64), and its names in packages."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TypedDict


@dataclass(frozen=True)
class Target:
    """A platform that the library is built for."""

    triple: str
    # 1: packages, all tests in CI; 2: packages, tested; 3: tested; 4: never run.
    tier: int
    # The library's file name in packages.
    library: str = "libdata_connectors.so.1"
    # Debian packages, each with a file that it contains.
    packages: dict[str, str] = field(default_factory=dict)
    # If they are empty, zig is the compiler.
    compiler: str = ""
    cxx: str = ""
    runner: tuple[str, ...] = ()
    # How the tests are run, for the table in docs/platforms.md.
    how: str = ""
    # Integration tests that `make platforms` runs beside the unit tests.
    tests: tuple[str, ...] = ()
    # Tests that are not run, with the reason.
    skipped: dict[str, str] = field(default_factory=dict)
    # The target of cargo-zigbuild, which links for an older glibc; without it, the compiler links.
    zig: str = ""
    # The platform tag of its wheel, and its name in npm packages and in the jar.
    wheel: str = ""
    npm: str = ""

    @property
    def is_windows(self) -> bool:
        """Whether the library is a DLL."""
        return "windows" in self.triple

    @property
    def is_musl(self) -> bool:
        """Whether the C library is musl."""
        return self.triple.endswith("musl")

    @property
    def is_macos(self) -> bool:
        """Whether the library is a dylib."""
        return self.triple.endswith("darwin")

    @property
    def has_conformance_tests(self) -> bool:
        """Whether the runners of C, C++ and Go can be compiled for it and run."""
        return self.tier == 2 and bool(self.compiler)

    @property
    def has_packages(self) -> bool:
        """Whether a release contains packages for it."""
        return self.tier <= 2


class _Tools(TypedDict):
    packages: dict[str, str]
    compiler: str
    cxx: str
    runner: tuple[str, ...]
    how: str


def _gnu(gnu: str, libc: str, *emulator: str) -> _Tools:
    compiler, cxx = f"/usr/bin/{gnu}-gcc", f"/usr/bin/{gnu}-g++"
    return {
        "packages": {f"gcc-{gnu}": compiler, f"g++-{gnu}": cxx, libc: f"/usr/{gnu}/lib/libc.so"},
        "compiler": compiler,
        "cxx": cxx,
        "runner": emulator,
        "how": "natively",
    }


def _qemu(machine: str, gnu: str, libc: str) -> _Tools:
    emulator = f"/usr/bin/qemu-{machine}-static"
    tools = _gnu(gnu, libc, emulator, "-L", f"/usr/{gnu}")
    tools["packages"]["qemu-user-static"] = emulator
    tools["how"] = "qemu"
    return tools


# The remaining Rust tests use make install, strace or fork, or read files that are the same on
# every platform.
TESTS = (
    "abi",
    "c_programs",
    "cancellation",
    "client",
    "client_certificates",
    "connections",
    "documents",
    "faults",
    "header",
    "prefetch",
    "proxy",
    "resources",
    "retries",
    "rows",
    "snapshots",
    "soak",
    "tls",
)
_QEMU_AARCH64 = "/usr/bin/qemu-aarch64-static"
_WINE = "/usr/lib/wine/wine64"
_MINGW = "/usr/bin/x86_64-w64-mingw32-gcc"
# The posix variant, because C++ programs use its std::thread.
_MINGW_CXX = "/usr/bin/x86_64-w64-mingw32-g++-posix"
_I686_LIBRARIES = "/usr/i686-linux-gnu/lib"
_SKIPPED = {
    "iteration_takes_about_half_the_time": "the emulator takes most of the time",
    "python": "uses the Python of this machine",
}
_LLVM = {"lld-19": "/usr/bin/ld64.lld-19", "llvm-19": "/usr/bin/llvm-nm-19"}

TARGETS = [
    Target(
        "x86_64-unknown-linux-gnu",
        tier=1,
        compiler="cc",
        how="natively",
        zig="x86_64-unknown-linux-gnu.2.17",
        wheel="manylinux2014_x86_64",
        npm="linux-x64",
    ),
    Target(
        "aarch64-unknown-linux-gnu",
        tier=2,
        **_qemu("aarch64", "aarch64-linux-gnu", "libc6-dev-arm64-cross"),
        tests=TESTS,
        skipped=_SKIPPED,
        zig="aarch64-unknown-linux-gnu.2.17",
        wheel="manylinux2014_aarch64",
        npm="linux-arm64",
    ),
    Target(
        "x86_64-unknown-linux-musl",
        tier=2,
        how="natively, with the loader of Debian 13",
        tests=TESTS,
        skipped={
            **_SKIPPED,
            "iteration_takes_about_half_the_time": "times vary: other platforms are tested, too",
        },
        zig="x86_64-unknown-linux-musl",
        wheel="musllinux_1_2_x86_64",
        npm="linux-x64-musl",
    ),
    Target(
        "aarch64-unknown-linux-musl",
        tier=2,
        packages={"qemu-user-static": _QEMU_AARCH64},
        runner=(_QEMU_AARCH64,),
        how="qemu, with the loader of Debian 13",
        tests=TESTS,
        skipped=_SKIPPED,
        zig="aarch64-unknown-linux-musl",
        wheel="musllinux_1_2_aarch64",
        npm="linux-arm64-musl",
    ),
    Target(
        "x86_64-pc-windows-gnu",
        tier=2,
        library="data_connectors.dll",
        packages={
            "gcc-mingw-w64-x86-64-win32": _MINGW,
            "g++-mingw-w64-x86-64-posix": _MINGW_CXX,
            "mingw-w64-x86-64-dev": "/usr/x86_64-w64-mingw32/include/windows.h",
            "wine64": _WINE,
        },
        compiler=_MINGW,
        cxx=_MINGW_CXX,
        runner=(_WINE,),
        how="wine",
        tests=TESTS,
        skipped=_SKIPPED,
        wheel="win_amd64",
        npm="win32-x64",
    ),
    Target(
        "i686-unknown-linux-gnu",
        tier=3,
        **_gnu(
            "i686-linux-gnu",
            "libc6-dev-i386-cross",
            f"{_I686_LIBRARIES}/ld-linux.so.2",
            "--library-path",
            _I686_LIBRARIES,
        ),
        tests=("client",),
    ),
    Target(
        "s390x-unknown-linux-gnu",
        tier=3,
        **_qemu("s390x", "s390x-linux-gnu", "libc6-dev-s390x-cross"),
        tests=("client",),
    ),
    Target("aarch64-apple-darwin", tier=4, library="libdata_connectors.1.dylib", packages=_LLVM),
    Target("x86_64-apple-darwin", tier=4, library="libdata_connectors.1.dylib", packages=_LLVM),
    # The C code of ring is compiled, but not linked.
    Target("x86_64-unknown-freebsd", tier=4, compiler="cc"),
]


def add_only(parser: argparse.ArgumentParser, targets: list[Target]) -> None:
    """Add the option that selects targets; the default is all."""
    names = ", ".join(target.triple for target in targets)

    def parse(text: str) -> list[Target]:
        selected = {name.strip() for name in text.split(",")}
        if unknown := selected - {target.triple for target in targets}:
            message = f"unknown target {', '.join(sorted(unknown))}: use {names}"
            raise argparse.ArgumentTypeError(message)
        return [target for target in targets if target.triple in selected]

    parser.add_argument(
        "--only", type=parse, default=targets, metavar="TARGETS", help=f"comma-separated: {names}"
    )
