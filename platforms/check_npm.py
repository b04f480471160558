"""Installs the npm package without a compiler, and runs it with Node for each platform."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from check_archives import CONNECTORS, sandbox
from interpreters import node, run, words
from release import built, package
from targets import TARGETS, Target
from toolchain import HOST

PROGRAM = """
import { Client } from 'data-connectors';

const client = new Client({ token: 'any', baseUrl: process.argv[2] });
let count = 0;
for await (const connector of client.list())
  count++;
await client.close();
console.log(`${process.version} listed ${count} connectors`);
"""


def check(out: Path) -> list[str]:
    """Check the package; return a line for each platform that it has an addon for."""
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        work = Path(folder)
        (work / "package.json").write_text("{}")
        (work / "list.mjs").write_text(PROGRAM)
        (work / "bin").mkdir()
        for name in ("node", "npm", "sh"):
            (work / "bin" / name).symlink_to(str(shutil.which(name)))
        packed = str(package(out, "*.tgz"))
        _npm(work, "install", "--offline", "--no-audit", "--no-fund", packed)
        installed = Path("node_modules/data-connectors")
        prebuilds = work / installed / "prebuilds"
        lines = []
        for target in built(out):
            if not (prebuilds / target.npm / target.library).exists():
                raise RuntimeError(f"{packed} has no library for {target.npm}")
            # Finds nothing to compile.
            if printed := run(target, [*node(target), str(installed / "install.mjs")], work):
                raise RuntimeError(f"npm {target.npm}: the installation printed {printed}")
            lines.append(f"npm {target.npm}: {_list(target, work, url)}")
        host = next(target for target in TARGETS if target.triple == HOST)
        library = shutil.move(prebuilds / host.npm / host.library, work)
        (prebuilds / host.npm / "data_connectors.node").unlink()
        if "install a C compiler" not in (printed := _npm(work, "rebuild", fails=True)):
            raise RuntimeError(f"npm without an addon or a compiler printed: {printed}")
        _npm(work, "rebuild", PATH=os.environ["PATH"])
        printed = _list(host, work, url, DATA_CONNECTORS_LIBRARY=str(library))
        return [*lines, f"npm without an addon, compiled on installation: {printed}"]


def _list(target: Target, work: Path, url: str, **variables: str) -> str:
    command = node(target)
    printed = run(target, [*command, "list.mjs", url], work, **variables)
    if f"listed {CONNECTORS} connectors" not in printed:
        raise RuntimeError(f"npm {target.npm}: the program printed {printed}")
    return f"{printed.splitlines()[-1]}, run by {words(command)}"


def _npm(work: Path, *arguments: str, fails: bool = False, **variables: str) -> str:
    """Run npm, without a compiler if PATH isn't given."""
    done = subprocess.run(
        ["npm", *arguments],
        cwd=work,
        env={**os.environ, "PATH": str(work / "bin"), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if (done.returncode != 0) != fails:
        raise RuntimeError(f"npm {' '.join(arguments)}: exit code {done.returncode}: {done.stdout}")
    return done.stdout
