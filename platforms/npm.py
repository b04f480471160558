"""Builds the npm package, with addons and libraries for all platforms."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from release import Release
from toolchain import BUILD, ROOT, linking

# The headers of Node-API, and the names that an addon imports from node.exe.
HEADERS = "node-api-headers@1.9.0"


def build(releases: list[Release], out: Path) -> list[Path]:
    """Compile the addons, which run with every Node from 18, and pack them with the libraries."""
    work = BUILD / "platforms/npm"
    package = work / "package"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    headers = _headers(work)
    for release in releases:
        prebuilds = package / "prebuilds" / release.target.npm
        script = ROOT / "bindings/node/build.mjs"
        command: list[str | Path] = ["node", script, "--out", package]
        command += ["--platform", release.target.npm, "--library", release.library]
        command += ["--node-include", headers / "include"]
        variables = {**os.environ, **linking(release.target)}
        if release.target.is_windows:
            # With two import libraries, GNU ld requires those of GNU dlltool.
            variables["DLLTOOL"] = release.target.compiler.replace("gcc", "dlltool")
        subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)
        for notice in release.notices:
            # An SBOM describes one library.
            folder = prebuilds if notice.suffix == ".json" else package
            shutil.copyfile(notice, folder / notice.name)
    shutil.copyfile(headers / "LICENSE", package / "include/node/LICENSE")
    # npm pack sets the times and the owners, but keeps whether a file is executable.
    for path in package.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    packed = _npm_pack(package, out)
    if packed.name != f"data-connectors-{releases[0].version}.tgz":
        raise RuntimeError(
            f"{packed.name} is not {releases[0].version}: change bindings/node/package.json"
        )
    return [packed]


def _headers(work: Path) -> Path:
    home = work / HEADERS
    if not home.exists():
        archive = _npm_pack(HEADERS, work)
        shutil.unpack_archive(archive, work / "unpacked")
        (work / "unpacked/package").rename(home)
    return home


def _npm_pack(package: Path | str, out: Path) -> Path:
    command = ["npm", "pack", package, "--json", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run([*command, "--pack-destination", out], stdout=subprocess.PIPE, check=True)
    return out / str(json.loads(done.stdout)[0]["filename"])
