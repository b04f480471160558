"""That the load's judge sees what is wrong with an answer, and with a run."""

from __future__ import annotations

import json
import unittest
from typing import Any

import load

IDS = [str(number) for number in range(137)]


def answer(rows: list[str], *more: Any, status: str = "200 OK") -> bytes:
    lines = [*({"id": row} for row in rows), *more]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    return f"HTTP/1.1 {status}\r\n\r\n{body}".encode()


def failure(status: str) -> dict[str, Any]:
    return {"error": {"status": status, "message": "m"}}


class Answers(unittest.TestCase):
    def setUp(self) -> None:
        load.EXPECTED[:] = IDS
        self.counts = load.Counts()

    def judged(self, given: bytes) -> tuple[int, int, int]:
        load.judge(given, self.counts)
        failed = sum(self.counts.failed.values())
        return self.counts.complete, failed, len(self.counts.wrong)

    def test_complete(self) -> None:
        self.assertEqual(self.judged(answer(IDS)), (1, 0, 0))

    def test_failed_and_said_so(self) -> None:
        self.assertEqual(self.judged(answer(IDS[:50], failure("DC_ERR_SERVER"))), (0, 1, 0))
        refused = answer([], failure("DC_ERR_TIMEOUT"), status="504 Gateway Timeout")
        self.assertEqual(self.judged(refused), (0, 2, 0))

    def test_wrong(self) -> None:
        for number, given in enumerate(
            (
                answer(IDS[:50]),
                answer([*IDS, "x"]),
                answer(IDS[::-1]),
                answer(IDS[:1] * 50, failure("DC_ERR_SERVER")),
                answer(IDS[:50], failure("DC_ERR_PANIC")),
                answer([], failure("DC_ERR_SERVER")),
                answer(IDS, status="502 Bad Gateway"),
                answer(IDS)[:-5],
                b"",
            ),
            start=1,
        ):
            self.assertEqual(self.judged(given), (0, 0, number), given[:60])

    def test_chunks(self) -> None:
        self.assertEqual(load.dechunked(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), b"abc")
        self.assertIn(b"cut off", load.dechunked(b"2\r\nab\r\n1\r\n"))


class Runs(unittest.TestCase):
    def verdict(
        self, complete: int = 1000, failed: int = 0, kb: int = 0, fds: int = 0, stop: float = 0.1
    ) -> str:
        counts = load.Counts(complete=complete)
        counts.failed["DC_ERR_SERVER"] = failed
        samples = [(100_000, 50)] * 6 + [(100_000 + kb, 50 + fds)] * 3
        return " ".join(load.verdict(counts, samples, stop))

    def test_each_bound(self) -> None:
        self.assertEqual(self.verdict(), "")
        self.assertIn("failed", self.verdict(failed=50))
        self.assertIn("failed", self.verdict(complete=0, failed=10))
        self.assertIn("memory", self.verdict(kb=20_000))
        self.assertIn("descriptors", self.verdict(fds=40))
        self.assertIn("to stop", self.verdict(stop=1.5))


if __name__ == "__main__":
    unittest.main()
