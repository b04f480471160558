"""Plots the ratios of a run as SVG: ``plot.py RESULTS.json >PICTURE.svg``.

Each row has a thin bar for ours on a wide bar for theirs, which has the same length in every row;
a tick marks the goal.
"""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

LEFT, WIDTH, RIGHT = 220, 420, 150
TOP, STEP, BAR = 64, 46, 16
MET, MISSED, THEIRS, INK, FAINT = "#2f6f8f", "#b5533c", "#d9dde1", "#22272b", "#6b747c"


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _bar(x: float, y: float, width: float, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'


def _number(value: float, unit: str) -> str:
    return f"{value:,.{1 if value < 100 else 0}f} {unit}"


def row(result: dict[str, Any], y: float, longest: float) -> list[str]:
    """Draw one ratio: name, both bars, goal and figures."""
    goal, ratio = result["goal"], result["ratio"]
    # All rows share a scale, so that the bars of theirs have the same length.
    unit = WIDTH / longest
    met = goal is None or ratio <= goal
    elements = [
        _text(LEFT - 12, y + 12, result["name"], 'text-anchor="end"'),
        _bar(LEFT, y, unit, THEIRS),
        _bar(LEFT, y + 3, ratio * unit, MET if met else MISSED).replace(
            f'height="{BAR}"', f'height="{BAR - 6}"'
        ),
    ]
    if goal is not None:
        x = LEFT + goal * unit
        elements.append(
            f'<path d="M{x:.1f} {y - 4}v{BAR + 8}" stroke="{INK}" stroke-width="1.5" fill="none"/>'
        )
    elements.append(
        _text(LEFT + WIDTH + 12, y + 12, f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}")
    )
    figures = (
        f"{_number(result['ours'], result['unit'])} : {_number(result['theirs'], result['unit'])}"
    )
    elements.append(_text(LEFT + WIDTH + 54, y + 12, figures, f'fill="{FAINT}" font-size="11"'))
    elements.append(_text(LEFT, y + BAR + 12, result["what"], f'fill="{FAINT}" font-size="10.5"'))
    return elements


def picture(results: dict[str, Any]) -> str:
    """Draw all ratios of a run."""
    ratios = results["ratios"]
    longest = max([1.0, *(max(result["ratio"], result["goal"] or 0) for result in ratios)])
    width, height = LEFT + WIDTH + RIGHT + 40, TOP + STEP * len(ratios) + 8
    elements = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13" fill="{INK}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(
            20,
            26,
            "Ours compared with theirs: shorter is better",
            'font-size="15" font-weight="bold"',
        ),
        _bar(20, 36, 22, THEIRS),
        _text(48, 48, "theirs", f'fill="{FAINT}"'),
        _bar(102, 36, 22, MET),
        _text(130, 48, "ours", f'fill="{FAINT}"'),
        _bar(176, 36, 22, MISSED),
        _text(204, 48, "ours, above the goal", f'fill="{FAINT}"'),
        f'<path d="M350 33v22" stroke="{INK}" stroke-width="1.5"/>',
        _text(358, 48, "goal", f'fill="{FAINT}"'),
    ]
    for index, result in enumerate(ratios):
        elements += row(result, TOP + STEP * index + 6, longest)
    return "\n".join([*elements, "</svg>"]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: plot.py RESULTS.json >PICTURE.svg")
    sys.stdout.write(picture(json.loads(Path(sys.argv[1]).read_text())))
