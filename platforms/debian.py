"""Installs Debian packages, or extracts those of any architecture or release to a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RELEASE = "bookworm"
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


def install(packages: dict[str, str]) -> None:
    """Install the missing packages, as root or with sudo.

    Args:
        packages: their names, each with a file that the package contains.

    """
    missing = [package for package, path in packages.items() if not Path(path).exists()]
    if not missing:
        return
    if not shutil.which("apt-get"):
        sys.exit(f"apt-get not found, needed for {', '.join(missing)}: use Debian {RELEASE}")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if sudo and not shutil.which("sudo"):
        sys.exit(f"missing Debian packages: run {' '.join(command)} as root")
    print("installing", *missing, flush=True)
    subprocess.run([*sudo, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*sudo, *command], check=True, stdout=subprocess.DEVNULL)


def extract(home: Path, architecture: str, *packages: str, release: str = RELEASE) -> None:
    """Extract packages and what they depend on in a new folder, which is then complete."""
    with _apt(f"deb [signed-by={_KEYS}] %s {release} main", architecture) as (apt, work):
        options = ["--yes", "--download-only", "--no-install-recommends"]
        subprocess.run([*apt, "install", *options, *packages], check=True)
        # Renamed at the end, or an interrupted run would leave a part of the files.
        extracted = home.with_name(f"{home.name}.new")
        shutil.rmtree(extracted, ignore_errors=True)
        extracted.mkdir(parents=True)
        for package in work.glob("var/cache/apt/archives/*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, extracted], check=True)
        shutil.rmtree(home, ignore_errors=True)
        extracted.rename(home)


def extract_source(home: Path, package: str) -> Path:
    """Extract the upstream source of a package to a folder; return the folder of the source."""
    with _apt(f"deb-src [signed-by={_KEYS}] %s {RELEASE} main", "amd64") as (apt, work):
        subprocess.run([*apt, "source", "--download-only", package], check=True, cwd=work)
        shutil.unpack_archive(next(work.glob(f"{package}_*.orig.tar.*")), home)
    return next(home.glob(f"{package}-*"))


@contextmanager
def _apt(source: str, architecture: str) -> Iterator[tuple[list[str], Path]]:
    """Yield an apt-get command that does not change this system, and its folder."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in (
            "etc/apt/preferences.d",
            "var/lib/apt/lists/partial",
            "var/lib/dpkg",
            "var/cache/apt/archives/partial",
        ):
            (work / name).mkdir(parents=True)
        (work / "var/lib/dpkg/status").touch()
        # The mirror that this machine uses.
        command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
        found = subprocess.run([*command, f"Release: {RELEASE}"], check=True, capture_output=True)
        mirror = found.stdout.decode().split()[0]
        (work / "etc/apt/sources.list").write_text(source % mirror + "\n")
        options = {
            "Dir": work,
            "Dir::State::status": work / "var/lib/dpkg/status",
            "APT::Architecture": architecture,
            "APT::Architectures": architecture,
            "Acquire::Languages": "none",
            # The user _apt can't write to the folder.
            "APT::Sandbox::User": "root",
        }
        apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
        subprocess.run([*apt, "update"], check=True)
        yield apt, work
