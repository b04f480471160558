"""Tests of the validation of responses and results in load.py."""

from __future__ import annotations

import json
import unittest
from typing import Any

import load

IDS = [str(number) for number in range(137)]


def response(rows: list[str], *more: Any, status: str = "200 OK") -> bytes:
    lines = [*({"id": row} for row in rows), *more]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    return f"HTTP/1.1 {status}\r\n\r\n{body}".encode()


def failure(status: str) -> dict[str, Any]:
    return {"error": {"status": status, "message": "m"}}


class ValidateTest(unittest.TestCase):
    def setUp(self) -> None:
        load.EXPECTED_IDS[:] = IDS
        self.stats = load.Stats()

    def validate(self, data: bytes) -> tuple[int, int, int]:
        load.validate(data, self.stats)
        failed = sum(self.stats.failed.values())
        return self.stats.complete, failed, len(self.stats.invalid)

    def test_counts_complete_responses(self) -> None:
        self.assertEqual(self.validate(response(IDS)), (1, 0, 0))

    def test_counts_failed_responses(self) -> None:
        self.assertEqual(self.validate(response(IDS[:50], failure("DC_ERR_SERVER"))), (0, 1, 0))
        failed = response([], failure("DC_ERR_TIMEOUT"), status="504 Gateway Timeout")
        self.assertEqual(self.validate(failed), (0, 2, 0))

    def test_counts_invalid_responses(self) -> None:
        for number, data in enumerate(
            (
                response(IDS[:50]),
                response([*IDS, "x"]),
                response(IDS[::-1]),
                response(IDS[:1] * 50, failure("DC_ERR_SERVER")),
                response(IDS[:50], failure("DC_ERR_PANIC")),
                response([], failure("DC_ERR_SERVER")),
                response(IDS, status="502 Bad Gateway"),
                response(IDS)[:-5],
                b"",
            ),
            start=1,
        ):
            self.assertEqual(self.validate(data), (0, 0, number), data[:60])

    def test_decodes_chunks(self) -> None:
        self.assertEqual(load.decode_chunks(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), b"abc")
        self.assertIn(b"truncated", load.decode_chunks(b"2\r\nab\r\n1\r\n"))


class FindProblemsTest(unittest.TestCase):
    def problems(
        self, complete: int = 1000, failed: int = 0, kb: int = 0, fds: int = 0, stop: float = 0.1
    ) -> str:
        stats = load.Stats(complete=complete)
        stats.failed["DC_ERR_SERVER"] = failed
        samples = [(100_000, 50)] * 6 + [(100_000 + kb, 50 + fds)] * 3
        return " ".join(load.find_problems(stats, samples, stop))

    def test_checks_each_limit(self) -> None:
        self.assertEqual(self.problems(), "")
        self.assertIn("failed", self.problems(failed=50))
        self.assertIn("failed", self.problems(complete=0, failed=10))
        self.assertIn("memory", self.problems(kb=20_000))
        self.assertIn("descriptors", self.problems(fds=40))
        self.assertIn("stopping", self.problems(stop=1.5))


if __name__ == "__main__":
    unittest.main()
