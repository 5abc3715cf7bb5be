"""The waterfall drawn from the figures of recorded conversations."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from server.evaluate.waterfall import NothingSpokenError, write

FIGURES: dict[str, Any] = {
    "stories": 2, "onset_p50_ms": 480.0, "onset_p95_ms": 905.0, "onsets": 7, "machine": {"cores": 2},
    "stages": {
        "endpoint": {"p50_ms": 350.0, "p95_ms": 700.0, "start_p50_ms": 0.0, "n": 7},
        "hear": {"p50_ms": 240.0, "p95_ms": 320.0, "start_p50_ms": 100.0, "n": 7},
        "think": {"p50_ms": 15.0, "p95_ms": 20.0, "start_p50_ms": 340.0, "n": 7},
        "speak_first": {"p50_ms": 60.0, "p95_ms": 90.0, "start_p50_ms": 360.0, "n": 7},
    },
}


def test_every_stage_is_drawn_to_scale_and_told_in_the_table(tmp_path: Path) -> None:
    table = write(FIGURES, tmp_path / "docs" / "waterfall.svg")
    drawn = ET.parse(tmp_path / "docs" / "waterfall.svg").getroot()
    bars = {bar.get("class"): bar for bar in drawn.iter("{http://www.w3.org/2000/svg}rect")}
    assert set(FIGURES["stages"]) <= set(bars)
    widths = {name: float(bars[name].get("width", 0)) for name in FIGURES["stages"]}
    assert widths["endpoint"] / widths["hear"] == pytest.approx(350 / 240, rel=0.02)
    begin = {name: float(bars[name].get("x", 0)) for name in FIGURES["stages"]}
    assert (begin["think"] - begin["hear"]) / widths["hear"] == pytest.approx(1, rel=0.02)
    lines = table.read_text(encoding="utf-8").splitlines()
    assert "| hear | 100 | 240 | 320 |" in " ".join(lines)
    assert any("**480**" in line and "**905**" in line for line in lines)
    assert any("(waterfall.svg)" in line for line in lines)


def test_without_a_spoken_turn_there_is_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(NothingSpokenError, match="aloud"):
        write({**FIGURES, "stages": {}, "onset_p50_ms": None, "onset_p95_ms": None}, tmp_path / "waterfall.svg")
    assert list(tmp_path.iterdir()) == []
