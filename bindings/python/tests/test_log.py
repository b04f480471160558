"""Log lines in the logging module."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from conftest import TOKEN, http, python

import data_connectors as dc

OK = http("200 OK", '{"data":[]}', "X-Request-Id: r-1")


def lines(caplog: Any) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_each_level_logs_its_lines(scripted: Any, caplog: Any) -> None:
    unavailable = http("503 Busy", "", "Retry-After: 0")
    server = scripted(unavailable, OK, unavailable, OK, unavailable, OK)
    expected = {
        logging.DEBUG: ["DEBUG", "INFO", "WARNING", "DEBUG", "INFO"],
        logging.INFO: ["INFO", "WARNING", "INFO"],
        logging.WARNING: ["WARNING"],
    }
    for level, names in expected.items():
        with caplog.at_level(level, logger="data_connectors"):
            with dc.Client(TOKEN, base_url=server.url) as client:
                caplog.clear()
                client.list_page()
            assert [name for name, _ in lines(caplog)] == names
    assert TOKEN not in caplog.text


def test_errors_are_logged_to_the_clients_logger(scripted: Any, caplog: Any) -> None:
    server = scripted(http("401 Unauthorized", "{}"))
    mine = logging.getLogger("mine")
    with dc.Client(TOKEN, base_url=server.url, logger=mine) as client:
        for call in (client.list_page, client.list().pages().__next__):
            caplog.clear()
            with pytest.raises(dc.AuthenticationError):
                call()
            assert [(record.name, record.levelname) for record in caplog.records] == [
                ("mine", "ERROR")
            ]


def test_exception_of_a_log_handler_is_raised_by_the_call(scripted: Any) -> None:
    class Failing(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            raise LookupError(record.levelname)

    server = scripted(OK)
    logger = logging.getLogger("failing")
    logger.setLevel(logging.INFO)
    logger.addFilter(Failing())
    with (
        dc.Client(TOKEN, base_url=server.url, logger=logger) as client,
        pytest.raises(LookupError, match="INFO"),
    ):
        client.list_page()


def test_prints_nothing_unless_logging_is_configured() -> None:
    code = """
import data_connectors as dc
try:
    dc.Client("t", base_url="http://127.0.0.1:1", max_retries=1).list_page()
except dc.APIConnectionError:
    pass
"""
    done = python(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = python("import logging; logging.basicConfig(format='%(name)s %(levelname)s')\n" + code)
    assert done.stderr.splitlines() == ["data_connectors WARNING", "data_connectors ERROR"]
