#!/usr/bin/env python3
"""Puts one of the example services under load, against the sandbox, and judges each answer.

64 callers list all connectors again and again, some of them leaving amid the answer, while the
sandbox is slow and fails now and then. Then the service is told to stop, with callers waiting.
It ends with 1 if an answer was wrong, memory or descriptors grew, or the stop took too long.
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

TOKEN = "canary-load-5b1e"
CONNECTORS = 137
PATIENCE = 90.0  # seconds for an answer: more than a call may take

HONEST = {"DC_ERR_SERVER", "DC_ERR_CONNECTION", "DC_ERR_TIMEOUT"}
"""What comes of the sandbox's faults, when three attempts have met with one."""


@dataclass
class Counts:
    """What came of all calls."""

    complete: int = 0
    left: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


class Service:
    """The service under load, and the sandbox that it lists."""

    def __init__(self, command: list[str], sandbox: str, options: argparse.Namespace) -> None:
        faults = ["--latency-ms", str(options.latency_ms), "--fault-percent", str(options.faults)]
        self.sandbox = _started([sandbox, "--connectors", str(CONNECTORS), *faults], {})
        self.address = _first_line(self.sandbox)
        given = [*command, *options.flags.format(base_url=self.address).split()]
        self.process = _started(given, {"INTERCOM_ACCESS_TOKEN": TOKEN})
        self.port = int(_first_line(self.process).rpartition(":")[2].strip("/"))

    def in_use(self) -> tuple[int, int]:
        """Resident memory in kB, and open descriptors."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
        return memory, len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def kill(self) -> None:
        """Leave nothing behind, whatever happened."""
        self.process.kill()
        self.sandbox.kill()

    def stop(self) -> float:
        """Tell it to stop; give the seconds that it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        finally:
            self.process.kill()
            self.sandbox.terminate()
        took = time.monotonic() - started
        if code != 0:
            sys.exit(f"the service ended with {code}")
        return took


def _started(command: list[str], more: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **more},
    )


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    return line or sys.exit("it printed no address")


async def call(port: int, counts: Counts, *, leaves: bool) -> None:
    """Ask once for all connectors."""
    started = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        request = "GET /connectors HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        if leaves:
            await reader.read(1000)
            counts.left += 1
            return
        answer = await asyncio.wait_for(reader.read(-1), PATIENCE)
    except asyncio.TimeoutError:
        counts.wrong.append(f"no answer in {PATIENCE:.0f} s")
        return
    finally:
        writer.close()
    judge(answer, counts)
    counts.took.append(time.monotonic() - started)


def judge(answer: bytes, counts: Counts) -> None:
    """An answer is complete, or it says that it failed; anything else is wrong."""
    if TOKEN.encode() in answer:
        counts.wrong.append("the token is in it")
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head[9:12].decode()
    if b"transfer-encoding: chunked" in head.lower():
        body = dechunked(body)
    try:
        lines = [json.loads(line) for line in body.splitlines()]
    except ValueError:
        counts.wrong.append(f"no JSON: {answer[:200]!r}")
        return
    failed = lines[-1].get("error") if lines else None
    ids = [line.get("id") for line in (lines[:-1] if failed else lines)]
    if ids != EXPECTED[: len(ids)] or (status == "200") != bool(ids):
        counts.wrong.append(f"{status} with {len(ids)} connectors, not those of the sandbox")
    elif failed is None and len(ids) < len(EXPECTED):
        counts.wrong.append(f"{len(ids)} connectors and no error")
    elif failed is None:
        counts.complete += 1
    elif failed.get("status") in HONEST:
        counts.failed[failed["status"]] += 1
    else:
        counts.wrong.append(f"a failure that the sandbox does not bring about: {failed}")


def dechunked(body: bytes) -> bytes:
    """Take the chunks apart; what is cut off is not JSON then."""
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if length == 0:
            return whole
        whole, body = whole + body[:length], body[length + 2 :]
    return whole + b"{cut off"


EXPECTED: list[str] = []


async def load(
    service: Service, counts: Counts, options: argparse.Namespace
) -> list[tuple[int, int]]:
    """Keep the callers calling for so long; give what was in use each second."""
    end = time.monotonic() + options.seconds

    async def caller(number: int) -> None:
        turn = number
        while time.monotonic() < end:
            turn += 1
            await call(service.port, counts, leaves=turn % 20 == 0)

    async def watch() -> None:
        while time.monotonic() < end:
            await asyncio.sleep(min(1.0, options.seconds / 10))
            samples.append(service.in_use())

    samples: list[tuple[int, int]] = []
    await asyncio.gather(watch(), *(caller(number) for number in range(options.callers)))
    return samples


async def stop_amid_calls(service: Service, options: argparse.Namespace) -> float:
    """Stop it while all callers wait; give the seconds."""
    unjudged = Counts()
    calls = [
        asyncio.create_task(call(service.port, unjudged, leaves=False))
        for _ in range(options.callers)
    ]
    await asyncio.sleep(0.03)
    took = await asyncio.to_thread(service.stop)
    await asyncio.gather(*calls, return_exceptions=True)
    return took


async def expected_of(service: Service) -> list[str]:
    """What all answers have to be: the sandbox's own order, asked for page by page."""
    ids: list[str] = []
    cursor = ""
    while True:
        host, port = service.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        query = f"per_page=50{cursor and '&starting_after=' + cursor}"
        writer.write(
            f"GET /data_connectors?{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Intercom-Version: Preview\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read(-1)
        writer.close()
        if b" 200 " not in answer.partition(b"\r\n")[0]:
            continue
        try:
            page = json.loads(answer.partition(b"\r\n\r\n")[2])
        except ValueError:
            continue
        ids += [row["id"] for row in page["data"]]
        if page["pages"]["next"] is None:
            return ids
        cursor = page["pages"]["next"]["starting_after"].replace("=", "%3D").replace("+", "%2B")


def verdict(counts: Counts, samples: list[tuple[int, int]], stop: float) -> list[str]:
    """Say what is wrong, if anything is."""
    third = max(1, len(samples) // 3)
    early = samples[third : 2 * third] or samples
    late = samples[2 * third :] or samples
    wrong = list(Counter(counts.wrong).items())[:5]
    memory = [max(kb for kb, _ in part) for part in (early, late)]
    descriptors = [max(count for _, count in part) for part in (early, late)]
    found = [f"{times} answers: {what}" for what, times in wrong]
    if memory[1] > memory[0] * 1.05 + 6_000:
        found.append(f"memory grew from {memory[0]} to {memory[1]} kB")
    if descriptors[1] > descriptors[0] + 16:
        found.append(f"descriptors grew from {descriptors[0]} to {descriptors[1]}")
    if stop > 1.0:
        found.append(f"it took {stop:.2f} s to stop")
    failed = sum(counts.failed.values())
    if failed > 5 + counts.complete // 100:
        found.append(f"{failed} answers failed, of {counts.complete + failed}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--latency-ms", type=int, default=20)
    parser.add_argument("--faults", type=int, default=5, help="percent of the sandbox's answers")
    parser.add_argument("--sandbox", default=os.environ.get("DC_TEST_SANDBOX"), help="its program")
    flags = "--base-url {base_url} --listen 127.0.0.1:0 --per-page 50"
    parser.add_argument("--flags", default=flags, help="what the service is started with")
    parser.add_argument("command", nargs="+", help="the service (behind --)")
    options = parser.parse_args()
    counts = Counts()
    service = Service(options.command, options.sandbox, options)
    try:
        EXPECTED.extend(asyncio.run(expected_of(service)))
        samples = asyncio.run(load(service, counts, options))
        stop = asyncio.run(stop_amid_calls(service, options))
    finally:
        service.kill()
    took = sorted(counts.took)
    print(
        f"answers: {counts.complete} complete, {sum(counts.failed.values())} that said they failed"
        f" {dict(counts.failed)}, {counts.left} left by their callers, {len(counts.wrong)} wrong"
    )
    if took:
        slow = took[len(took) * 99 // 100]
        print(f"seconds an answer: median {statistics.median(took):.3f}, 99 % {slow:.3f}")
    for name, index in (("memory, kB", 0), ("descriptors", 1)):
        values = [sample[index] for sample in samples]
        thirds = [max(values[len(values) * n // 3 : len(values) * (n + 1) // 3]) for n in range(3)]
        print(f"{name}: at most {thirds[0]}, {thirds[1]}, {thirds[2]} in each third of the time")
    print(f"stopped within {stop:.2f} s of SIGTERM, amid {options.callers} calls")
    found = verdict(counts, samples, stop)
    print("\n".join(["WRONG: " + what for what in found] or ["all is well"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
