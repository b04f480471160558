"""That the driver sees what is wrong: runners that fail, lie, leak the token, or say nothing."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import first
import judge
import languages
import matrix
import mutants
import suite
from languages import Language, Place

ROOT = Path(__file__).resolve().parents[2]

CASES: list[suite.Case] = [
    {"name": "one", "about": "", "call": "page", "server": {"answers": [{}]}, "expect": {}},
    {"name": "two", "about": "", "call": "page", "expect": {}},
]
ASKS = "import json,sys,urllib.request as u;s=json.load(open(sys.argv[1]))[0]['settings'];"
GET = "u.urlopen(s['base_url']+'/data_connectors?per_page=3').read();"


class Driver(unittest.TestCase):
    """Each test is a runner in a line of Python."""

    def judged(
        self, code: str, expect: suite.Case | None = None, **more: object
    ) -> tuple[judge.Results, str]:
        cases = [{**CASES[0], "expect": {"requests": expect or {}}}, CASES[1]]
        language = Language("fake", {}, [], ["{python}", "-c", code, "{cases}"], **more)  # type: ignore[arg-type]
        results = judge.Results([case["name"] for case in cases])
        printed = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            place = Place(Path(folder), Path(folder), Path(folder), Path("sandbox"))
            servers = suite.Servers(cases, place.sandbox, Path(folder))
            with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
                judge.run(language, place, servers, results, Path(folder))
                code_of = matrix.show(cases, {"fake": results}, all_wanted=True)
        return results, f"{printed.getvalue()}exit {code_of}"

    def test_all_is_well(self) -> None:
        told, printed = self.judged(
            f"{ASKS}{GET}print('ok one');print('ok two')", {"count": 1, "queries": ["per_page=3"]}
        )
        self.assertEqual(told.wrong, {})
        self.assertIn("LANG fake 2/2\nexit 0", printed)

    def test_a_runner_that_asked_for_something_else(self) -> None:
        for expected in ({"count": 0}, {"queries": [""]}, {"headers": {"authorization": "Bearer"}}):
            told, printed = self.judged(f"{ASKS}{GET}print('ok one');print('ok two')", expected)
            self.assertEqual(list(told.wrong), ["one"])
            self.assertIn("LANG fake 1/2\nexit 1", printed)

    def test_a_runner_that_finds_a_case_wrong_or_says_nothing_of_it(self) -> None:
        told, printed = self.judged("print('not ok two: it is three')")
        self.assertEqual(told.wrong["two"], "it is three")
        self.assertIn("says nothing", told.wrong["one"])
        self.assertIn("exit 1", printed)

    def test_a_skip_needs_a_reason_and_is_not_complete(self) -> None:
        told, _ = self.judged("print('ok one');print('skip two')")
        self.assertIn("without a reason", told.wrong["two"])
        told, printed = self.judged("print('ok one');print('skip two: no threads')")
        self.assertEqual((told.wrong, told.skipped), ({}, {"two": "no threads"}))
        self.assertIn("fake skipped two: no threads", printed)
        self.assertIn("LANG fake 1/2\nexit 1", printed)

    def test_a_token_that_is_seen_fails_all(self) -> None:
        told, _ = self.judged(f"{ASKS}print('#', s['token']);print('ok one');print('ok two')")
        self.assertEqual(set(told.wrong), {"one", "two"})
        self.assertNotIn(suite.TOKEN, told.wrong["one"])

    def test_the_header_of_the_proxys_password_is_a_token_too(self) -> None:
        header = "b.b64encode(('user:'+s['token']).encode()).decode()"
        code = f"{ASKS}import base64 as b;print({header});"
        told, _ = self.judged(f"{code}print('ok one');print('ok two')")
        self.assertEqual(set(told.wrong), {"one", "two"})

    def test_a_setting_or_a_fact_that_is_misspelt_is_refused(self) -> None:
        for wrong in (
            {"settings": {"timeout": 1}, "expect": {}},
            {"expect": {"error": {"message": "x"}}},
        ):
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "a.json").write_text(json.dumps([{**CASES[1], **wrong}]))
                with mock.patch.object(suite, "FOLDER", Path(folder)):
                    self.assertRaises(SystemExit, suite.read, "")

    def test_a_runner_that_ends_badly(self) -> None:
        told, _ = self.judged("print('ok one');print('ok two');raise SystemExit(3)")
        self.assertIn("ended with 3", told.wrong["one"])
        told, _ = self.judged("print('WARNING in native method');print('ok one');print('ok two')")
        self.assertIn("JNI", told.wrong["two"])

    def test_a_language_that_is_not_here_or_does_not_build(self) -> None:
        cases = [CASES[1]]
        for language in (
            Language("fake", {"no-such-command": "a-package"}, [], []),
            Language("fake", {}, [], [], checks={"fine": ["true"], "a-module": ["false"]}),
            Language("fake", {}, [["false"]], []),
        ):
            results = judge.Results(["two"])
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
                place = Place(Path(folder), Path(folder), Path(folder), Path("sandbox"))
                servers = suite.Servers(cases, place.sandbox, Path(folder))
                judge.run(language, place, servers, results, Path(folder))
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                code = matrix.show(cases, {"fake": results}, all_wanted=False)
            self.assertEqual(code, 1 if language.prepare else 0)
            self.assertIn("LANG fake 0/1", said.getvalue())
            told = [["no-such-command (a-package)"], ["lacks a-module"], ["false"]]
            index = 0 if language.needs else 1 if language.checks else 2
            self.assertIn(told[index][0], said.getvalue())

    def test_a_runner_that_finds_nothing_wrong_is_found_out(self) -> None:
        wrong = mutants.of(
            [{**CASES[1], "expect": {"pages": 1, "error": {"status": "DC_ERR_TLS"}}}]
        )
        names = [case["name"] for case in wrong]
        self.assertEqual(
            names,
            [
                *("pages", "error-not-expected", "unknown-fact-of-an-error", "error-status"),
                *("unknown-expectation", "unknown-field"),
            ],
        )
        self.assertEqual([wrong[0]["expect"]["pages"], "error" in wrong[1]["expect"]], [2, False])
        for told, seen in ((": why", True), ("", False)):
            code = f"[print('not ok', n + '{told}') for n in {names}]"
            language = Language("fake", {}, [], ["{python}", "-c", code])
            with tempfile.TemporaryDirectory() as folder:
                place = Place(Path(folder), Path(folder), Path(folder), Path("sandbox"))
                servers = suite.Servers(wrong, place.sandbox, Path(folder))
                unseen = judge.unseen(language, place, servers, Path(folder))
            self.assertEqual(unseen == "", seen)

    def test_a_runner_that_looks_at_some_of_it_is_found_out(self) -> None:
        ids = {**CASES[1], "expect": {"ids": ["1", "2"]}}
        rows = {**CASES[1], "expect": {"rows": [{"id": "1"}]}}
        wrong = {case["name"]: case for case in mutants.of([ids, rows, {**ids, "callers": 3}])}
        self.assertEqual(wrong["ids-in-another-order"]["expect"]["ids"], ["2", "1"])
        self.assertEqual(len(wrong["rows-too-many"]["expect"]["rows"]), 2)
        answers = wrong["one-of-the-callers-fails"]["server"]["answers"]
        self.assertEqual([answer.get("status", 200) for answer in answers], [200, 200, 418])

    def test_tests_of_its_own_count(self) -> None:
        place = Place(Path("/"), Path("/tmp"), Path("/"), Path("sandbox"))
        self.assertEqual(judge.tests(Language("fake", {}, [], [], test=[["true"]]), place), "")
        self.assertIn("false", judge.tests(Language("fake", {}, [], [], test=[["false"]]), place))
        leaks = Language("fake", {}, [], [], test=[["echo", suite.TOKEN]])
        self.assertIn("prints the token", judge.tests(leaks, place))
        self.assertNotIn(suite.TOKEN, judge.tests(leaks, place))

    def test_a_block_of_the_readme(self) -> None:
        self.assertEqual(first._block("x\n```go\na\nb\n```\n```js\nc\n```\n", "go"), "a\nb\n")


class Documents(unittest.TestCase):
    """That each language has a page and is in the README, and that links lead somewhere."""

    def test_each_language_has_its_page(self) -> None:
        known = languages.read("")
        pages = {path.stem: path for path in (ROOT / "docs/embedding").glob("*.md")}
        self.assertEqual(set(pages), {language.name for language in known})
        for name, page in pages.items():
            headings = " ".join(re.findall(r"(?m)^## (.*)$", page.read_text()))
            for word in ("nstalling", "wnership", "hreads", "ancellation"):
                self.assertIn(word, headings, name)
            for index in ("README.md", "docs/embedding.md"):
                self.assertIn(f"embedding/{name}.md)", (ROOT / index).read_text())
        self.assertEqual([language.name for language in known if not language.first], [])

    def test_links_lead_somewhere(self) -> None:
        folders = ("docs", "docs/embedding", "examples/*", "bindings/*", "tests/conformance")
        pages = [path for folder in folders for path in ROOT.glob(f"{folder}/*.md")]
        self.assertGreater(len(pages), 20)
        for page in (ROOT / "README.md", *pages):
            self.assertNotRegex(
                page.read_text(), r"@[A-Z_]{3,}", "a place that was to be filled in"
            )
            for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page}: {link}")


if __name__ == "__main__":
    unittest.main()
