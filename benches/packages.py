"""Installs what the benchmark compares with: Debian and Python packages, sources of yyjson."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from commands import HERE, compiler, run


def missing_packages() -> list[str]:
    """Return the Debian packages that are not installed."""
    packages = []
    for program, package in [
        (compiler()[0], "gcc"),
        ("valgrind", "valgrind"),
        ("strace", "strace"),
    ]:
        if shutil.which(program) is None:
            packages.append(package)
    for header, package in [
        ("curl/curl.h", "libcurl4-openssl-dev"),
        ("openssl/ssl.h", "libssl-dev"),
        ("zlib.h", "zlib1g-dev"),
    ]:
        test = subprocess.run(
            [*compiler(), "-E", "-"],
            input=f"#include <{header}>\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if test.returncode != 0:
            packages.append(package)
    if subprocess.run(
        [sys.executable, "-c", "import ensurepip"], capture_output=True, check=False
    ).returncode:
        packages.append("python3-venv")
    return packages


def install_packages() -> None:
    """Install missing Debian packages if run as root; exit with an error otherwise."""
    packages = missing_packages()
    if not packages:
        return
    if os.geteuid() != 0:
        names = " ".join(packages)
        sys.exit(f"missing Debian packages: apt-get install {names}")
    print("installing", *packages, flush=True)
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", *packages, stdout=subprocess.DEVNULL)


def python_environment(folder: Path) -> Path:
    """Create a virtual environment with the third-party packages; return its interpreter."""
    requirements = HERE / "requirements.txt"
    venv, stamp = folder / "venv", folder / "venv" / "requirements.txt"
    python = venv / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        run(sys.executable, "-m", "venv", "--clear", venv)
        run(
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            requirements,
        )
        stamp.write_text(requirements.read_text())
    return python


def yyjson(folder: Path, python: Path) -> Path:
    """Return the folder with yyjson.c and yyjson.h; download and verify them if missing."""
    sources = folder / "yyjson"
    if (sources / "yyjson.h").exists():
        return sources
    requirement = HERE / "yyjson.txt"
    downloads = folder / "downloads"
    shutil.rmtree(downloads, ignore_errors=True)
    pip = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    run(
        *pip,
        "--no-deps",
        "--no-binary",
        ":all:",
        "--require-hashes",
        "-r",
        requirement,
        "-d",
        downloads,
    )
    (archive,) = downloads.glob("*.tar.gz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() not in requirement.read_text():
        sys.exit(f"{archive.name} does not have the hash in {requirement.name}")
    sources.mkdir(exist_ok=True)
    with tarfile.open(archive) as files:
        for member in files:
            # Use the name only: paths in an archive are not trusted.
            name = Path(member.name).name
            if name in ("yyjson.c", "yyjson.h") and (content := files.extractfile(member)):
                (sources / name).write_bytes(content.read())
    return sources
