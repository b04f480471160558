"""Builds the jar, with the libraries of all platforms, and the sources and javadoc jars."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from release import Release
from toolchain import BUILD, ROOT


def build(releases: list[Release], out: Path) -> list[Path]:
    """Run Maven, which downloads its plugins once, with a JDK of this machine."""
    work = BUILD / "platforms/jar"
    libraries = work / "libraries"
    shutil.rmtree(work, ignore_errors=True)
    for release in releases:
        folder = libraries / release.target.npm
        folder.mkdir(parents=True)
        shutil.copyfile(release.library, folder / release.target.library)
        for notice in release.notices:
            # An SBOM describes one library. The jar has the notices of the repository anyway.
            if not (ROOT / notice.name).exists():
                place = folder if notice.suffix == ".json" else libraries
                shutil.copyfile(notice, place / notice.name)
    properties = {
        "skipTests": True,
        "buildDirectory": work / "target",
        "dataconnectors.libraries": libraries,
        "project.build.outputTimestamp": releases[0].epoch,
    }
    java = ROOT / "bindings/java"
    command: list[str | Path] = [java / "jdk.sh", "mvn", "--quiet", "--batch-mode", "--file", java]
    command += [f"-D{name}={value}" for name, value in properties.items()]
    # Hides warnings of Java about Maven itself.
    done = subprocess.run([*command, "package"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"could not build the jar:\n{done.stdout}{done.stderr}")
    name = f"data-connectors-{releases[0].version}"
    return [
        Path(shutil.copyfile(work / "target" / file, out / file))
        for file in (f"{name}.jar", f"{name}-sources.jar", f"{name}-javadoc.jar")
    ]
