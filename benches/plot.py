"""Draws the ratios of a run: ``plot.py RESULTS.json >PICTURE.svg``.

A thin bar, ours, lies on a wide one, theirs, which is as long in every row; a tick is the goal.
"""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

LEFT, WIDTH, RIGHT = 190, 420, 150
TOP, STEP, BAR = 64, 46, 16
MET, MISSED, THEIRS, INK, FAINT = "#2f6f8f", "#b5533c", "#d9dde1", "#22272b", "#6b747c"


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _bar(x: float, y: float, width: float, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'


def _number(value: float, unit: str) -> str:
    return f"{value:,.{1 if value < 100 else 0}f} {unit}"


def row(one: dict[str, Any], y: float, longest: float) -> list[str]:
    """Draw one ratio: name, both bars, the goal, and the figures."""
    goal, ratio = one["goal"], one["ratio"]
    # One scale for all rows, so that theirs is as long in each.
    unit = WIDTH / longest
    met = goal is None or ratio <= goal
    drawn = [
        _text(LEFT - 12, y + 12, one["name"], 'text-anchor="end"'),
        _bar(LEFT, y, unit, THEIRS),
        _bar(LEFT, y + 3, ratio * unit, MET if met else MISSED).replace(
            f'height="{BAR}"', f'height="{BAR - 6}"'
        ),
    ]
    if goal is not None:
        x = LEFT + goal * unit
        drawn.append(
            f'<path d="M{x:.1f} {y - 4}v{BAR + 8}" stroke="{INK}" stroke-width="1.5" fill="none"/>'
        )
    drawn.append(
        _text(LEFT + WIDTH + 12, y + 12, f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}")
    )
    figures = f"{_number(one['ours'], one['unit'])} : {_number(one['theirs'], one['unit'])}"
    drawn.append(_text(LEFT + WIDTH + 54, y + 12, figures, f'fill="{FAINT}" font-size="11"'))
    drawn.append(_text(LEFT, y + BAR + 12, one["what"], f'fill="{FAINT}" font-size="10.5"'))
    return drawn


def picture(results: dict[str, Any]) -> str:
    """Draw all ratios of a run."""
    ratios = results["ratios"]
    longest = max([1.0, *(max(one["ratio"], one["goal"] or 0) for one in ratios)])
    width, height = LEFT + WIDTH + RIGHT + 40, TOP + STEP * len(ratios) + 8
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13" fill="{INK}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(20, 26, "Ours beside theirs: shorter is better", 'font-size="15" font-weight="bold"'),
        _bar(20, 36, 22, THEIRS),
        _text(48, 48, "theirs", f'fill="{FAINT}"'),
        _bar(102, 36, 22, MET),
        _text(130, 48, "ours", f'fill="{FAINT}"'),
        _bar(176, 36, 22, MISSED),
        _text(204, 48, "ours, above the goal", f'fill="{FAINT}"'),
        f'<path d="M350 33v22" stroke="{INK}" stroke-width="1.5"/>',
        _text(358, 48, "goal", f'fill="{FAINT}"'),
    ]
    for index, one in enumerate(ratios):
        drawn += row(one, TOP + STEP * index + 6, longest)
    return "\n".join([*drawn, "</svg>"]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: plot.py RESULTS.json >PICTURE.svg")
    sys.stdout.write(picture(json.loads(Path(sys.argv[1]).read_text())))
