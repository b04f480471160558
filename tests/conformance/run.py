#!/usr/bin/env python3
"""Runs the conformance cases in every language, and prints a matrix: see README.md here."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import first
import judge
import languages
import matrix
import mutants
import suite

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    options = parse()
    if options.check:
        return check(options)
    cases = suite.read(options.case)
    chosen = languages.read(options.only)
    target = Path(options.target).resolve()
    place = languages.Place(ROOT, target, prefix(options, target), sandbox(options, target))
    results: dict[str, judge.Results] = {}
    with tempfile.TemporaryDirectory(prefix="dc-conformance-") as folder:
        servers = suite.Servers(cases, place.sandbox, Path(folder))
        for language in chosen:
            result = judge.Results(suite.names_for(language.name, cases))
            results[language.name] = result
            own_folder = Path(folder) / language.name
            own_folder.mkdir()
            started = time.monotonic()
            print(f"{language.name} …", file=sys.stderr, flush=True)
            judge.run(language, place, servers, result, own_folder)
            if not options.case and not result.lacking:
                wrong = suite.Servers(mutants.of(cases), place.sandbox, own_folder)
                unseen = judge.unseen(language, place, wrong, own_folder)
                result.beside("sees what is wrong", unseen)
            if language.first and not options.case and not result.lacking:
                result.beside("first program", first.wrong_with(language, place, own_folder))
            if options.with_tests and language.test and not result.lacking:
                result.beside("tests of its own", judge.tests(language, place))
            took = time.monotonic() - started
            print(f"{language.name}: {took:.0f} s", file=sys.stderr, flush=True)
    return matrix.show(cases, results, all_wanted=options.all)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="these languages, with commas between")
    parser.add_argument("--case", default="", help="the cases whose names have this in them")
    parser.add_argument("--check", action="store_true", help="only say what languages lack here")
    everything = "a language that this machine hasn't is a failure"
    parser.add_argument("--all", action="store_true", help=everything)
    own = "run each language's own tests, too"
    parser.add_argument("--with-tests", action="store_true", help=own)
    target = os.environ.get("CARGO_TARGET_DIR") or ROOT / "target"
    parser.add_argument("--target", default=target, help="where built things are, and go")
    parser.add_argument(
        "--prefix", help="where the library is installed [default: TARGET/conformance/prefix]"
    )
    return parser.parse_args()


def check(options: argparse.Namespace) -> int:
    """Say which languages can't run on this machine, and why."""
    target = Path(options.target).resolve()
    (target / "conformance").mkdir(parents=True, exist_ok=True)
    place = languages.Place(ROOT, target, target, target)
    complete = True
    for language in languages.read(options.only):
        for what in language.lacking(place):
            complete = False
            print(f"{language.name}: this machine lacks {what}")
    return 0 if complete else 1


def prefix(options: argparse.Namespace, target: Path) -> Path:
    found = Path(options.prefix or target / "conformance" / "prefix").resolve()
    if not (found / "lib" / "libdata_connectors.so.1").exists():
        sys.exit(
            f"no libdata_connectors.so.1 below {found}/lib: `make test-languages` puts it there"
        )
    return found


def sandbox(options: argparse.Namespace, target: Path) -> Path:
    places = [target / "release", *([Path(options.prefix) / "bin"] if options.prefix else [])]
    for folder in reversed(places):
        program = shutil.which(folder / "data-connectors-sandbox")
        if program:
            return Path(program)
    sys.exit("no data-connectors-sandbox: `make test-languages` builds it")


if __name__ == "__main__":
    sys.exit(main())
