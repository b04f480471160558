"""The platforms: how each is built and run on Debian 12 (x86-64), and its names in packages."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A platform that the library is built for."""

    triple: str
    # 1: all tests in CI; 2: shipped, tested under emulation; 3: not shipped; 4: only linked.
    tier: int
    # The file in packages.
    library: str = "libdata_connectors.so.1"
    # Debian packages, each with a file that it contains.
    packages: dict[str, str] = field(default_factory=dict)
    compiler: str = ""
    runner: tuple[str, ...] = ()
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
    def is_shipped(self) -> bool:
        """Whether a release contains packages for it."""
        return self.tier <= 2


def _qemu(machine: str, gnu: str, libc: str) -> dict[str, object]:
    compiler = f"/usr/bin/{gnu}-gcc"
    emulator = f"/usr/bin/qemu-{machine}-static"
    return {
        "packages": {
            f"gcc-{gnu}": compiler,
            libc: f"/usr/{gnu}/lib",
            "qemu-user-static": emulator,
        },
        "compiler": compiler,
        "runner": (emulator, "-L", f"/usr/{gnu}"),
    }


_WINE = "/usr/lib/wine/wine64"
_MINGW = "/usr/bin/x86_64-w64-mingw32-gcc"

TARGETS = [
    Target(
        "x86_64-unknown-linux-gnu",
        tier=1,
        compiler="cc",
        zig="x86_64-unknown-linux-gnu.2.17",
        wheel="manylinux2014_x86_64",
        npm="linux-x64",
    ),
    Target(
        "aarch64-unknown-linux-gnu",
        tier=2,
        **_qemu("aarch64", "aarch64-linux-gnu", "libc6-dev-arm64-cross"),  # type: ignore[arg-type]
        skipped={"iteration_takes_about_half_the_time": "qemu takes most of it"},
        zig="aarch64-unknown-linux-gnu.2.17",
        wheel="manylinux2014_aarch64",
        npm="linux-arm64",
    ),
    Target(
        "x86_64-unknown-linux-musl",
        tier=2,
        zig="x86_64-unknown-linux-musl",
        wheel="musllinux_1_2_x86_64",
        npm="linux-x64-musl",
    ),
    Target(
        "aarch64-unknown-linux-musl",
        tier=2,
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
            "mingw-w64-x86-64-dev": "/usr/x86_64-w64-mingw32/include/windows.h",
            "wine64": _WINE,
        },
        compiler=_MINGW,
        runner=(_WINE,),
        wheel="win_amd64",
        npm="win32-x64",
    ),
]
