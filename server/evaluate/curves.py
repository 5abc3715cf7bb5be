"""One small SVG: curves over sizes, both axes logarithmic."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP = 560, 300, 60, 44
COLOURS = ("#1f6f8b", "#c2553a", "#6a8f3c", "#7a5aa6")


def log_curves(title: str, across: str, sizes: Sequence[float], curves: Mapping[str, Sequence[float]]) -> str:
    """A picture of each curve's amounts (all above 0) at the sizes, which grow; the name of a curve says its unit."""
    amounts = [amount for curve in curves.values() for amount in curve]
    low, high = 10 ** math.floor(math.log10(min(amounts))), 10 ** math.ceil(math.log10(max(amounts)) + 1e-9)
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(size: float) -> float:
        return LEFT + (WIDTH - LEFT - 150) * ((math.log10(size) - first) / ((last - first) or 1))

    def y(amount: float) -> float:
        return TOP + (HEIGHT - TOP - 40) * (1 - math.log10(amount / low) / math.log10(high / low))

    parts = []
    mark = float(low)
    while mark <= high * 1.001:
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 150}" y1="{y(mark):.1f}" y2="{y(mark):.1f}" class="g"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark:g}</text>')
        mark *= 10
    parts.extend(f'<text x="{x(size):.1f}" y="{HEIGHT - 22}" text-anchor="middle">{size:,.0f}</text>' for size in sizes)
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 6}">{html.escape(across)}</text>')
    for (name, curve), colour in zip(curves.items(), COLOURS, strict=False):
        points = [f"{x(size):.1f},{y(amount):.1f}" for size, amount in zip(sizes, curve, strict=True)]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in points:
            across_px, _, down_px = point.partition(",")
            parts.append(f'<circle cx="{across_px}" cy="{down_px}" r="3" fill="{colour}"/>')
        label = f'x="{x(sizes[-1]) + 8:.1f}" y="{y(curve[-1]) + 4:.1f}" style="fill:{colour}"'
        parts.append(f"<text {label}>{html.escape(name)}</text>")
    style = "text{font:12px sans-serif;fill:#222}.g{stroke:#ddd}.h{font-weight:bold}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><style>{style}</style>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="10" y="22" class="h">{html.escape(title)}</text>'
        f'{"".join(parts)}</svg>\n'
    )
