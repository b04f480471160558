"""The command-line tool, with its output in a pipe."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import CLOSED_PIPE, IS_WINDOWS, ROOT, TOKEN, SilentServer, http, restore_sigint

import data_connectors as dc
from data_connectors._cli._exit_status import MEANINGS

COMMAND = [sys.executable, "-m", "data_connectors"]
HEADINGS = "ID           STATE    FIN METHOD UPDATED              NAME"
FIRST = "12345        live     yes get    2026-01-20T14:22:15Z Order Status Service"


def environment(**variables: str) -> dict[str, str]:
    # Windows has another encoding for text in pipes.
    encoding = {"PYTHONIOENCODING": "utf-8"} if IS_WINDOWS else {}
    return {**os.environ, "INTERCOM_ACCESS_TOKEN": TOKEN, **encoding, **variables}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**variables),
        capture_output=True,
        timeout=60,
        check=False,
    )
    # text=True would convert line endings.
    stdout, stderr = done.stdout.decode(), done.stderr.decode()
    if IS_WINDOWS:
        stderr = stderr.replace("\r\n", "\n")
        # Data has the same line breaks everywhere.
        is_data = "--format" in arguments and "table" not in arguments
        stdout = stdout if is_data else stdout.replace("\r\n", "\n")
    return subprocess.CompletedProcess(done.args, done.returncode, stdout, stderr)


def listed(url: str, *arguments: str, **variables: str) -> str:
    done = run("list", "--base-url", url, *arguments, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def connectors(sandbox: str) -> Iterator[list[dc.Connector]]:
    with dc.Client(TOKEN, base_url=sandbox) as client:
        yield list(client.list(per_page=50))


def test_table(sandbox: str, connectors: list[dc.Connector]) -> None:
    heading, *rows = listed(sandbox).splitlines()
    assert (heading, rows[0]) == (HEADINGS, FIRST)
    assert [row.split(" ")[0] for row in rows] == [connector.id for connector in connectors]
    assert any("Parcel tracking 📦" in row for row in rows)
    # Control characters are replaced.
    assert not any(re.search(r"[\x00-\x1f\x7f-\x9f]", row) for row in rows)
    assert listed(sandbox, "--limit", "1", PYTHONIOENCODING="ascii").splitlines()[1] == FIRST


def test_json_formats_have_all_fields(sandbox: str, connectors: list[dc.Connector]) -> None:
    rows = [connector.to_dict() for connector in connectors]
    assert json.loads(listed(sandbox, "--format", "json")) == rows
    lines = listed(sandbox, "--format", "ndjson", PYTHONIOENCODING="ascii").splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_csv_has_the_documented_fields(sandbox: str, connectors: list[dc.Connector]) -> None:
    rows = list(csv.DictReader(io.StringIO(listed(sandbox, "--format", "csv"))))
    assert len(rows) == len(connectors)
    for row, connector in zip(rows, connectors):
        for name, text in row.items():
            value = connector.to_dict().get(name)
            assert text == {None: "", True: "true", False: "false"}.get(value, value)


def test_csv_can_escape_formulas(scripted: Any) -> None:
    formulas = ["=HYPERLINK(A1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\0=1", "\uff1d1"]
    others = ["a=1", "'=1", " ", "", 'a;"=1"']
    rows = [{"id": "-5", "name": name, "description": None} for name in formulas + others]
    server = scripted(http("200 OK", json.dumps({"data": rows})))

    def names(*arguments: str) -> list[str]:
        text = listed(server.url, "--format", "csv", *arguments)
        # Python before 3.11 reads no NUL.
        lines = io.StringIO(text.replace("\0", "NUL"), newline="")
        return [row["name"].replace("NUL", "\0") for row in csv.DictReader(lines)]

    assert names() == formulas + others
    assert names("--escape-formulas") == [f"'{name}" for name in formulas] + others
    line = listed(server.url, "--format", "csv", "--escape-formulas").splitlines()[-1]
    assert line.startswith('"\'-5","a;""=1""","",'), "quoted, also at a semicolon"


def test_writes_unusual_values(scripted: Any) -> None:
    name = r"a\u001b[31m\nb\udc80\u202e\u009b\r,\""
    rows = f'[{{"id":7,"name":"{name}","state":null}},null,{{"new":{{"x":1e3}}}}]'
    server = scripted(http("200 OK", f'{{"data":{rows}}}'))
    table = listed(server.url).splitlines()
    assert [line.split() for line in table[1:]] == [
        ["-", "-", "-", "-", "-", 'a?[31m?b????,"'],
        ["-"] * 6,
        ["-"] * 6,
    ]
    lines = listed(server.url, "--format", "ndjson").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": 7, "name": 'a\x1b[31m\nb\udc80\u202e\x9b\r,"', "state": None},
        {},
        {"new": {"x": 1000.0}},
    ]
    first = next(csv.DictReader(io.StringIO(listed(server.url, "--format", "csv"), newline="")))
    assert (first["id"], first["state"]) == ("7", "")
    assert first["name"] == 'a\x1b[31m\nb\\udc80\u202e\x9b\r,"'


def test_empty_workspace(scripted: Any) -> None:
    server = scripted(http("200 OK", '{"data":[]}'))
    assert listed(server.url) == f"{HEADINGS}\n"
    assert json.loads(listed(server.url, "--format", "json")) == []
    assert listed(server.url, "--format", "ndjson") == ""
    assert len(listed(server.url, "--format", "csv").splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--state", "draft"],
        ["--fin"],
        ["--no-fin", "--state", "live"],
        ["--limit", "3"],
        ["--limit", "60", "--fin"],
        ["--since", "2026-01-19T12:00:00Z"],
        ["--since", "2026-01-19T13:00:00+01:00", "--no-fin"],
        ["--since", "2026-01-19"],
        ["--since", "999999d", "--limit", "2"],
        ["--since", "1m"],
    ],
)
def test_filters(sandbox: str, connectors: list[dc.Connector], arguments: list[str]) -> None:
    expected = connectors
    if "--state" in arguments:
        state = arguments[arguments.index("--state") + 1]
        expected = [connector for connector in expected if connector.state == state]
    if "--fin" in arguments or "--no-fin" in arguments:
        fin = "--fin" in arguments
        expected = [connector for connector in expected if connector.direct_fin_usage is fin]
    if "--since" in arguments:
        since = {
            "2026-01-19T12:00:00Z": "2026-01-19T12:00:00",
            "2026-01-19T13:00:00+01:00": "2026-01-19T12:00:00",
            "2026-01-19": "2026-01-19T00:00:00",
            "999999d": "0",
            "1m": "9",
        }[arguments[arguments.index("--since") + 1]]
        expected = [
            connector for connector in expected if connector.to_dict()["updated_at"] >= since
        ]
    if "--limit" in arguments:
        expected = expected[: int(arguments[arguments.index("--limit") + 1])]
    lines = listed(sandbox, "--format", "ndjson", *arguments).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [connector.id for connector in expected]


def test_requests_no_page_after_the_last_match(scripted: Any) -> None:
    rows = ",".join(
        f'{{"id":"{number}","updated_at":"2026-01-{20 - number:02}T00:00:00Z"}}'
        for number in range(3)
    )
    body = f'{{"data":[{rows}],"pages":{{"next":{{"starting_after":"more"}}}}}}'
    for arguments, count in (["--since", "2026-01-19"], 2), (["--limit", "3"], 3):
        server = scripted(http("200 OK", body))
        lines = listed(server.url, "--format", "ndjson", *arguments).splitlines()
        assert (len(lines), len(server.requests)) == (count, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["lists"], "error: unknown command: use list, "),
        (["list", "--format", "xml"], "invalid format 'xml': use one of csv, json, ndjson, table"),
        (["list", "--limit", "0"], "invalid number of connectors '0': use 1 or more"),
        (["list", "--limit", "-1"], "use 1 or more"),
        (["list", "--since", "yesterday"], "invalid time 'yesterday': use 2026-01-20, 2026-01-20T"),
        (["list", "--since", "2026-02-30"], "invalid time '2026-02-30'"),
        (["list", "--region", "mars"], 'invalid region "mars": use us, eu or au'),
        (["list", "--option", "max_retries=99"], "invalid max_retries 99: use 0 to 10"),
        (["list", "--option", "max_retrys=9"], 'option "max_retrys": did you mean max_retries?'),
        (
            ["list", "--timeout", "5", "--option", "timeout_ms=1"],
            "--timeout and --option timeout_ms are the same option: pass one of them",
        ),
        (
            ["list", "--option", "access_token=x"],
            "the access token is read from INTERCOM_ACCESS_TOKEN: arguments are visible to other",
        ),
        (["list", "--option", "timeout_ms"], "argument --option: use NAME=VALUE"),
        (["list", "--option", "=5"], "argument --option: use NAME=VALUE"),
        (
            ["list", "--option", "timeout=5"],
            'option "timeout": did you mean timeout_ms? (in milliseconds)\n',
        ),
        (["list", "--limit", "1" * 5000], "invalid number of connectors: use 1 or more"),
        (["list", "--base-url", "http://a.example"], "use https://"),
        (["list", "--region", "eu", "--base-url", "https://a"], "not allowed with argument"),
        (["list", "--max-retries", "11"], "invalid max_retries 11: use 0 to 10"),
        (["list", "--max-retries", "-1"], "invalid number of retries '-1': use a number such as 5"),
        (["list", "--max-retries", "1" * 5000], "invalid number of retries: use a number such as"),
        (
            ["list", "--wait-for-rate-limit", "--option", "wait_for_rate_limit=false"],
            "--wait-for-rate-limit and --option wait_for_rate_limit are the same option: pass one",
        ),
        (["list", "--escape-formulas"], "error: --escape-formulas requires --format csv\n"),
        (["list", "--escape-formulas", "--format", "json"], "requires --format csv\n"),
        (
            ["list", "--timeout", "0"],
            "--timeout: invalid number of seconds '0': use 0.001 to 86400",
        ),
        (["list", "--timeout", "5s"], "invalid number of seconds '5s': use 0.001 to 86400"),
        (["list", "--starting-after", ""], "starting_after is empty"),
        (["list", "--form", "json"], "unknown flag --form\n"),
        (
            ["list", "--client-certificate-file", "x"],
            "unknown flag --client-certificate-file: use --option client_certificate_file=VALUE\n",
        ),
        (["list", "--system_roots"], "--system_roots: use --option system_roots=VALUE\n"),
        (["list", "--connect-timeout=5"], "use --option connect_timeout_ms=VALUE\n"),
        (["list", "--per-page", "5"], "unknown flag --per-page: pages have up to 50 rows; to list"),
        (["list", "--option", "per_page=5"], 'option "per_page": it is an argument of the funct'),
        (["list", "--limit", "--token", "x"], "argument --limit: expected one argument"),
    ],
)
def test_usage_errors_exit_with_2(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "--token", "SECRET"], "unknown flag --token: set INTERCOM_ACCESS_TOKEN; "),
        (["list", "--access-token=SECRET"], "unknown flag --access-token: set INTERCOM_ACCESS_"),
        (["list", "--access_token SECRET"], "unknown flag --access_token: set INTERCOM_ACCESS_"),
        (["--token", "SECRET", "list"], "unknown flag --token: set INTERCOM_ACCESS_TOKEN; arg"),
        (["list", "--proxy-url", "http://u:SECRET@h:1"], "unknown flag --proxy-url\n"),
        (
            ["list", "--timeout", "http://u:SECRET@h:1"],
            "invalid number of seconds: use 0.001 to 86400\n",
        ),
        (["list", "--limit", "http://u:SECRET@h:1"], "invalid number of connectors: use 1 or "),
        (["list", "--since", "http://u:SECRET@h:1"], "invalid time: use 2026-01-20, "),
        (["list", "--format", "http://u:SECRET@h:1"], "invalid format: use one of csv, json, "),
        (["list", "--option", "SECRET"], "argument --option: use NAME=VALUE\n"),
        (["list", "--option", "http://u:SECRET@h=1"], "unknown option (not shown, "),
        (["list", "--fin=SECRET"], "--fin does not accept a value\n"),
        (["list", "-vSECRET"], "-v does not accept a value\n"),
        (["list", "-tSECRET"], "unknown flag -t\n"),
        (["list", "--/SECRET"], "unknown flag\n"),
        (["list", "--tokenSECRET" + "0123456789" * 3], "unknown flag\n"),
        (["list", "SECRET"], "unexpected argument: list accepts only flags\n"),
        (["list", "--", "--token=SECRET"], "unexpected argument: list accepts only flags\n"),
        (
            ["--base-url", "SECRET", "snapshot"],
            "unexpected flag --base-url: the options of a command go after the command\n",
        ),
        (["-oSECRET", "snapshot"], "unexpected flag -o: the options of a command go after the "),
        (["--version=SECRET"], "--version does not accept a value\n"),
        (["SECRET"], "unknown command: use list, "),
    ],
)
def test_usage_errors_repeat_no_secret(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and "SECRET" not in done.stderr
    of_list = arguments[0] == "list" and "argument --option" not in message
    if of_list and "not shown" not in message:
        assert done.stderr.startswith("usage: data-connectors list ")


def test_short_flags_can_be_combined(sandbox: str) -> None:
    done = run("list", "--base-url", sandbox, "-vv", "--starting-after=-a b=c", "--limit", "1")
    assert done.returncode == 1 and " DEBUG " in done.stderr
    assert run("list", "-vh").stdout.startswith("usage: data-connectors list ")


def test_invalid_token_is_a_usage_error() -> None:
    for token, message in (
        ("", "INTERCOM_ACCESS_TOKEN is empty: set it to the workspace's access token\n"),
        (" SECRET", "INTERCOM_ACCESS_TOKEN: invalid access_token: starts or ends with white space"),
    ):
        done = run("list", INTERCOM_ACCESS_TOKEN=token)
        assert done.returncode == 2 and "SECRET" not in done.stderr
        assert done.stderr.startswith(f"data-connectors: {message}")


def test_help_and_version() -> None:
    for arguments in (["--help"], ["list", "--help"]):
        done = run(*arguments)
        assert done.returncode == 0 and "INTERCOM_ACCESS_TOKEN" in done.stdout
    described = run("list", "--help").stdout
    assert "no_proxy" in described and "--wait-for-rate-limit" in described
    # Options with a flag are not listed again.
    for name in ("wait_for_rate_limit", "max_retries", "timeout_ms"):
        assert not re.search(rf"\s{name},", described)
    without_library = run("list", "--help", DATA_CONNECTORS_LIBRARY="/no/such.so")
    assert without_library.returncode == 0
    assert run("--version").stdout == f"data-connectors {dc.__version__}\n"


def test_help_and_readme_list_the_exit_statuses() -> None:
    page = (ROOT / "bindings/python/README.md").read_text()
    assert list(MEANINGS) == [0, 1, 2, 3]
    for arguments, has_condition in (["list"], False), (["diff"], True), ([], True):
        described = " ".join(run(*arguments, "--help").stdout.split())
        for status, meaning in MEANINGS.items():
            assert f"| {status} | {meaning} |" in page
            assert (f"{status} {meaning}" in described) == (status != 3 or has_condition)


def test_max_retries_is_the_number_of_retries(scripted: Any) -> None:
    for retries in (0, 1):
        server = scripted(http("503 Service Unavailable", "{}", "Retry-After: 0"))
        done = run("list", "--base-url", server.url, "--max-retries", str(retries))
        assert (done.returncode, len(server.requests)) == (1, retries + 1)


def test_waits_for_the_rate_limit_if_requested(scripted: Any) -> None:
    def served(seconds: int) -> Any:
        body = '{"data":[],"pages":{"next":{"starting_after":"a"}}}'
        reset = f"X-RateLimit-Reset: {int(time.time()) + seconds}"
        page = http("200 OK", body, "X-RateLimit-Remaining: 0", reset)
        return scripted(page, http("200 OK", '{"data":[]}'))

    server = served(120)
    listed(server.url)
    assert len(server.requests) == 2
    server = served(120)
    done = run("list", "--base-url", server.url, "--wait-for-rate-limit", "--timeout", "60")
    assert (done.returncode, len(server.requests)) == (1, 1)
    assert "rate limit" in done.stderr
    start = time.time()
    listed(served(2).url, "--wait-for-rate-limit")
    assert time.time() >= int(start) + 2


def test_options_without_a_flag(scripted: Any) -> None:
    server = scripted(http("200 OK", '{"data":[]}'))
    listed(server.url, "--option", "user_agent_suffix=a/1", "--option", "api_version=2.99")
    (request,) = server.requests
    assert b" a/1\r\n" in request and b"2.99" in request


def test_errors_exit_with_1(scripted: Any) -> None:
    body = '{"type":"error.list","request_id":"r-1","errors":[{"code":"unauthorized"}]}'
    server = scripted(http("401 Unauthorized", body, "Content-Type: application/json"))
    for format_ in ("table", "json", "ndjson", "csv"):
        done = run("list", "--format", format_, "--base-url", server.url)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("data-connectors: ") and "(request id r-1)" in done.stderr
        assert done.stderr.count("\n") == 1 and TOKEN not in done.stderr
    done = run("list", "--base-url", "http://127.0.0.1:1", "--timeout", "1")
    assert done.returncode == 1 and "(connection refused)" in done.stderr


def test_output_before_an_error_is_written_and_incomplete(scripted: Any) -> None:
    page = http("200 OK", '{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"a"}}}')
    error = http("403 Forbidden", "{}")
    for format_, expected in (
        ("ndjson", '{"id":"1"}\n'),
        ("json", '[\n{"id":"1"}\n'),
        ("table", f"{HEADINGS}\n1            -        -   -      -                    -\n"),
    ):
        server = scripted(page, error)
        done = run("list", "--format", format_, "--base-url", server.url)
        assert (done.returncode, done.stdout) == (1, expected)
        assert done.stderr.endswith("; to continue, use --starting-after=a\n")


@pytest.mark.parametrize(
    ("cursor", "hint"),
    [
        # The shells of Windows have other quotes.
        ("-a b;c", "\n" if IS_WINDOWS else "; to continue, use --starting-after='-a b;c'\n"),
        ("a\x1b[2Jb\u202e", "\n"),
    ],
)
def test_cursor_in_the_resume_hint_is_safe(scripted: Any, cursor: str, hint: str) -> None:
    page = json.dumps({"data": [], "pages": {"next": {"starting_after": cursor}}})
    server = scripted(http("200 OK", page), http("403 Forbidden", "{}"))
    done = run("list", "--base-url", server.url)
    assert done.returncode == 1 and done.stderr.endswith(hint)
    assert "\x1b" not in done.stderr and ("--starting" in done.stderr) == (len(hint) > 1)


def test_no_resume_hint_for_a_cursor_that_lists_nothing(sandbox: str, scripted: Any) -> None:
    done = run("list", "--base-url", sandbox, "--starting-after", "bad")
    assert done.returncode == 1 and "starting_after" in done.stderr
    assert "to continue" not in done.stderr
    done = run("list", "--base-url", "http://127.0.0.1:1", "--starting-after", "a")
    assert done.returncode == 1 and "to continue" not in done.stderr


PAGE_BEFORE_A = http("200 OK", '{"data":[],"pages":{"next":{"starting_after":"a"}}}')


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("400 Bad Request", '{"errors":[{"code":"x","field":"starting_after"}]}'),
        ("400 Bad Request", '{"errors":[{"code":"parameter_invalid"}]}'),
        ("404 Not Found", '{"errors":[{"code":"not_found"}]}'),
        ("410 Gone", ""),
        ("422 Unprocessable Content", "{}"),
        # The pager rejects a repeated cursor.
        ("200 OK", '{"data":[],"pages":{"next":{"starting_after":"a"}}}'),
    ],
)
def test_no_resume_hint_for_a_cursor_that_was_rejected(
    scripted: Any, status: str, body: str
) -> None:
    response = http(status, body, "Content-Type: application/json")
    done = run("list", "--base-url", scripted(PAGE_BEFORE_A, response).url)
    assert (done.returncode, done.stdout) == (1, f"{HEADINGS}\n")
    assert done.stderr.startswith("data-connectors: ") and "to continue" not in done.stderr


@pytest.mark.parametrize(
    "status",
    [
        "401 Unauthorized",
        "403 Forbidden",
        "408 Request Timeout",
        "429 Too Many Requests",
        "503 Service Unavailable",
        "200 OK",
    ],
)
def test_resume_hint_for_other_failures(scripted: Any, status: str) -> None:
    server = scripted(PAGE_BEFORE_A, http(status, "<html>"))
    done = run("list", "--base-url", server.url, "--max-retries", "0")
    assert done.returncode == 1
    assert done.stderr.endswith("; to continue, use --starting-after=a\n")


def test_starting_after_resumes_a_listing(sandbox: str, connectors: list[dc.Connector]) -> None:
    with dc.Client(TOKEN, base_url=sandbox) as client:
        cursor = client.list_page(per_page=50).next_cursor
    lines = listed(sandbox, "--format", "ndjson", "--starting-after", str(cursor)).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [
        connector.id for connector in connectors[50:]
    ]


def test_warns_about_an_unknown_state(sandbox: str) -> None:
    done = run("list", "--base-url", sandbox, "--state", "Live")
    assert (done.returncode, done.stdout) == (0, f"{HEADINGS}\n")
    message = (
        "data-connectors: no connector has the state 'Live': the known states are draft and live\n"
    )
    assert done.stderr == message


def test_numbers_that_json_cannot_represent_are_an_error(scripted: Any) -> None:
    for number in ("1e999", "1" * 5000):
        server = scripted(http("200 OK", f'{{"data":[{{"id":"1","n":{number}}}]}}'))
        done = run("list", "--format", "ndjson", "--base-url", server.url)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == ("data-connectors: a connector contains a number that is too large\n")
        assert listed(server.url, "--format", "csv").endswith("\n1,,,,,,,,,,\n")
    # The hint continues after what was written.
    page = http("200 OK", '{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"a"}}}')
    bad = '{"data":[{"id":"2","n":1e999}],"pages":{"next":{"starting_after":"b"}}}'
    server = scripted(page, http("200 OK", bad))
    done = run("list", "--format", "ndjson", "--base-url", server.url)
    assert (done.returncode, done.stdout) == (1, '{"id":"1"}\n')
    assert done.stderr.endswith("; to continue, use --starting-after=a\n")


def test_reports_a_missing_library() -> None:
    done = run("list", DATA_CONNECTORS_LIBRARY="/no/such.so")
    assert done.returncode == 1
    assert done.stderr.startswith("data-connectors: could not load /no/such.so (")


def test_verbose_logs_requests(sandbox: str) -> None:
    once = run("list", "--base-url", sandbox, "-v").stderr.splitlines()
    twice = run("list", "--base-url", sandbox, "-vv").stderr.splitlines()
    assert (len(once), len(twice)) == (3, 6)
    assert all(" INFO GET /data_connectors" in line for line in once)


def test_ndjson_streams_page_by_page() -> None:
    """The first page is written before the second one arrives."""
    body = b'{"data":[{"id":"1"}],"pages":{"next":{"starting_after":"a"}}}'
    server = SilentServer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    child = subprocess.Popen(
        [*COMMAND, "list", "--format", "ndjson", "--base-url", server.url, "-vv"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=restore_sigint,
    )
    assert child.stdout is not None and child.stderr is not None
    assert child.stdout.readline() == '{"id":"1"}\n'
    # The second request: until it the page isn't known to be written.
    logged = [child.stderr.readline().split(" ")[2] for _ in range(3)]
    assert logged == ["DEBUG", "INFO", "DEBUG"]
    assert child.poll() is None
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=10)
    assert (child.returncode, stdout) == (-signal.SIGINT, "")
    *_, hint = stderr.splitlines()
    assert hint == "data-connectors: interrupted; to continue, use --starting-after=a"
    assert "Traceback" not in stderr
    server.stop()


def test_closed_pipe_terminates_list(sandbox: str) -> None:
    child = subprocess.Popen(
        [*COMMAND, "list", "--format", "json", "--base-url", sandbox],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stderr is not None
    child.stdout.close()
    assert child.stderr.read() == ""
    assert child.wait(30) == CLOSED_PIPE
    child.stderr.close()


def test_reports_output_errors(sandbox: str) -> None:
    for redirection, message in (
        (">/dev/full", "data-connectors: could not write the output: No space left on device\n"),
        (">&-", "data-connectors: standard output is closed\n"),
        (">/dev/full 2>&-", ""),
    ):
        line = f'"$@" {redirection}'
        done = subprocess.run(
            ["sh", "-c", line, "sh", *COMMAND, "list", "--base-url", sandbox],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, message)
