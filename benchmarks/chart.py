"""Files against seconds, both logarithmic, as SVG written by hand: it has its own background, light or dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 112, 56, 56
_APART = 8  # how far each of two labels moves away from the other, where they would touch
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .paper { fill: #ffffff }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .ours { stroke: #0969da } .ours-mark { fill: #0969da }
  .theirs { stroke: #bc4c00 } .theirs-mark { fill: #bc4c00 }
  .line { fill: none; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .grid { stroke: #30363d }
    .ours { stroke: #58a6ff } .ours-mark { fill: #58a6ff }
    .theirs { stroke: #f0883e } .theirs-mark { fill: #f0883e }
  }
"""


@dataclass(frozen=True, slots=True)
class Point:
    files: int
    ours: float
    theirs: float | None


@dataclass(frozen=True, slots=True)
class _Axes:
    """From files and seconds to the picture."""

    files: tuple[float, float]
    seconds: tuple[float, float]

    def x(self, files: float) -> float:
        return _LEFT + _share(files, self.files) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, seconds: float) -> float:
        return _HEIGHT - _BOTTOM - _share(seconds, self.seconds) * (_HEIGHT - _TOP - _BOTTOM)


def drawn(points: Sequence[Point], title: str) -> str:
    """The picture of at least one point; a line of the other program where it was measured."""
    times = [one for point in points for one in (point.ours, point.theirs) if one]
    axes = _Axes(_span([point.files for point in points]), _span(times))
    ours = [(point.files, point.ours) for point in points]
    theirs = [(point.files, point.theirs) for point in points if point.theirs]
    apart = _APART if theirs and abs(axes.y(ours[-1][1]) - axes.y(theirs[-1][1])) < 2 * _APART else 0
    up = -apart if theirs and ours[-1][1] > theirs[-1][1] else apart
    lines = [_line(axes, ours, "ours", "ssot-audit", up)]
    lines += [_line(axes, theirs, "theirs", "ruff TID251", -up)] if theirs else []
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'aria-label="{escape(title)}">',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>',
            f'<text class="title" x="{_LEFT}" y="30">{escape(title)}</text>',
            *_grid(axes, [point.files for point in points]),
            *lines,
            "</svg>",
            "",
        )
    )


def _grid(axes: _Axes, files: Sequence[int]) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    lines = []
    for one in files:
        x = axes.x(one)
        lines.append(f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{_thousands(one)}</text>')
    for seconds in _ticks(axes.seconds):
        y = axes.y(seconds)
        lines.append(f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{seconds:g} s</text>')
    middle = (_LEFT + right) / 2
    lines.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 14}" text-anchor="middle">Python files</text>')
    return lines


def _line(axes: _Axes, line: Sequence[tuple[int, float]], kind: str, label: str, shift: float) -> str:
    places = [(axes.x(files), axes.y(seconds)) for files, seconds in line]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = "".join(
        f'<circle class="{kind}-mark" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{files:,} files: {seconds:.2f} s</title>'
        "</circle>"
        for (x, y), (files, seconds) in zip(places, line, strict=True)
    )
    x, y = places[-1]
    name = f'<text class="{kind}-mark" x="{x + 10:.1f}" y="{y + 4 + shift:.1f}">{escape(label)}</text>'
    return f'<polyline class="line {kind}" points="{path}"/>{marks}{name}'


def _span(numbers: Sequence[float]) -> tuple[float, float]:
    """From the 1, 2 or 5 below the smallest number to the one above the largest."""
    low = _ticks((min(numbers) / 10, min(numbers)))
    high = _ticks((max(numbers), max(numbers) * 10))
    return low[-1], high[0]


def _ticks(span: tuple[float, float]) -> list[float]:
    low, high = (math.floor(math.log10(one)) for one in span)
    steps = (float(f"{digit}e{power}") for power in range(low, high + 1) for digit in (1, 2, 5))
    return [one for one in steps if span[0] <= one <= span[1]]


def _share(number: float, span: tuple[float, float]) -> float:
    low, high = map(math.log10, span)
    return (math.log10(number) - low) / (high - low) if high > low else 0.5


def _thousands(number: int) -> str:
    return f"{number / 1000:g}k" if number >= 1000 else str(number)
