"""The waterfall of a turn, drawn from the figures of ``shoptalk evaluate conversing``: an SVG and a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

STAGES: dict[str, tuple[str, str]] = {
    "endpoint": ("end of turn", "from the last word until it is certain that the shopper has finished"),
    "hear": ("hear", "the transcript; begun at the pause, before the turn is sure to be over"),
    "think": ("think", "understanding, belief state, policy, recommending"),
    "phrase_first": ("phrase", "the first sentence, checked"),
    "speak_first": ("speak", "the first clause as sound"),
    "lead_silence": ("lead silence", "silence before the first sample that can be heard"),
}
WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 760, 110, 90, 64, 30, 14
MOST_TICKS = 8
STEPS_MS = (50, 100, 200, 250, 500, 1000, 2000, 5000)
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #20262a } .soft { fill: #5b646b; font-size: 12px }
.title { font-weight: 650; font-size: 15px } .end { text-anchor: end } .mid { text-anchor: middle }
.tick { stroke: #e2dcd1 } .tail { stroke: #5b646b; stroke-width: 1.5 }
.mark { stroke: #1c6b58; stroke-width: 1.5; stroke-dasharray: 5 4 } .paper { fill: #fffdf9 }

.endpoint, .lead_silence { fill: #8b949b } .hear { fill: #3a74b4 } .think { fill: #7a5aa6 } .phrase_first { fill: #c47a22 }
.speak_first { fill: #1c7d65 }
@media (prefers-color-scheme: dark) {
text { fill: #e9ecec } .soft { fill: #a4aeb4 } .tick { stroke: #2f363b } .tail { stroke: #a4aeb4 } .mark { stroke: #63c7ab }
.paper { fill: #1b2024 } .hear { fill: #6aa5e0 } .think { fill: #a98bd6 } .phrase_first { fill: #e0a055 }
.speak_first { fill: #63c7ab } }
"""


class NothingSpokenError(Exception):
    """There is no spoken turn to draw; the message says what to do."""


def write(figures: Mapping[str, Any], picture: Path) -> Path:
    """Write the SVG to ``picture`` and the table beside it, as Markdown of the same name. Returns the table's path.

    Raises NothingSpokenError where no turn was answered aloud, OSError where a file cannot be written.
    """
    drawn, told = svg(figures), markdown(figures, picture.name)
    table = picture.with_suffix(".md")
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(drawn, encoding="utf-8")
    table.write_text(told, encoding="utf-8")
    return table


def svg(figures: Mapping[str, Any]) -> str:
    """Bars of the median stage where the median begins, with a tail to its 95th percentile; the onset as lines."""
    stages = _stages(figures)
    ends = [one["start_p50_ms"] + one["p95_ms"] for one in stages.values()]
    most_ms = max(*ends, figures["onset_p95_ms"]) * 1.03
    least_ms = min(0.0, *(one["start_p50_ms"] for one in stages.values()))
    height = TOP + ROW * len(stages) + 52

    def x(ms: float) -> float:
        return round(float(LEFT + (WIDTH - LEFT - RIGHT) * (ms - least_ms) / (most_ms - least_ms)), 1)

    step = next((step for step in STEPS_MS if most_ms / step <= MOST_TICKS), STEPS_MS[-1])
    bottom = TOP + ROW * len(stages)
    drawn = [
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="10"/>',
        '<text class="title" x="18" y="26">From the shopper\'s last word to the first sound</text>',
    ]
    for ms in range(0, int(most_ms) + 1, step):
        drawn.append(f'<line class="tick" x1="{x(ms)}" x2="{x(ms)}" y1="{TOP - 6}" y2="{bottom}"/>')
        drawn.append(f'<text class="soft mid" x="{x(ms)}" y="{bottom + 18}">{ms}{" ms" if not ms else ""}</text>')
    for row, (name, one) in enumerate(stages.items()):
        y = TOP + ROW * row + (ROW - BAR) / 2
        start, end, tail = (x(one["start_p50_ms"] + more) for more in (0, one["p50_ms"], one["p95_ms"]))
        drawn.append(f'<text class="end" x="{LEFT - 12}" y="{y + 12}">{escape(STAGES[name][0])}</text>')
        drawn.append(f'<line class="tail" x1="{end}" x2="{tail}" y1="{y + BAR / 2}" y2="{y + BAR / 2}"/>')
        drawn.append(f'<line class="tail" x1="{tail}" x2="{tail}" y1="{y + 3}" y2="{y + BAR - 3}"/>')
        width = max(1.5, round(end - start, 1))
        drawn.append(f'<rect class="{name}" x="{start}" y="{y}" width="{width}" height="{BAR}" rx="2"/>')
        drawn.append(f'<text class="soft end" x="{WIDTH - 18}" y="{y + 12}">{one["p50_ms"]:.0f} ms</text>')
    for name, value in (("half", figures["onset_p50_ms"]), ("95 of 100", figures["onset_p95_ms"])):
        drawn.append(f'<line class="mark" x1="{x(value)}" x2="{x(value)}" y1="{TOP - 10}" y2="{bottom}"/>')
        drawn.append(f'<text class="soft mid" x="{x(value)}" y="{TOP - 15}">{name}: {value:.0f} ms</text>')
    drawn.append(
        f'<text class="soft" x="18" y="{height - 12}">Bars: the median turn; tails: to the 95th percentile of the stage. '
        f'{figures["onsets"]} spoken turns, {escape(_machine(figures))}.</text>'
    )
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Waterfall of a turn">'
            f"<style>{STYLE}</style>{''.join(drawn)}</svg>\n")


def markdown(figures: Mapping[str, Any], picture: str) -> str:
    """The same figures as a page with a table."""
    rows = [
        f"| {STAGES[name][0]} | {one['start_p50_ms']:.0f} | {one['p50_ms']:.0f} | {one['p95_ms']:.0f} | {STAGES[name][1]} |"
        for name, one in _stages(figures).items()
    ]
    return "\n".join([
        "# Where the time of a turn goes", "",
        f"![From the shopper's last word to the first sound, stage by stage]({picture})", "",
        f"Written by `shoptalk evaluate conversing audio_fixtures --picture {picture}`: {figures['stories']} conversations,",
        f"{figures['onsets']} spoken turns, {_machine(figures)}. Times in ms, counted from the true end of speech.", "",
        "| stage | begins (p50) | takes (p50) | takes (p95) | |", "|---|---:|---:|---:|---|", *rows,
        f"| **first sound** | | **{figures['onset_p50_ms']:.0f}** | **{figures['onset_p95_ms']:.0f}** | "
        "from the last word to the first sample that can be heard |", "",
        "Stages overlap: hearing begins at the first pause, as a guess that is thrown away where the shopper goes on.", "",
    ])


def _stages(figures: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    measured: Mapping[str, Mapping[str, float]] = figures["stages"]
    if not measured or figures["onset_p95_ms"] is None:
        raise NothingSpokenError("No turn was answered aloud, so there is no waterfall to draw; name stories that are spoken.")
    return {name: measured[name] for name in STAGES if name in measured}


def _machine(figures: Mapping[str, Any]) -> str:
    return f"{figures['machine']['cores']} CPU cores"
