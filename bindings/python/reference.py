"""Generates docs/python.md from the package's docstrings, for `make reference`.

With --check it only reports whether the file is up to date.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import data_connectors as dc

PAGE = Path(__file__).resolve().parents[2] / "docs/python.md"
HEAD = """# The Python package: reference

Generated from the docstrings by `make reference`; don't edit. See
[bindings/python/README.md](../bindings/python/README.md) for an introduction.
Everything has been available since 0.1.0.
"""

SECTIONS: tuple[tuple[str, Sequence[type]], ...] = (
    ("Clients", [dc.Client, dc.AsyncClient, dc.CancelToken]),
    (
        "Lists",
        [
            dc.ConnectorList,
            dc.ConnectorIterator,
            dc.PageIterator,
            dc.AsyncConnectorList,
            dc.AsyncConnectorIterator,
            dc.AsyncPageIterator,
        ],
    ),
    ("Snapshots", [dc.Snapshot, dc.SnapshotDiff, dc.ConnectorChange]),
    ("Watches", [dc.Watch, dc.AsyncWatch, dc.Event]),
    ("Results", [dc.Page, dc.Connector, dc.RateLimit]),
    (
        "Exceptions",
        [
            dc.DataConnectorsError,
            dc.APIConnectionError,
            dc.APITimeoutError,
            dc.APIStatusError,
            dc.BadRequestError,
            dc.AuthenticationError,
            dc.PermissionDeniedError,
            dc.NotFoundError,
            dc.RateLimitError,
            dc.InternalServerError,
            dc.APIResponseError,
            dc.CallCancelledError,
        ],
    ),
)
TYPES = """
`State` is `Literal["draft", "live"]`, and `HttpMethod` is
`Literal["get", "post", "put", "delete", "patch"]`: the known values; others are possible.
`SnapshotState` is `Literal["incomplete", "complete", "refreshed", "unknown"]`, and `EventKind` is
`Literal["added", "changed", "removed", "incomplete"]`.
`OptionValue` is `str | int | bool | None`; None selects the default.
`Options` are the keyword arguments of a client except `token`; `Changes` also include `token`.
"""

CONSTRUCTIBLE = (dc.Client, dc.AsyncClient, dc.CancelToken, dc.Connector)


def main() -> int:
    """Write the file, or check it."""
    lines = [line for title, kinds in SECTIONS for line in section(title, kinds)]
    text = "\n".join([HEAD, *lines, "## Types", TYPES])
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != text:
            print(f"{PAGE.name} is out of date: run make reference", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text)
    return 0


def section(title: str, kinds: Sequence[type]) -> Iterator[str]:
    """Return the lines of one section."""
    yield f"## {title}\n"
    for kind in kinds:
        bases = [base.__name__ for base in kind.__bases__ if base.__module__.startswith("data_c")]
        after = f", a subclass of `{bases[0]}`" if bases and bases[0] in dc.__all__ else ""
        yield f"### `{kind.__name__}`{after}\n"
        yield prose(kind)
        if kind in CONSTRUCTIBLE:
            yield signature(kind.__name__, vars(kind).get("__init__", kind))
            if kind is not dc.AsyncClient:
                yield prose(kind.__init__)
        for name, member in members(kind):
            if isinstance(member, property) and member.fget is not None:
                returned = inspect.signature(member.fget).return_annotation
                yield f"- `{name}: {returned}`: {prose(member).strip()}"
        yield ""
        for name, member in members(kind):
            if not isinstance(member, property):
                yield signature(name, member)
                yield prose(member)


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Return the public members, including those inherited from private bases."""
    for base in kind.__mro__:
        if base.__module__.startswith("data_connectors") and (
            base is kind or base.__name__ not in dc.__all__
        ):
            for name, member in vars(base).items():
                member = getattr(member, "__func__", member)
                if isinstance(member, functools.cached_property):
                    member = property(member.func)
                if not name.startswith("_") and (
                    inspect.isfunction(member) or isinstance(member, property)
                ):
                    yield name, member


def signature(name: str, function: Any) -> str:
    """Return the declaration as a Markdown code block."""
    declared = inspect.signature(function).parameters.values()
    parameters = [str(parameter) for parameter in declared]
    parameters = [text.replace("'", "") for text in parameters if text not in ("self", "cls")]
    kinds = [parameter.kind for parameter in declared]
    if inspect.Parameter.KEYWORD_ONLY in kinds:
        first = kinds.index(inspect.Parameter.KEYWORD_ONLY)
        parameters.insert(first - (len(kinds) - len(parameters)), "*")
    returned = inspect.signature(function).return_annotation
    result = "" if returned in ("None", inspect.Signature.empty) else f" -> {returned}"
    prefix = "await " if inspect.iscoroutinefunction(function) else ""
    line = f"{prefix}{name}({', '.join(parameters)}){result}"
    if len(line) > 100:
        line = f"{prefix}{name}(\n    " + ",\n    ".join(parameters) + f",\n){result}"
    return f"```python\n{line}\n```\n"


def prose(thing: Any) -> str:
    """Return a docstring as Markdown."""
    text = inspect.getdoc(thing) or ""
    text = re.sub(r":\w+:`([\w.]+)`", r"`\1`", text).replace("``", "`")
    text = re.sub(r"(?m)^(Args|Raises|Attributes):$", r"\1:\n", text).replace("Args:", "Arguments:")
    text = re.sub(r"(?m)^Returns:\n {4}", "Returns: ", text)
    # Entries are indented by four spaces, their continuation lines by eight.
    text = re.sub(r"\n {8}", " ", text)
    text = re.sub(r"(?m)^ {4}(\w+): ", r"- `\1`: ", text)
    return text.strip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
