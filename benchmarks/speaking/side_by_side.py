"""Thirty replies by template, by the local model and through an OpenAI-compatible endpoint, side by side as a page of Markdown.

    python benchmarks/speaking/side_by_side.py [--url http://127.0.0.1:11434/v1 --model NAME] > docs/replies.md

Without ``--url`` the second installed model (SmolLM2) is served on the loopback address for the purpose, so that the endpoint's
interface is used for real. Nobody is hurried: the models get all the time they want.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from dialogue.llm import LanguageModel
from dialogue.llm_local import LocalModel
from dialogue.llm_openai import OpenAiModel
from dialogue.phrasing import Phraser
from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from server.evaluate.speaking import Rows, make_reply
from server.evaluate.speaking_plans import occasions
from server.models import require

UNHURRIED_MS = 120_000.0
MARKS = {"llm": "*{}*", "choice": "[{}]"}


def served(gguf: Path) -> tuple[Any, str]:
    """A server of the model on a free loopback port, and its address; it stops with the object."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_parallel = str(gguf), 2048, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.verbosity = -1
    server = xllamacpp.Server(params)
    return server, f"{server.listening_address}/v1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"))
    parser.add_argument("--replies", type=int, default=30)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--url")
    parser.add_argument("--model", default="default")
    given = parser.parse_args()
    shop, items = load_shop(given.shop), load_catalogue(given.shop, load_schema(given.shop)).items
    server, url = (None, given.url) if given.url else served(next(require("smollm2-135m").glob("*.gguf")))
    endpoint = given.model if given.url else "SmolLM2 135M, served on the loopback address"
    models: dict[str, LanguageModel | None] = {
        "template": None,
        "local (Gemma 3 270M)": LocalModel(next(require("gemma3-270m").glob("*.gguf"))),
        f"endpoint ({endpoint})": OpenAiModel(url, model=given.model),
    }
    replies: dict[str, list[str]] = {}
    for name, model in models.items():
        phraser = Phraser(shop, Rows(items), model, patience_ms=UNHURRIED_MS)  # type: ignore[arg-type]
        said = []
        for occasion in occasions(shop, items, count=given.replies, seed=given.seed):
            reply = make_reply(phraser, occasion)
            said.append(" ".join(MARKS.get(s.source, "{}").format(s.text) for s in reply.sentences))
            print(f"{name}: {len(said)}", file=sys.stderr)
        phraser.close()
        replies[name] = said
    kinds = [occasion.plan.kind for occasion in occasions(shop, items, count=given.replies, seed=given.seed)]
    print("# Thirty replies, side by side\n")
    print(f"The shop is {shop.shop.name}, which is invented. A model's own words are *slanted*, what it chose among ways to say")
    print("the facts stands [in brackets]; the rest is the template's, which opens every reply and stands in for words that did")
    print("not pass the check. Made by")
    print(f"`python benchmarks/speaking/side_by_side.py --seed {given.seed}`.\n")
    for index, kind in enumerate(kinds):
        print(f"## {index + 1}. {kind}\n")
        for name in models:
            print(f"- **{name}:** {replies[name][index]}")
        print()
    del server


if __name__ == "__main__":
    main()
