"""Print the rankings of a results folder (what run.sh wrote) as Markdown tables. Usage: python tables.py RESULTS_FOLDER"""

from __future__ import annotations

import json
import sys
from pathlib import Path

FIGURES = ("recall@10", "ndcg@10", "hit@10", "coverage", "novelty")
RANKINGS = ("beauty_last_item", "ml100k_last_item", "retail_last_basket_new", "retail_last_basket")


def table(figures: dict) -> str:
    """One protocol on one file: every model and the blend, a line each."""
    lines = [f"| model | {' | '.join(FIGURES)} | s |", "|---|" + "---|" * (len(FIGURES) + 1)]
    for name, row in [*figures["models"].items(), ("**shoptalk, blended**", figures["blend"])]:
        cells = [f"{row[key]:.4f}" if key.endswith("@10") else f"{row[key]:.2f}" for key in FIGURES]
        lines.append(f"| {name} | {' | '.join(cells)} | {row['seconds']:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    for name in RANKINGS:
        path = Path(sys.argv[1]) / f"{name}.json"
        if path.is_file():
            found = json.loads(path.read_text(encoding="utf-8"))
            print(f"\n### {name.replace('_', ' ')}: {found['test_users']:,} users, {found['data']['items']:,} items\n")
            print(table(found))
