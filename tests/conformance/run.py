#!/usr/bin/env python3
"""Runs the conformance cases in each language, and prints a matrix of languages and cases."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import evaluate
import first_program
import languages
import matrix
import mutants
import suite

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    options = parse_options()
    if options.check:
        return check_requirements(options)
    cases = suite.read(options.case)
    selected = languages.read(options.only)
    target = Path(options.target).resolve()
    environment = languages.Environment(
        ROOT, target, find_prefix(options, target), find_sandbox(options, target)
    )
    results: dict[str, evaluate.Results] = {}
    with tempfile.TemporaryDirectory(prefix="dc-conformance-") as folder:
        servers = suite.Servers(cases, environment.sandbox, Path(folder))
        for language in selected:
            result = evaluate.Results(suite.names_for(language.name, cases))
            results[language.name] = result
            language_folder = Path(folder) / language.name
            language_folder.mkdir()
            started = time.monotonic()
            print(f"{language.name} …", file=sys.stderr, flush=True)
            evaluate.run(language, environment, servers, result, language_folder)
            if not options.case and not result.not_run:
                mutated = suite.Servers(
                    mutants.generate(cases), environment.sandbox, language_folder
                )
                undetected = evaluate.undetected_mutants(
                    language, environment, mutated, language_folder
                )
                result.add_check("detects mutants", undetected)
            if language.first and not options.case and not result.not_run:
                failure = first_program.run(language, environment, language_folder)
                result.add_check("first program", failure)
            if options.with_tests and language.test and not result.not_run:
                result.add_check("own tests", evaluate.run_tests(language, environment))
            seconds = time.monotonic() - started
            print(f"{language.name}: {seconds:.0f} s", file=sys.stderr, flush=True)
    return matrix.print_matrix(cases, results, require_all=options.all)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        usage="%(prog)s [OPTIONS]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 all cases passed, 1 a failure, 2 invalid options.",
    )
    only = "comma-separated languages to run [default: all]"
    parser.add_argument("--only", metavar="NAMES", default="", help=only)
    case = "run only the cases whose names contain TEXT"
    parser.add_argument("--case", metavar="TEXT", default="", help=case)
    check = "only print what is not installed"
    parser.add_argument("--check", action="store_true", help=check)
    require_all = "fail if the tools of a language are not installed"
    parser.add_argument("--all", action="store_true", help=require_all)
    with_tests = "also run the tests of each language"
    parser.add_argument("--with-tests", action="store_true", help=with_tests)
    parser.add_argument(
        "--target",
        metavar="PATH",
        default=os.environ.get("CARGO_TARGET_DIR") or ROOT / "target",
        help="folder of the build output [default: $CARGO_TARGET_DIR or target]",
    )
    prefix = "prefix of the installed library [default: TARGET/conformance/prefix]"
    parser.add_argument("--prefix", metavar="PATH", help=prefix)
    return parser.parse_args()


def check_requirements(options: argparse.Namespace) -> int:
    """Print what is not installed; return 1 if anything is missing."""
    target = Path(options.target).resolve()
    (target / "conformance").mkdir(parents=True, exist_ok=True)
    environment = languages.Environment(ROOT, target, target, target)
    complete = True
    for language in languages.read(options.only):
        for requirement in language.missing(environment):
            complete = False
            print(f"{language.name}: not installed: {requirement}")
    return 0 if complete else 1


def find_prefix(options: argparse.Namespace, target: Path) -> Path:
    prefix = Path(options.prefix or target / "conformance" / "prefix").resolve()
    library = languages.library(prefix)
    if not library.exists():
        sys.exit(f"{library} not found: run `make test-languages`, which installs it")
    return prefix


def find_sandbox(options: argparse.Namespace, target: Path) -> Path:
    folders = [target / "release", *([Path(options.prefix) / "bin"] if options.prefix else [])]
    for folder in reversed(folders):
        program = shutil.which(folder / "data-connectors-sandbox")
        if program:
            return Path(program)
    sys.exit("data-connectors-sandbox not found: run `make test-languages`, which builds it")


if __name__ == "__main__":
    sys.exit(main())
