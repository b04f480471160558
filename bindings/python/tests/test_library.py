"""Loading the library, and its declarations compared with the header."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import IS_WINDOWS, ROOT, python

import data_connectors
from data_connectors._connector import FIELDS
from data_connectors._file_name import ABI_VERSION, file_name
from data_connectors._library import FUNCTIONS, LIBRARY_VARIABLE, library
from data_connectors._options import NativeOption, native_options
from data_connectors._rows import _PACKED_JSON
from data_connectors._snapshot import STATES

ABI = json.loads((ROOT / "abi/data_connectors.json").read_text())
TYPES: dict[str, Any] = {
    "void": None,
    "int32_t": ctypes.c_int32,
    "dc_status": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "char *": ctypes.c_char_p,
    "void *": ctypes.c_void_p,
    "int64_t *": ctypes.POINTER(ctypes.c_int64),
    "size_t *": ctypes.POINTER(ctypes.c_size_t),
}


def ctype(declared: str) -> Any:
    """Return the ctypes type of a C type, ignoring const."""
    declared = declared.replace("const ", "").strip()
    if declared in TYPES:
        return TYPES[declared]
    if declared.endswith("**"):
        return ctypes.POINTER(ctypes.c_void_p)
    assert re.fullmatch(r"dc_\w+ \*|dc_\w+_callback", declared), declared
    return ctypes.c_void_p


def test_declarations_match_the_header() -> None:
    for name, types in FUNCTIONS.items():
        declared = ABI["functions"][name]
        result = ctype(declared["returns"])
        # c_char_p would end at a NUL byte; these are read by their length.
        if name in ("dc_page_json", "dc_page_packed_rows", "dc_diff_json"):
            result = ctypes.c_void_p
        assert types == (result, [ctype(kind) for kind in declared["parameters"]]), name


def test_declares_the_functions_that_it_calls() -> None:
    sources = Path(data_connectors.__file__).parent.rglob("*.py")
    called = {name for path in sources for name in re.findall(r"\.(dc_\w+)", path.read_text())}
    assert called | {"dc_abi_version"} == set(FUNCTIONS)


def test_constants_match_the_header() -> None:
    constants = ABI["constants"]
    assert constants["DC_ABI_VERSION"] == ABI_VERSION
    assert constants["DC_PACKED_JSON"] == _PACKED_JSON
    states = {constants[f"DC_SNAPSHOT_{state.upper()}"]: state for state in STATES.values()}
    assert states == STATES
    information = [name for name in constants if name.startswith("DC_INFO_")]
    assert [constants[name] for name in information] == list(range(len(information)))
    names = [name.replace("DC_INFO_", "").lower() for name in information]
    assert [name.replace("is_", "") for name in NativeOption._fields] == names
    assert list(FIELDS) == ABI["fields"]


def test_fields_are_listed_once() -> None:
    sources = Path(data_connectors.__file__).parent.rglob("*.py")
    assert sum(path.read_text().count('"execution_results_url"') for path in sources) == 1


def test_reads_the_table_of_options() -> None:
    for option, listed in zip(native_options().values(), ABI["options"]):
        assert option._asdict() == {
            "is_secret" if name == "secret" else name: value for name, value in listed.items()
        }
    assert len(native_options()) == len(ABI["options"])


def import_error(library: str) -> str:
    """Create a client with that library in a new process; return the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", "import data_connectors; data_connectors.Client('t')"],
        env={**os.environ, LIBRARY_VARIABLE: library},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stderr or done.stdout).strip().rpartition("\n")[2]


def test_error_names_the_missing_or_invalid_library(tmp_path: Path) -> None:
    message = import_error("/no/such.so")
    detail = "Could not find module" if IS_WINDOWS else "/no/such.so: cannot open"
    assert message.startswith(f"ImportError: could not load /no/such.so ({detail}")
    assert "): check DATA_CONNECTORS_LIBRARY, and that the library is for this platform" in message
    text = tmp_path / "text.so"
    text.write_text("not a library")
    assert f"could not load {text} (" in import_error(str(text))
    libc = "msvcrt.dll" if IS_WINDOWS else "libc.so.6"
    assert import_error(libc) == f"ImportError: {libc} is not libdata_connectors"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("int dc_abi_version(void) { return 7; }", "has ABI version 7, this package requires 1"),
        (
            "int dc_abi_version(void) { return 1; }",
            "has no dc_status_name (older than",
        ),
    ],
)
def test_rejects_a_library_of_another_version(tmp_path: Path, code: str, message: str) -> None:
    source, library = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text(code)
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    assert message in import_error(str(library))


@pytest.fixture()
def unbundled(tmp_path: Path) -> Path:
    """Copy the package without its bundled library."""
    source = Path(data_connectors.__file__).parent
    shutil.copytree(
        source,
        tmp_path / "data_connectors",
        ignore=shutil.ignore_patterns("*data_connectors.*", "__pycache__"),
        # wine 8 lacks what copy2 calls.
        copy_function=shutil.copyfile,
    )
    return tmp_path


def loaded_library(**variables: str) -> str:
    code = "from data_connectors._library import library; print(library()._name)"
    done = python(code, timeout=30, **{LIBRARY_VARIABLE: "", **variables})
    return done.stdout.strip() or done.stderr


def test_file_name_of_each_system() -> None:
    assert file_name("linux") == file_name("freebsd14") == "libdata_connectors.so.1"
    assert file_name("darwin") == "libdata_connectors.1.dylib"
    assert file_name("win32") == "data_connectors.dll"


def test_library_search_order(unbundled: Path, tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(unbundled)}
    message = loaded_library(**environment)
    assert "could not load libdata_connectors.so.1 (" in message
    assert message.strip().endswith("or set DATA_CONNECTORS_LIBRARY to its absolute path")

    soname = "libdata_connectors.so.1"
    system = tmp_path / "system"
    system.mkdir()
    shutil.copy2(library()._name, system / soname)
    assert loaded_library(**environment, LD_LIBRARY_PATH=str(system)) == soname
    bundled = unbundled / "data_connectors" / soname
    shutil.copy2(library()._name, bundled)
    assert loaded_library(**environment, LD_LIBRARY_PATH=str(system)) == str(bundled)
    variable = {LIBRARY_VARIABLE: str(system / soname)}
    assert loaded_library(**environment, **variable) == str(system / soname)


SHOW_LOADING = """
import ctypes, os, stat, sys
load = ctypes.CDLL

def show(name, *arguments, **keywords):
    folder = os.path.dirname(name)
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, oct(os.stat(folder).st_mode)
    assert len(os.listdir(folder)) == 1
    print(os.path.dirname(folder))
    return load(name, *arguments, **keywords)

ctypes.CDLL = show
import data_connectors
client = data_connectors.Client("t", base_url=sys.argv[1])
ctypes.CDLL = load
print(os.listdir(os.environ["TMPDIR"]), len(client.list_page()))
from data_connectors._library import library
print(library()._name)
"""


@pytest.fixture()
def zipped(unbundled: Path, tmp_path: Path) -> Path:
    """Create a program in a zip file, with the library."""
    shutil.copy2(library()._name, unbundled / "data_connectors/libdata_connectors.so.1")
    (unbundled / "__main__.py").write_text(SHOW_LOADING)
    archive = tmp_path / "program.pyz"
    with zipfile.ZipFile(archive, "w") as file:
        for path in [unbundled / "__main__.py", *(unbundled / "data_connectors").rglob("*.*")]:
            file.write(path, path.relative_to(unbundled))
    return archive


def run_zipped(archive: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(folder)}
    for variable in ("PYTHONPATH", LIBRARY_VARIABLE):
        environment.pop(variable, None)
    return subprocess.run(
        [sys.executable, str(archive), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_runs_from_a_zip_file(zipped: Path, sandbox: str, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    done = run_zipped(zipped, folder, sandbox)
    bundled = zipped / "data_connectors/libdata_connectors.so.1"
    # The file is already removed while the library is in use.
    assert done.stdout.splitlines() == [str(folder), "[] 20", str(bundled)], done.stderr
    assert (done.returncode, done.stderr, list(folder.iterdir())) == (0, "", [])


def test_error_for_a_zip_file_says_what_to_do(zipped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with zipfile.ZipFile(zipped) as file:
        names = {name: file.read(name) for name in file.namelist()}
    names["data_connectors/libdata_connectors.so.1"] = b"not a library"
    with zipfile.ZipFile(zipped, "w") as file:
        for name, content in names.items():
            file.writestr(name, content)
    message = run_zipped(zipped, folder, "http://127.0.0.1:1").stderr.splitlines()[-1]
    bundled = zipped / "data_connectors/libdata_connectors.so.1"
    assert message.startswith(f"ImportError: could not load {bundled} ({folder}/data_connectors-")
    assert "): set TMPDIR to a folder in which this program may create and execute" in message
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(not IS_WINDOWS, reason="elsewhere the file is removed at once")
def test_next_program_removes_the_library_of_a_zip_file(unbundled: Path, tmp_path: Path) -> None:
    name = file_name(sys.platform)
    shutil.copyfile(library()._name, unbundled / "data_connectors" / name)
    program = "from data_connectors._library import library\nlibrary()"
    (unbundled / "__main__.py").write_text(program)
    archive = tmp_path / "program.pyz"
    with zipfile.ZipFile(archive, "w") as file:
        for path in [unbundled / "__main__.py", *(unbundled / "data_connectors").rglob("*.*")]:
            file.write(path, path.relative_to(unbundled))
    folder = tmp_path / "temporary"
    folder.mkdir()
    remaining = []
    for _ in range(2):
        done = run_zipped(archive, folder)
        assert (done.returncode, done.stderr) == (0, "")
        # Each in a folder of its own, where no other program can put libraries that it needs.
        (own,) = folder.iterdir()
        remaining.append([path.parent for path in own.iterdir()])
    assert remaining[0] != remaining[1] and len(remaining[0]) == len(remaining[1]) == 1
