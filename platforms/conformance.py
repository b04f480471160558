"""Runs the conformance cases and Go's tests on another platform, under qemu or wine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import debian
from npm import HEADERS
from results import Results
from targets import Target
from toolchain import BUILD, ROOT, environment, folder
from windows import windows_node, windows_python

# In seconds.
TIMEOUT = 3600

# Debian packages, each with a file that it contains.
PACKAGES = {
    "cmake": "/usr/bin/cmake",
    "nlohmann-json3-dev": "/usr/include/nlohmann/json.hpp",
    "openssl": "/usr/bin/openssl",
    "pkg-config": "/usr/bin/pkg-config",
    "valgrind": "/usr/bin/valgrind",
}

# Go tests that are not run under qemu, with the reason.
SKIPPED = {"TestDoesNotLeak": "qemu keeps 280 KiB for each thread that has ended"}

_NODE = """#!/bin/sh
# Under wine, Node can neither read from a pipe nor write to one.
output=$(mktemp)
%s "$@" </dev/null >"$output" 2>&1
status=$?
cat "$output"
rm "$output"
exit $status
"""


def run(
    target: Target, library: Path, sandbox: Path, target_sandbox: Path, results: Results
) -> None:
    """Run the conformance cases of C, C++ and Go, and Go's tests; for Windows, of Python and Node.

    Args:
        target: the platform.
        library: its shared library.
        sandbox: the sandbox for this machine.
        target_sandbox: one that a program of the target can start and stop.
        results: receives the results.

    """
    prefix = folder(target) / "conformance/prefix"
    _install(target, library, sandbox, prefix)
    variables = _variables(target, prefix)
    languages = ["c", "cpp", "go", *(["python", "node"] if target.is_windows else [])]
    command: list[str | Path] = [sys.executable, ROOT / "tests/conformance/run.py"]
    command += ["--only", ",".join(languages), "--target", folder(target), "--prefix", prefix]
    cases = _output(command, variables)
    for name in languages:
        found = re.search(rf"(?m)^LANG {name} (\d+)/(\d+)$", cases)
        reason = re.search(rf"(?m)^{name} did not run: (not installed: .*)", cases)
        if reason:
            results.skip(f"{name} cases", reason[1])
        else:
            # Without a line, run.py itself failed.
            results.add(f"{name} cases", *(map(int, found.groups()) if found else (0, 1)))
    # Checks that are not cases, such as the first example of the documentation.
    for failure in re.findall(r"(?m)^\w+ failed \(.*\)", cases):
        results.add(failure, 0, 1)
    if shutil.which("go"):
        variables["DC_TEST_SANDBOX"] = str(target_sandbox)
        _go_tests(target, variables, results)
    else:
        results.skip("Go tests", "go is not installed")


def _go_tests(target: Target, variables: dict[str, str], results: Results) -> None:
    variables["DC_TEST_PAGES"] = "200"
    command = ["go", "test", "-count=1", "-v", "-exec", " ".join(target.runner)]
    if not target.is_windows:
        command += ["-skip", "|".join(SKIPPED)]
        for test, reason in SKIPPED.items():
            results.skip(test, reason)
    tests = _output(command, variables, ROOT / "bindings/go")
    outcomes = re.findall(r"(?m)^--- (PASS|FAIL|SKIP): (\w+)", tests)
    passed = sum(outcome == "PASS" for outcome, _ in outcomes)
    failed = sum(outcome == "FAIL" for outcome, _ in outcomes)
    if not re.search(r"(?m)^ok ", tests):
        # A program that could not be built, or that ended early, reports nothing.
        failed = max(failed, 1)
    results.add("Go tests", passed, passed + failed)
    for reason, name in re.findall(r"(?m)^ *\w+\.go:\d+: (.*)\n--- SKIP: (\w+)", tests):
        results.skip(name, reason.strip())


def _output(
    command: list[str] | list[str | Path], variables: dict[str, str], cwd: Path = ROOT
) -> str:
    """Run a command; return its output, and print it if the command fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT,
        check=False,
    )
    output = done.stdout.decode(errors="replace").replace("\r\n", "\n")
    if done.returncode != 0:
        print(output)
    return output


def _variables(target: Target, prefix: Path) -> dict[str, str]:
    """Return the variables with which programs are compiled for the target, and run there."""
    static = " -static" if target.is_windows else ""
    variables = {
        **environment(target),
        "DC_TEST_CC": target.compiler + static,
        "DC_TEST_CXX": target.cxx + static,
        "DC_TEST_RUNNER": " ".join(target.runner),
        "PKG_CONFIG_LIBDIR": str(prefix / "lib/pkgconfig"),
        "LD_LIBRARY_PATH": str(prefix / "lib"),
        # For Go and for the addon of Node.
        "CC": target.compiler,
        "CGO_ENABLED": "1",
        "GOOS": "windows" if target.is_windows else "linux",
        "GOARCH": {"aarch64": "arm64", "x86_64": "amd64"}[target.triple.partition("-")[0]],
    }
    if target.is_windows:
        headers = BUILD / "platforms/headers"
        install = ["npm", "install", "--silent", "--no-save", "--prefix", str(headers), HEADERS]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        node = folder(target) / "node.sh"
        node.write_text(_NODE % " ".join(windows_node(BUILD / "platforms/node" / target.triple)))
        node.chmod(0o755)
        variables.update(
            DC_TEST_PYTHON=" ".join(windows_python(BUILD / "platforms/python" / target.triple)),
            DC_TEST_NODE=str(node),
            DC_TEST_NODE_BUILD=f"--platform {target.npm} "
            f"--node-include {headers}/node_modules/node-api-headers/include",
            CGO_CFLAGS=f"-I{prefix / 'include'}",
            CGO_LDFLAGS=f"-L{prefix / 'bin'}",
            DLLTOOL=target.compiler.replace("gcc", "dlltool"),
            WINEPATH=f"{variables['WINEPATH']};{prefix / 'bin'}",
        )
    return variables


def _install(target: Target, library: Path, sandbox: Path, prefix: Path) -> None:
    """Install the headers and libraries for the programs, and the sandbox for run.py."""
    _install_jansson(target, prefix)
    shutil.copytree(ROOT / "include", prefix / "include", dirs_exist_ok=True)
    _link(Path("/usr/include/nlohmann"), prefix / "include/nlohmann")
    installed = prefix / ("bin" if target.is_windows else "lib") / target.library
    installed.parent.mkdir(exist_ok=True)
    shutil.copy(library, installed)
    (prefix / "bin").mkdir(exist_ok=True)
    _link(sandbox, prefix / "bin/data-connectors-sandbox")
    package = "Name: data_connectors\nDescription: for the conformance cases\nVersion: 0\n"
    package += f"Cflags: -I{prefix / 'include'}\nLibs: -L{installed.parent} -l:{installed.name}\n"
    (prefix / "lib/pkgconfig/data_connectors.pc").write_text(package)


def _link(source: Path, path: Path) -> None:
    """Create a symbolic link, or replace it."""
    path.unlink(missing_ok=True)
    path.symlink_to(source)


def _install_jansson(target: Target, prefix: Path) -> None:
    """Build jansson, the JSON library of the C runner, from Debian's sources, once."""
    if (prefix / "lib/pkgconfig/jansson.pc").exists():
        return
    home = folder(target) / "jansson"
    shutil.rmtree(home, ignore_errors=True)
    source, build = debian.extract_source(home, "jansson"), home / "build"
    configure: list[str | Path] = ["cmake", "-S", source, "-B", build, "-DJANSSON_BUILD_DOCS=OFF"]
    configure += [f"-DCMAKE_SYSTEM_NAME={'Windows' if target.is_windows else 'Linux'}"]
    configure += [f"-DCMAKE_C_COMPILER={target.compiler}", f"-DCMAKE_INSTALL_PREFIX={prefix}"]
    configure += ["-DJANSSON_WITHOUT_TESTS=ON", "-DJANSSON_EXAMPLES=OFF"]
    install: list[str | Path] = ["cmake", "--build", build, "--target", "install"]
    for command in (configure, install):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
