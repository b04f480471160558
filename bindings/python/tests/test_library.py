"""Loading the library, and its functions' types against the header."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, python

import data_connectors
from data_connectors._library import ABI_VERSION, FUNCTIONS, LIBRARY_VARIABLE, library

TYPES: dict[str, Any] = {
    "void": None,
    "int32_t": ctypes.c_int32,
    "dc_status": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "char *": ctypes.c_char_p,
    "void *": ctypes.c_void_p,
}


def ctype(declared: str) -> Any:
    """Give the ctypes type of a C type, without its const."""
    declared = declared.replace("const ", "").strip()
    if declared in TYPES:
        return TYPES[declared]
    if declared.endswith("**"):
        return ctypes.POINTER(ctypes.c_void_p)
    assert re.fullmatch(r"dc_\w+ \*|dc_\w+_callback", declared), declared
    return ctypes.c_void_p


def declared_functions() -> dict[str, tuple[Any, list[Any]]]:
    listed = json.loads((ROOT / "include/data_connectors.json").read_text())["functions"]
    return {
        name: (ctype(types["returns"]), [ctype(kind) for kind in types["parameters"]])
        for name, types in listed.items()
    }


def test_the_table_of_functions_is_the_headers() -> None:
    declared = declared_functions()
    assert set(FUNCTIONS) == set(declared)
    # Its length is asked for, too, so the text is read by that.
    declared["dc_page_json"] = (ctypes.c_void_p, [ctypes.c_void_p])
    declared["dc_page_table"] = (ctypes.c_void_p, [ctypes.c_void_p])
    for name, types in declared.items():
        assert FUNCTIONS[name] == types, name


def test_the_abi_version_is_the_headers() -> None:
    listed = json.loads((ROOT / "include/data_connectors.json").read_text())["constants"]
    assert listed["DC_ABI_VERSION"] == ABI_VERSION


def complaint(library: str) -> str:
    """Make a client in a new process with that library, and give the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", "import data_connectors; data_connectors.Client('t')"],
        env={**os.environ, LIBRARY_VARIABLE: library},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stderr or done.stdout).strip().rpartition("\n")[2]


def test_a_library_that_is_missing_or_wrong_is_named(tmp_path: Path) -> None:
    says = complaint("/no/such.so")
    assert says.startswith("ImportError: could not load /no/such.so (/no/such.so: cannot open")
    assert says.endswith("): check DATA_CONNECTORS_LIBRARY")
    text = tmp_path / "text.so"
    text.write_text("no library")
    assert f"could not load {text} ({text}: " in complaint(str(text))
    libc = "libc.so.6"
    assert complaint(libc) == "ImportError: libc.so.6 is not libdata_connectors"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("int dc_abi_version(void) { return 7; }", "has ABI version 7, this package needs 1"),
        ("int dc_abi_version(void) { return 1; }", "has no dc_version (older than this package)"),
    ],
)
def test_a_library_of_another_version_is_refused(tmp_path: Path, code: str, says: str) -> None:
    source, library = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text(code)
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    assert says in complaint(str(library))


@pytest.fixture()
def bare(tmp_path: Path) -> Path:
    """Copy the package without a library."""
    source = Path(data_connectors.__file__).parent
    shutil.copytree(
        source,
        tmp_path / "data_connectors",
        ignore=shutil.ignore_patterns("libdata_connectors.*", "__pycache__"),
    )
    return tmp_path


def name_of_the_library(**variables: str) -> str:
    code = "from data_connectors._library import library; print(library()._name)"
    done = python(code, timeout=30, **{LIBRARY_VARIABLE: "", **variables})
    return done.stdout.strip() or done.stderr


def test_the_library_is_looked_for(bare: Path, tmp_path: Path) -> None:
    here = {"PYTHONPATH": str(bare)}
    says = name_of_the_library(**here)
    assert "could not load libdata_connectors.so.1 (" in says
    assert "set DATA_CONNECTORS_LIBRARY to its absolute path" in says

    soname = "libdata_connectors.so.1"
    system = tmp_path / "system"
    system.mkdir()
    shutil.copy2(library()._name, system / soname)
    assert name_of_the_library(**here, LD_LIBRARY_PATH=str(system)) == soname
    inside = bare / "data_connectors" / soname
    shutil.copy2(library()._name, inside)
    assert name_of_the_library(**here, LD_LIBRARY_PATH=str(system)) == str(inside)
    named = {LIBRARY_VARIABLE: str(system / soname)}
    assert name_of_the_library(**here, **named) == str(system / soname)
