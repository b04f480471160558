"""Tests of the driver: it detects runners that fail, report nothing, or leak the access token."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import tempfile
import unittest
import urllib.request
from pathlib import Path
from unittest import mock

import evaluate
import first_program
import languages
import matrix
import mutants
import suite
from languages import Environment, Language
from servers import Server

ROOT = Path(__file__).resolve().parents[2]

CASES: list[suite.Case] = [
    {"name": "one", "about": "", "call": "page", "server": {"responses": [{}]}, "expect": {}},
    {"name": "two", "about": "", "call": "page", "expect": {}},
]
READ = "import json,sys,urllib.request as u;s=json.load(open(sys.argv[1]))[0]['settings'];"
SEND = "u.urlopen(s['base_url']+'/data_connectors?per_page=3').read();"


class DriverTest(unittest.TestCase):
    """Each test has a runner of one line of Python."""

    def evaluate(
        self, code: str, expect: suite.Case | None = None, **fields: object
    ) -> tuple[evaluate.Results, str]:
        cases = [{**CASES[0], "expect": {"requests": expect or {}}}, CASES[1]]
        language = Language("fake", {}, [], ["{python}", "-c", code, "{cases}"], **fields)  # type: ignore[arg-type]
        results = evaluate.Results([case["name"] for case in cases])
        output = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            environment = Environment(Path(folder), Path(folder), Path(folder), Path("sandbox"))
            servers = suite.Servers(cases, environment.sandbox, Path(folder))
            with contextlib.redirect_stderr(output), contextlib.redirect_stdout(output):
                evaluate.run(language, environment, servers, results, Path(folder))
                status = matrix.print_matrix(cases, {"fake": results}, require_all=True)
        return results, f"{output.getvalue()}exit {status}"

    def test_all_cases_pass(self) -> None:
        results, output = self.evaluate(
            f"{READ}{SEND}print('ok one');print('ok two')",
            {"count": 1, "queries": ["per_page=3"]},
        )
        self.assertEqual(results.failures, {})
        self.assertIn("LANG fake 2/2\nexit 0", output)

    def test_unexpected_requests_fail(self) -> None:
        for expected in ({"count": 0}, {"queries": [""]}, {"headers": {"authorization": "Bearer"}}):
            results, output = self.evaluate(
                f"{READ}{SEND}print('ok one');print('ok two')", expected
            )
            self.assertEqual(list(results.failures), ["one"])
            self.assertIn("LANG fake 1/2\nexit 1", output)

    def test_headers_are_compared_exactly(self) -> None:
        send = "u.urlopen(u.Request(s['base_url'],headers={'X':'Bearer '+s['token']})).read();"
        code = f"{READ}{send}print('ok one');print('ok two')"
        passes = self.evaluate(code, {"headers": {"x": "Bearer {token}", "y": None}})
        self.assertEqual(passes[0].failures, {})
        for headers in ({"x": "Bearer "}, {"x": "{token}"}, {"x": ""}, {"x": None}, {"y": ""}):
            results, output = self.evaluate(code, {"headers": headers})
            self.assertIn("request header", results.failures["one"])
            self.assertNotIn(suite.ACCESS_TOKEN, output)

    def test_failed_and_unreported_cases_fail(self) -> None:
        results, output = self.evaluate("print('not ok two: it is three')")
        self.assertEqual(results.failures["two"], "it is three")
        self.assertIn("not reported", results.failures["one"])
        self.assertIn("exit 1", output)

    def test_skipped_cases_need_a_reason_and_are_not_passed(self) -> None:
        results, _ = self.evaluate("print('ok one');print('skip two')")
        self.assertIn("without a reason", results.failures["two"])
        results, output = self.evaluate("print('ok one');print('skip two: no threads')")
        self.assertEqual((results.failures, results.skipped), ({}, {"two": "no threads"}))
        self.assertIn("fake skipped two: no threads", output)
        self.assertIn("LANG fake 1/2\nexit 1", output)

    def test_printed_access_token_fails_all_cases(self) -> None:
        results, _ = self.evaluate(f"{READ}print('#', s['token']);print('ok one');print('ok two')")
        self.assertEqual(set(results.failures), {"one", "two"})
        self.assertNotIn(suite.ACCESS_TOKEN, results.failures["one"])

    def test_printed_proxy_credentials_fail_all_cases(self) -> None:
        header = "b.b64encode(('user:'+s['token']).encode()).decode()"
        code = f"{READ}import base64 as b;print({header});"
        results, _ = self.evaluate(f"{code}print('ok one');print('ok two')")
        self.assertEqual(set(results.failures), {"one", "two"})

    def test_unknown_fields_in_cases_are_rejected(self) -> None:
        fields: suite.Case
        for fields in (
            {"settings": {"timeout": 1}, "expect": {}},
            {"expect": {"error": {"text": "x"}}},
            {"expect": {"diff": {"kept": []}}},
        ):
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "a.json").write_text(json.dumps([{**CASES[1], **fields}]))
                with mock.patch.object(suite, "FOLDER", Path(folder)):
                    self.assertRaises(SystemExit, suite.read, "")

    def test_lists_of_sandbox_options_are_repeated(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            program.write_text('#!/bin/sh\necho "$@"\n')
            program.chmod(0o755)
            sandbox = suite.Sandbox(program, {"connectors": 3, "change-before": ["1:a", "2:b"]})
            sandbox.stop()
        expected = "--connectors 3 --change-before 1:a --change-before 2:b"
        self.assertEqual(sandbox.url, expected)

    def test_requests_to_a_sandbox_are_forwarded_and_counted(self) -> None:
        case = {**CASES[1], "server": {"responses": [{"body": "x", "headers": {"Date": "y"}}]}}
        with tempfile.TemporaryDirectory() as folder:
            sandbox = Server(case, Path(folder))
            server = Server({**case, "server": {"sandbox": {}}}, Path(folder), sandbox.url)
            for _ in range(2):
                with urllib.request.urlopen(f"{server.url}/path?a=b") as response:
                    self.assertEqual((response.read(), response.headers["Date"]), (b"x", "y"))
            sandbox.stop()
            server.stop()
        self.assertEqual([target for target, _ in server.requests], ["/path?a=b"] * 2)
        self.assertEqual(len(sandbox.requests), 2)

    def test_runner_failure_fails_all_cases(self) -> None:
        results, _ = self.evaluate("print('ok one');print('ok two');raise SystemExit(3)")
        self.assertIn("exit status 3", results.failures["one"])
        results, _ = self.evaluate(
            "print('WARNING in native method');print('ok one');print('ok two')"
        )
        self.assertIn("JNI", results.failures["two"])

    def test_language_that_is_not_installed_or_does_not_build(self) -> None:
        cases = [CASES[1]]
        for language in (
            Language("fake", {"missing-command": "a-package"}, [], []),
            Language("fake", {}, [], [], checks={"fine": ["true"], "a-module": ["false"]}),
            Language("fake", {}, [["false"]], []),
        ):
            results = evaluate.Results(["two"])
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
                environment = Environment(Path(folder), Path(folder), Path(folder), Path("sandbox"))
                servers = suite.Servers(cases, environment.sandbox, Path(folder))
                evaluate.run(language, environment, servers, results, Path(folder))
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                status = matrix.print_matrix(cases, {"fake": results}, require_all=False)
            self.assertEqual(status, 1 if language.prepare else 0)
            self.assertIn("LANG fake 0/1", output.getvalue())
            reasons = ["missing-command (a-package)", "not installed: a-module", "false"]
            index = 0 if language.needs else 1 if language.checks else 2
            self.assertIn(reasons[index], output.getvalue())

    def undetected(self, reports: dict[str, str]) -> str:
        """Return what is reported of a runner that prints these lines for these cases."""
        cases = mutants.generate([{**CASES[1], "expect": {"next_cursor": "a"}}])
        names = [case["name"] for case in cases]
        self.assertEqual(
            names,
            [
                "not-mutated",
                "next_cursor",
                "error-expected",
                "unknown-expectation",
                "unknown-field",
            ],
        )
        self.assertEqual(cases[1]["expect"]["next_cursor"], "a?")
        lines = {
            "not-mutated": "ok not-mutated",
            "next_cursor": "not ok next_cursor: nextCursor is b",
            "error-expected": "not ok error-expected: no error",
            "unknown-expectation": "not ok unknown-expectation: unknown_field",
            "unknown-field": "not ok unknown-field: unknown field unknown_field",
            **reports,
        }
        code = f"print({chr(10).join(lines.values())!r})"
        language = Language("fake", {}, [], ["{python}", "-c", code])
        with tempfile.TemporaryDirectory() as folder:
            environment = Environment(Path(folder), Path(folder), Path(folder), Path("sandbox"))
            servers = suite.Servers(cases, environment.sandbox, Path(folder))
            return evaluate.undetected_mutants(language, environment, servers, Path(folder))

    def test_runner_that_detects_all_mutants_passes(self) -> None:
        self.assertEqual(self.undetected({}), "")
        reason = "not ok next_cursor: page.next_cursor: expected a?"
        self.assertEqual(self.undetected({"next_cursor": reason}), "")

    def test_runner_that_fails_the_control_fails(self) -> None:
        for line in ("not ok not-mutated: next_cursor", "skip not-mutated: next_cursor", ""):
            self.assertIn("not-mutated should pass", self.undetected({"not-mutated": line}))

    def test_runner_that_passes_a_mutant_fails(self) -> None:
        for line in ("ok next_cursor", "skip next_cursor: next_cursor", "next_cursor"):
            self.assertIn("next_cursor should fail", self.undetected({"next_cursor": line}))

    def test_reason_must_name_the_mutated_field(self) -> None:
        for reason in (
            "",
            ": it failed",
            ": previous_next_cursor is b",
            ": cursor of the next page",
        ):
            undetected = self.undetected({"next_cursor": f"not ok next_cursor{reason}"})
            self.assertIn("next_cursor: the reason does not name next_cursor", undetected)

    def test_mutants_have_the_names_of_their_fields(self) -> None:
        expect = {
            "ids": ["1"],
            "rows": [{"id": "1", "name": None}],
            "error": {"status": "DC_ERR_TLS", "http_status": 1},
            "max_ms": 5,
        }
        cases = mutants.generate([{**CASES[1], "expect": expect}])
        names = {case["name"]: case.get("reason_names") for case in cases}
        self.assertEqual(
            names,
            {
                "not-mutated": None,
                "ids": ["ids", "id", "rows"],
                "rows-id": ["id"],
                "rows-name-null": ["name"],
                "rows-too-few": ["rows"],
                "rows-too-many": ["rows"],
                "error-not-expected": ["error"],
                "unknown-error-field": ["unknown_field"],
                "error-status": ["status"],
                "error-http_status": ["http_status"],
                "min_ms": ["ms"],
                "max_ms": ["ms"],
                "unknown-expectation": ["unknown_field"],
                "unknown-field": ["unknown_field"],
            },
        )

    def test_control_is_run_by_every_language(self) -> None:
        long = {**CASES[1], "expect": {"next_cursor": "a" * 100}, "not_for": {"c": "reason"}}
        short = {**CASES[1], "expect": {"next_cursor": "b"}}
        self.assertEqual(mutants.generate([long, short])[0]["expect"]["next_cursor"], "b")

    def test_mutants_cover_each_part_of_a_difference(self) -> None:
        diff = {"added": ["1", "2"], "changed": {"3": ["a", "b"]}, "removed": None}
        case = {**CASES[1], "call": "snapshot", "expect": {"diff": diff}}
        mutated = {case["name"]: case for case in mutants.generate([case])}
        different = {
            "added-unexpected": {**diff, "added": ["1", "2", "unexpected"]},
            "added-too-few": {**diff, "added": ["1"]},
            "changed-unexpected": {**diff, "changed": {"3": ["a", "b"], "unexpected": ["name"]}},
            "changed-missing": {**diff, "changed": {"3": ["a"]}},
            "changed-in-another-order": {**diff, "changed": {"3": ["b", "a"]}},
            "changed-too-few": {**diff, "changed": {}},
            "removed-unexpected": {**diff, "removed": ["unexpected"]},
            "removed-not-null": {**diff, "removed": []},
        }
        for name, expected in different.items():
            mutant = mutated[f"snapshot-diff-{name}"]
            self.assertEqual(mutant["expect"]["diff"], expected)
            self.assertEqual(mutant["reason_names"], [name.partition("-")[0]])
        self.assertIn("unknown_field", mutated["snapshot-unknown-diff-field"]["expect"]["diff"])

    def test_mutants_cover_order_length_and_callers(self) -> None:
        ids = {**CASES[1], "expect": {"ids": ["1", "2"]}}
        rows = {**CASES[1], "expect": {"rows": [{"id": "1"}]}}
        mutated = {
            case["name"]: case for case in mutants.generate([ids, rows, {**ids, "callers": 3}])
        }
        self.assertEqual(mutated["ids-in-another-order"]["expect"]["ids"], ["2", "1"])
        self.assertEqual(len(mutated["rows-too-many"]["expect"]["rows"]), 2)
        responses = mutated["one-of-the-callers-fails"]["server"]["responses"]
        self.assertEqual([response.get("status", 200) for response in responses], [200, 200, 418])

    def test_own_tests_of_a_language_are_run(self) -> None:
        environment = Environment(Path("/"), Path("/tmp"), Path("/"), Path("sandbox"))
        self.assertEqual(
            evaluate.run_tests(Language("fake", {}, [], [], test=[["true"]]), environment), ""
        )
        self.assertIn(
            "false", evaluate.run_tests(Language("fake", {}, [], [], test=[["false"]]), environment)
        )
        leaks = Language("fake", {}, [], [], test=[["echo", suite.ACCESS_TOKEN]])
        self.assertIn("contains the access token", evaluate.run_tests(leaks, environment))
        self.assertNotIn(suite.ACCESS_TOKEN, evaluate.run_tests(leaks, environment))

    def test_library_of_a_prefix_has_the_name_of_its_system(self) -> None:
        for name in ("bin/data_connectors.dll", "lib/libdata_connectors.1.dylib"):
            with tempfile.TemporaryDirectory() as folder:
                library = Path(folder) / name
                library.parent.mkdir()
                library.touch()
                self.assertEqual(languages.library(Path(folder)), library)
        default = languages.library(Path("prefix"))
        self.assertEqual(default, Path("prefix/lib/libdata_connectors.so.1"))

    def test_reads_code_blocks_of_the_readme(self) -> None:
        self.assertEqual(
            first_program.code_block("x\n```go\na\nb\n```\n```js\nc\n```\n", "go"), "a\nb\n"
        )


class OptionsTest(unittest.TestCase):
    """Cases that set options by name."""

    def test_every_option_has_a_case(self) -> None:
        cases = json.loads((suite.FOLDER / "options.json").read_text())
        tested = {name for case in cases for name in case["options"]}
        self.assertEqual(set(suite.OPTIONS) - tested, set())

    def test_options_replace_settings_and_placeholders(self) -> None:
        options = {"region": "eu", "proxy": "{proxy}", "access_token": "{token}"}
        case = {**CASES[1], "server": {"proxy": {"status": 407}}, "options": options}
        with tempfile.TemporaryDirectory() as folder:
            servers = suite.Servers([case], Path("sandbox"), Path(folder))
            prepared = servers.start("fake")[0]
            servers.stop()
        self.assertEqual(prepared["settings"], {})
        self.assertEqual(prepared["options"]["access_token"], suite.ACCESS_TOKEN)
        self.assertRegex(prepared["options"]["proxy"], r"^http://user:.*@127\.0\.0\.1:\d+$")


class DocumentsTest(unittest.TestCase):
    """Each language has a page and is linked in the README, and all links are valid."""

    def test_each_language_has_a_page(self) -> None:
        """The page is bindings/NAME/README.md, or docs/embedding/NAME.md for the library itself."""
        known = languages.read("")
        pages = {path.stem: path for path in (ROOT / "docs/embedding").glob("*.md")}
        self.assertEqual(set(pages) - {language.name for language in known}, set())
        self.assertEqual([language.name for language in known if not language.first], [])
        for language in known:
            name = language.name
            page = pages.get(name) or ROOT / f"bindings/{name}/README.md"
            headings = " ".join(re.findall(r"(?m)^## (.*)$", page.read_text())).lower()
            for topic in ("install", "thread", "cancel", "ownership|close"):
                self.assertRegex(headings, topic, name)
            for index in (ROOT / "README.md", ROOT / "docs/embedding.md"):
                self.assertIn(f"({os.path.relpath(page, index.parent)})", index.read_text())

    def test_links_are_valid(self) -> None:
        folders = ("docs", "docs/embedding", "examples/*", "bindings/*", "tests/conformance")
        pages = [path for folder in folders for path in ROOT.glob(f"{folder}/*.md")]
        self.assertGreater(len(pages), 15)
        for page in (ROOT / "README.md", *pages):
            self.assertNotRegex(page.read_text(), r"@[A-Z_]{3,}", "unreplaced placeholder")
            for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page}: {link}")


if __name__ == "__main__":
    unittest.main()
