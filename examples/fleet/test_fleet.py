"""Tests of fleet.py with local clusters and a separate scheduler; each workspace is a sandbox."""

from __future__ import annotations

import csv
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import Request, urlopen

import data_connectors as dc
import psutil

SANDBOX = [os.environ["DC_TEST_SANDBOX"]]
PROGRAM = str(Path(__file__).with_name("fleet.py"))
SECRET = "canary-fleet-"
"""The start of all access tokens."""

Row = dict[str, Any]
T = TypeVar("T")


class Workspace:
    """A sandbox with its own access token and number of connectors."""

    def __init__(self, number: int) -> None:
        self.name, self.variable = f"w {number}", f"FLEET_TOKEN_{number}"
        self.token = f"{SECRET}{os.urandom(8).hex()}"
        self.connectors = 60 + number  # two pages
        self.process = subprocess.Popen(
            [*SANDBOX, "--connectors", str(self.connectors), "--token", self.token],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()
        self.row: Row = {"name": self.name, "token_env": self.variable, "base_url": self.url}

    def change(self, method: str, path: str = "", **fields: str) -> Row:
        headers = {"Authorization": f"Bearer {self.token}", "Intercom-Version": "Preview"}
        url = f"{self.url}/data_connectors{path}"
        request = Request(url, json.dumps(fields).encode(), headers, method=method)
        with urlopen(request, timeout=10) as response:
            row: Row = json.load(response)
        return row

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


class FleetTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.output = self.folder / "output"

    def workspaces(self, count: int) -> list[Workspace]:
        started = []
        for number in range(count):
            started.append(Workspace(number))
            self.addCleanup(started[-1].stop)
        return started

    def start(self, *arguments: object, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def start_daemon(self, *arguments: object, **variables: str) -> int:
        """Start a program whose debug log is in the folder; return its process id."""
        variables["DASK_LOGGING__DISTRIBUTED"] = "debug"
        with (self.folder / f"{len(list(self.folder.iterdir()))}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *map(str, arguments)],
                env={**os.environ, **variables},
                stdout=log,
                stderr=log,
            )
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        return process.pid

    def start_fleet(self, rows: list[Row], *options: str, **tokens: str) -> subprocess.Popen[str]:
        path = self.folder / "workspaces.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return self.start(PROGRAM, path, self.output, *options, **tokens)

    def finish(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """Return the exit status and standard output; check that no access token was written."""
        stdout, stderr = process.communicate(timeout=60)
        self.errors = stderr
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        for text in (stdout, stderr, *(path.read_text() for path in files)):
            self.assertNotIn(SECRET, text)
        return process.returncode, stdout

    def run_fleet(self, workspaces: list[Workspace], *options: str) -> tuple[int, str]:
        tokens = {workspace.variable: workspace.token for workspace in workspaces}
        rows = [workspace.row for workspace in workspaces]
        return self.finish(self.start_fleet(rows, *options, **tokens))

    def summary(self) -> dict[str, Row]:
        """Return the summary by workspace; check that each workspace is in it once."""
        rows = list(map(json.loads, (self.output / "summary.ndjson").read_text().splitlines()))
        summary = {row.pop("workspace"): row for row in rows}
        self.assertEqual(len(summary), len(rows))
        return summary

    def stored(self) -> dict[str, dc.Snapshot]:
        """Return the stored snapshots; check that the folder has no other files."""
        files = {path.stem: path for path in self.output.iterdir()}
        del files["summary"]
        return {name: dc.Snapshot.load(path.read_bytes()) for name, path in files.items()}

    def wait_for(self, condition: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + 30
        while not (result := condition()):
            self.assertLess(time.monotonic(), deadline, "timed out")
            time.sleep(0.02)
        return result

    def process_connected_to(self, workspace: Workspace, parent: int) -> psutil.Process:
        """Wait for the child process that has sent a request to the workspace."""
        port = int(workspace.url.rpartition(":")[2])

        def find() -> psutil.Process | None:
            for child in psutil.Process(parent).children(recursive=True):
                try:
                    connections = child.net_connections()
                except psutil.Error:
                    continue
                if any(c.raddr and c.raddr.port == port for c in connections):
                    return child
            return None

        return self.wait_for(find)

    def test_repeats_the_tasks_of_a_killed_worker_despite_an_invalid_token(self) -> None:
        workspaces = self.workspaces(40)
        tokens = {workspace.variable: workspace.token for workspace in workspaces}
        tokens[workspaces[7].variable] = f"{SECRET}invalid"
        path = self.folder / "workspaces.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, workspaces[0].row)
            writer.writeheader()
            writer.writerows(workspace.row for workspace in workspaces)
        # It accepts connections, but does not respond.
        workspaces[20].process.send_signal(signal.SIGSTOP)
        fleet = self.start(PROGRAM, path, self.output, **tokens)
        worker = self.process_connected_to(workspaces[20], fleet.pid)
        worker.kill()
        workspaces[20].process.send_signal(signal.SIGCONT)
        status, stdout = self.finish(fleet)
        summary = self.summary()
        self.assertEqual((status, self.errors), (1, "39 complete, 1 failed\n"))
        self.assertRegex(stdout, "^w 7: failed: .*401.*\n$")
        self.assertRegex(summary.pop("w 7")["error"], "401")
        self.assertEqual(
            summary,
            {
                workspace.name: {"state": "complete", "count": workspace.connectors}
                for workspace in workspaces
                if workspace.name != "w 7"
            },
        )
        self.assertEqual(
            {name: len(snapshot) for name, snapshot in self.stored().items()},
            {name: row["count"] for name, row in summary.items()},
        )

    def test_reports_changes_since_the_stored_snapshot(self) -> None:
        workspaces = self.workspaces(2)
        first = workspaces[0]
        draft = first.change("POST", name="draft")["id"]
        self.assertEqual(self.run_fleet(workspaces), (0, ""))
        self.assertEqual(self.run_fleet(workspaces), (0, ""))
        self.assertEqual(
            self.summary()["w 0"],
            {"state": "refreshed", "count": 61, "added": [], "changed": [], "removed": None},
        )

        added = first.change("POST", name="another")["id"]
        changed = self.stored()["w 0"][-1].id
        first.change("PATCH", f"/{changed}", name="changed")
        first.change("DELETE", f"/{draft}")
        self.assertEqual(self.run_fleet(workspaces), (0, "w 0: refreshed: 1 added, 1 changed\n"))
        self.assertEqual(
            self.summary()["w 0"],
            {
                "state": "refreshed",
                "count": 62,
                "added": [added],
                "changed": [changed],
                "removed": None,
            },
        )

        self.assertEqual(self.run_fleet(workspaces, "--resync"), (0, "w 0: complete: 1 removed\n"))
        self.assertEqual(self.summary()["w 0"]["removed"], [draft])
        self.assertEqual(self.summary()["w 1"]["removed"], [])
        self.assertEqual(len(self.stored()["w 0"]), 61)

    def test_does_not_replace_a_stored_snapshot_by_an_incomplete_one(self) -> None:
        connector = {"id": "1", "updated_at": "2026-01-20T14:22:15Z"}
        connectors = [connector]

        class Service(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps({"data": connectors}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        rows = [{"name": "a", "token_env": "FLEET_TOKEN", "base_url": url}]
        self.assertEqual(self.finish(self.start_fleet(rows, FLEET_TOKEN=SECRET)), (0, ""))

        connectors.append(connector)
        status, stdout = self.finish(self.start_fleet(rows, FLEET_TOKEN=SECRET))
        self.assertEqual(status, 1)
        self.assertRegex(stdout, "^a: incomplete: .*twice.*\n$")
        self.assertRegex(self.summary()["a"]["reason"], "twice")
        self.assertEqual(len(self.stored()["a"]), 1)

    def test_reports_a_task_whose_workers_die(self) -> None:
        (workspace,) = self.workspaces(1)
        workspace.process.send_signal(signal.SIGSTOP)
        fleet = self.start_fleet([workspace.row], **{workspace.variable: workspace.token})
        for _ in range(4):
            worker = self.process_connected_to(workspace, fleet.pid)
            worker.kill()
            psutil.wait_procs([worker], timeout=30)
        status, stdout = self.finish(fleet)
        self.assertEqual(status, 1)
        self.assertRegex(stdout, "^w 0: failed: .*workers died.*\n$")
        self.assertEqual(self.stored(), {})

    def test_access_tokens_stay_in_the_workers(self) -> None:
        workspaces = self.workspaces(3)
        tokens = {workspace.variable: workspace.token for workspace in workspaces[:2]}
        tokens[workspaces[1].variable] = f"{SECRET}invalid"
        file = self.folder / "scheduler.json"
        port = ("--host", "127.0.0.1", "--port", 0, "--dashboard-address", "127.0.0.1:0")
        dask = "distributed.cli.dask_"
        scheduler = self.start_daemon(f"{dask}scheduler", *port, "--scheduler-file", file)
        address = self.wait_for(lambda: file.exists() and json.loads(file.read_text())["address"])
        worker = self.start_daemon(f"{dask}worker", address, "--nthreads", 4, **tokens)
        workspaces[0].process.send_signal(signal.SIGSTOP)
        rows = [workspace.row for workspace in workspaces]
        fleet = self.start_fleet(rows, "--scheduler", address)
        self.process_connected_to(workspaces[0], worker)
        for process in (scheduler, fleet.pid):
            self.assertTrue(memory_contains(process, workspaces[0].variable))
            self.assertFalse(memory_contains(process, SECRET))
        workspaces[0].process.send_signal(signal.SIGCONT)
        status, stdout = self.finish(fleet)
        self.assertEqual((status, self.errors), (1, "1 complete, 2 failed\n"))
        self.assertIn("w 1: failed: ", stdout)
        self.assertIn("w 2: failed: environment variable FLEET_TOKEN_2 is not set", stdout)
        self.assertEqual(self.summary()["w 0"]["count"], workspaces[0].connectors)
        self.assertFalse(memory_contains(scheduler, SECRET))

    def test_rejects_an_invalid_list_of_workspaces(self) -> None:
        token = "dG9rOmNhbmFyeQ=="
        row = {"name": "a", "token_env": "FLEET_TOKEN"}
        for rows, message in (
            ([row, row], "invalid name 'a' in row 1: "),
            ([row, {**row, "name": "../a"}], "invalid name '../a' in row 2: "),
            ([{"token_env": "FLEET_TOKEN"}], "invalid name None in row 1: "),
            ([{"name": "a"}], "invalid token_env in row 1: "),
            ([{**row, "token_env": token}], "invalid token_env in row 1: "),
        ):
            self.assertEqual(self.finish(self.start_fleet(rows)), (2, ""))
            self.assertIn(message, self.errors)
            self.assertNotIn(token, self.errors)
            self.assertFalse(self.output.exists())


def memory_contains(process: int, text: str) -> bool:
    maps = Path(f"/proc/{process}/maps").read_text()
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in maps.splitlines():
            area, permissions, *_ = line.split()
            if permissions.startswith("rw"):
                start, end = (int(address, 16) for address in area.split("-"))
                memory.seek(start)
                if text.encode() in memory.read(end - start):
                    return True
    return False


if __name__ == "__main__":
    unittest.main()
