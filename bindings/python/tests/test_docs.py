"""The READMEs, the reference, the examples and the type annotations."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typed_use
from conftest import LATE, ROOT, TOKEN, Sandbox, edit

import data_connectors as dc
from data_connectors._base_client import BaseClient

READMES = [ROOT / "README.md", ROOT / "bindings/python/README.md"]


def blocks(page: Path) -> list[str]:
    return re.findall(r"(?ms)^```python\n(.*?)^```", page.read_text())


@pytest.mark.parametrize(
    ("page", "number"),
    [(page, number) for page in READMES for number in range(len(blocks(page)))],
    ids=lambda value: value.parent.name if isinstance(value, Path) else str(value),
)
def test_readme_programs_run(
    page: Path, number: int, sandbox: str, monkeypatch: Any, capsys: Any
) -> None:
    """Each block is a program, run with the sandbox as its base URL."""
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    monkeypatch.setitem(BaseClient.__init__.__kwdefaults__, "base_url", sandbox)
    monkeypatch.setattr(sys, "argv", ["first.py", sandbox])
    exec(compile(blocks(page)[number], f"{page}, block {number}", "exec"), {})
    printed = capsys.readouterr()
    assert printed.out and not printed.err


def test_watch_of_the_readme_resumes(changing: Any, tmp_path: Path) -> None:
    (block,) = re.findall(r"(?ms)^```py\n(.*?)^```", READMES[1].read_text())
    client = changing("--connectors", "60")
    base = client._options.values["base_url"]
    code = (
        "from data_connectors._base_client import BaseClient\n"
        f"BaseClient.__init__.__kwdefaults__['base_url'] = {base!r}\n{block}"
    )
    state = tmp_path / "connectors.json"

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", "-c", code],
            cwd=tmp_path,
            env={**os.environ, "INTERCOM_ACCESS_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            text=True,
        )

    with start() as first:
        deadline = time.monotonic() + 20
        while not state.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        first.kill()
    before = dc.Snapshot.load(state.read_bytes())
    changed = edit(client, "PATCH", LATE, name="Renamed")
    with start() as second:
        assert second.stdout is not None
        assert second.stdout.readline() == f"changed {changed}\n"
        while state.read_bytes() == before.json() and time.monotonic() < deadline + 20:
            time.sleep(0.01)
        second.kill()
    assert dc.Snapshot.load(state.read_bytes()).by_id[changed].name == "Renamed"


def test_readmes_have_programs() -> None:
    assert [len(blocks(page)) > 0 for page in READMES] == [True, True]


def test_reference_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "bindings/python/reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_reference_has_all_public_classes() -> None:
    text = (ROOT / "docs/python.md").read_text()
    for name in dc.__all__:
        if isinstance(getattr(dc, name), type):
            assert f"### `{name}`" in text


def test_public_names_have_docstrings() -> None:
    for name in dc.__all__:
        exported = getattr(dc, name)
        if isinstance(exported, type):
            for member in [exported, *vars(exported).values()]:
                member = getattr(member, "__func__", member)
                member_name = getattr(member, "__name__", "_")
                if callable(member) and not member_name.startswith("_"):
                    assert member.__doc__, f"{name}.{member_name}"


def test_typed_program_runs(sandbox: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("INTERCOM_ACCESS_TOKEN", TOKEN)
    listed, listed_by_loop, failure = typed_use.run(sandbox)
    assert (listed, listed_by_loop) == (137, 137 + 3 - 50)
    assert failure.startswith("400 ")
    with pytest.raises(ValueError, match=r"authorities\.pem"):
        typed_use.paths()


def test_integration_example_runs(tmp_path: Path) -> None:
    sandbox = Sandbox("--connectors", "137")
    command = [sys.executable, str(ROOT / "examples/python/integrations.py"), sandbox.url]
    environment = {**os.environ, "INTERCOM_ACCESS_TOKEN": TOKEN}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    sandbox.stop()
    assert (done.returncode, done.stderr) == (0, "")
    assert "137 connectors as of 20" in done.stdout
    for word in ("live", "draft", "get", "delete"):
        assert word in done.stdout
