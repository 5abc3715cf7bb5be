"""How the page is told to draw a shop's items: only path data and colours come through."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.catalogue import load_catalogue
from recommender.shop import ShopError, load_schema
from server.drawings import Drawings, load_drawings

DEMO = Path(__file__).parents[2] / "shops" / "demo"


def test_every_item_of_the_demo_shop_has_a_shape_and_a_colour() -> None:
    drawings = load_drawings(DEMO)
    for item in load_catalogue(DEMO, load_schema(DEMO)).items:
        values = {value for named in item.values.values() for value in named}
        assert values & set(drawings.shapes), item.title
        assert values & set(drawings.colours), item.title


def test_a_shop_without_drawings_has_none(tmp_path: Path) -> None:
    assert load_drawings(tmp_path) == Drawings()


@pytest.mark.parametrize("wrong", [
    '[shapes]\nmug = ["M0 0 url(http://elsewhere.example)"]',
    '[shapes]\nmug = ["M0 0", "L1 1", "L2 2"]',
    '[colours]\nred = "red"',
    '[shapes',
])
def test_anything_else_is_refused_in_one_sentence(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "drawings.toml").write_text(wrong)
    with pytest.raises(ShopError, match=r"drawings\.toml"):
        load_drawings(tmp_path)
