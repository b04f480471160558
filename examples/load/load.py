#!/usr/bin/env python3
"""Load test of an example service against the sandbox, which validates every response.

Concurrent callers list all connectors repeatedly, and some of them disconnect within a response,
while the sandbox adds latency and faults. Then the service gets SIGTERM with calls in progress.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ACCESS_TOKEN = "canary-load-5b1e"
CONNECTORS = 137
RESPONSE_TIMEOUT = 90.0  # seconds, more than the timeout of a call

EXPECTED_ERRORS = {"DC_ERR_SERVER", "DC_ERR_CONNECTION", "DC_ERR_TIMEOUT"}
"""The errors of a call whose three attempts all hit a fault of the sandbox."""


@dataclass
class Stats:
    """The results of all calls."""

    complete: int = 0
    disconnected: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    invalid: list[str] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)


class Service:
    """The service under test, and its sandbox."""

    def __init__(self, command: list[str], sandbox: str, options: argparse.Namespace) -> None:
        faults = ["--latency-ms", str(options.latency_ms), "--fault-percent", str(options.faults)]
        self.sandbox = _start([sandbox, "--connectors", str(CONNECTORS), *faults], {})
        self.address = _first_line(self.sandbox)
        arguments = [*command, *options.flags.format(base_url=self.address).split()]
        self.process = _start(arguments, {"INTERCOM_ACCESS_TOKEN": ACCESS_TOKEN})
        self.port = int(_first_line(self.process).rpartition(":")[2].strip("/"))

    def resource_usage(self) -> tuple[int, int]:
        """Return resident memory in kB and the number of open file descriptors."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
        return memory, len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def kill(self) -> None:
        """Kill the service and the sandbox."""
        self.process.kill()
        self.sandbox.kill()

    def stop(self) -> float:
        """Send SIGTERM; return the seconds until the service exited."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        finally:
            self.process.kill()
            self.sandbox.terminate()
        duration = time.monotonic() - started
        if status != 0:
            sys.exit(f"the service exited with status {status}")
        return duration


def _start(command: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **variables},
    )


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    return line or sys.exit("the service or the sandbox printed no address")


async def call(port: int, stats: Stats, *, disconnect: bool) -> None:
    """Request all connectors once."""
    started = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        request = "GET /connectors HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        if disconnect:
            await reader.read(1000)
            stats.disconnected += 1
            return
        response = await asyncio.wait_for(reader.read(-1), RESPONSE_TIMEOUT)
    except asyncio.TimeoutError:
        stats.invalid.append(f"no response within {RESPONSE_TIMEOUT:.0f} s")
        return
    finally:
        writer.close()
    validate(response, stats)
    stats.durations.append(time.monotonic() - started)


def validate(response: bytes, stats: Stats) -> None:
    """Classify a response: complete, failed with an expected error, or invalid."""
    if ACCESS_TOKEN.encode() in response:
        stats.invalid.append("the response contains the access token")
    head, _, body = response.partition(b"\r\n\r\n")
    status = head[9:12].decode()
    if b"transfer-encoding: chunked" in head.lower():
        body = decode_chunks(body)
    try:
        lines = [json.loads(line) for line in body.splitlines()]
    except ValueError:
        stats.invalid.append(f"invalid JSON: {response[:200]!r}")
        return
    error = lines[-1].get("error") if lines else None
    ids = [line.get("id") for line in (lines[:-1] if error else lines)]
    if ids != EXPECTED_IDS[: len(ids)] or (status == "200") != bool(ids):
        stats.invalid.append(f"status {status} with {len(ids)} unexpected connectors")
    elif error is None and len(ids) < len(EXPECTED_IDS):
        stats.invalid.append(f"only {len(ids)} connectors, and no error")
    elif error is None:
        stats.complete += 1
    elif error.get("status") in EXPECTED_ERRORS:
        stats.failed[error["status"]] += 1
    else:
        stats.invalid.append(f"unexpected error: {error}")


def decode_chunks(body: bytes) -> bytes:
    """Decode a chunked body; a truncated one becomes invalid JSON."""
    decoded = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if length == 0:
            return decoded
        decoded, body = decoded + body[:length], body[length + 2 :]
    return decoded + b"{truncated"


EXPECTED_IDS: list[str] = []


async def load(
    service: Service, stats: Stats, options: argparse.Namespace
) -> list[tuple[int, int]]:
    """Run the callers for the given time; return samples of resource usage."""
    end = time.monotonic() + options.seconds

    async def caller(number: int) -> None:
        calls = number
        while time.monotonic() < end:
            calls += 1
            await call(service.port, stats, disconnect=calls % 20 == 0)

    async def sample() -> None:
        while time.monotonic() < end:
            # Often: the number of descriptors varies with the calls, and maxima are compared.
            await asyncio.sleep(min(0.25, options.seconds / 100))
            samples.append(service.resource_usage())

    samples: list[tuple[int, int]] = []
    await asyncio.gather(sample(), *(caller(number) for number in range(options.callers)))
    return samples


async def stop_during_calls(service: Service, options: argparse.Namespace) -> float:
    """Stop the service while all callers wait; return the seconds until it exited."""
    ignored = Stats()
    calls = [
        asyncio.create_task(call(service.port, ignored, disconnect=False))
        for _ in range(options.callers)
    ]
    await asyncio.sleep(0.03)
    duration = await asyncio.to_thread(service.stop)
    await asyncio.gather(*calls, return_exceptions=True)
    return duration


async def list_sandbox(service: Service) -> list[str]:
    """Return the ids of all connectors of the sandbox, in order."""
    ids: list[str] = []
    cursor = ""
    while True:
        host, port = service.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        query = f"per_page=50{cursor and '&starting_after=' + cursor}"
        writer.write(
            f"GET /data_connectors?{query} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {ACCESS_TOKEN}\r\n"
            "Intercom-Version: Preview\r\nConnection: close\r\n\r\n".encode()
        )
        response = await reader.read(-1)
        writer.close()
        if b" 200 " not in response.partition(b"\r\n")[0]:
            continue
        try:
            page = json.loads(response.partition(b"\r\n\r\n")[2])
        except ValueError:
            continue
        ids += [row["id"] for row in page["data"]]
        if page["pages"]["next"] is None:
            return ids
        cursor = page["pages"]["next"]["starting_after"].replace("=", "%3D").replace("+", "%2B")


def find_problems(stats: Stats, samples: list[tuple[int, int]], stop: float) -> list[str]:
    """Compare the results with the limits; return the problems."""
    third = max(1, len(samples) // 3)
    early = samples[third : 2 * third] or samples
    late = samples[2 * third :] or samples
    invalid = list(Counter(stats.invalid).items())[:5]
    memory = [max(kb for kb, _ in part) for part in (early, late)]
    descriptors = [max(number for _, number in part) for part in (early, late)]
    problems = [f"{count} responses: {reason}" for reason, count in invalid]
    if memory[1] > memory[0] * 1.05 + 6_000:
        problems.append(f"memory grew from {memory[0]} to {memory[1]} kB")
    if descriptors[1] > descriptors[0] + 16:
        problems.append(f"file descriptors grew from {descriptors[0]} to {descriptors[1]}")
    if stop > 1.0:
        problems.append(f"stopping took {stop:.2f} s")
    failed = sum(stats.failed.values())
    if failed > 5 + stats.complete // 100:
        problems.append(f"{failed} of {stats.complete + failed} responses failed")
    return problems


def parse_options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        usage="%(prog)s [OPTIONS] -- COMMAND [ARGUMENT ...]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 all limits kept; 1 invalid responses, growing memory or file "
        "descriptors,\nor a slow stop; 2 invalid options.",
    )

    def option(name: str, kind: type, metavar: str, default: object, text: str) -> None:
        text = f"{text} [default: {str(default).replace('%', '%%')}]"
        parser.add_argument(name, type=kind, metavar=metavar, default=default, help=text)

    option("--seconds", float, "S", 30, "duration of the load in seconds")
    option("--callers", int, "N", 64, "number of concurrent callers")
    option("--latency-ms", int, "MS", 20, "latency of the sandbox in milliseconds")
    option("--faults", int, "PERCENT", 5, "percentage of requests that fail in the sandbox")
    option(
        "--flags",
        str,
        "FLAGS",
        "--base-url {base_url} --listen 127.0.0.1:0 --per-page 50",
        "options added to COMMAND",
    )
    parser.add_argument(
        "--sandbox",
        metavar="PATH",
        default=os.environ.get("DC_TEST_SANDBOX"),
        help="path of the program data-connectors-sandbox [default: $DC_TEST_SANDBOX]",
    )
    parser.add_argument("command", metavar="COMMAND", nargs="+", help="starts the service")
    options = parser.parse_args()
    if not options.sandbox:
        parser.error("--sandbox is missing: set it or DC_TEST_SANDBOX")
    return options


def main() -> int:
    options = parse_options()
    stats = Stats()
    service = Service(options.command, options.sandbox, options)
    try:
        EXPECTED_IDS.extend(asyncio.run(list_sandbox(service)))
        samples = asyncio.run(load(service, stats, options))
        stop = asyncio.run(stop_during_calls(service, options))
    finally:
        service.kill()
    print(
        f"responses: {stats.complete} complete, {sum(stats.failed.values())} failed"
        f" {dict(stats.failed)}, {stats.disconnected} disconnected by the caller,"
        f" {len(stats.invalid)} invalid"
    )
    durations = sorted(stats.durations)
    if durations:
        percentile = durations[len(durations) * 99 // 100]
        print(
            f"response time: median {statistics.median(durations):.3f} s, 99 % {percentile:.3f} s"
        )
    for name, index in (("memory in kB", 0), ("file descriptors", 1)):
        values = [sample[index] for sample in samples]
        thirds = [max(values[len(values) * n // 3 : len(values) * (n + 1) // 3]) for n in range(3)]
        print(f"{name}: maximum {thirds[0]}, {thirds[1]}, {thirds[2]} per third of the run")
    print(f"stopped {stop:.2f} s after SIGTERM, with {options.callers} calls in progress")
    problems = find_problems(stats, samples, stop)
    print("\n".join(["FAILED: " + problem for problem in problems] or ["passed"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
