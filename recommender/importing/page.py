"""The import's report as one HTML page with its plots inside: nothing to fetch, nothing to host."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import jinja2
import matplotlib

matplotlib.use("Agg")
from matplotlib.figure import Figure

from recommender.importing.report import ImportReport

INK, PALE = "#2f5d62", "#a7c4bc"
VALUES_SHOWN = 12

_PAGE = jinja2.Template(
    """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Import of {{ report.source }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1d2b2c }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse } svg { max-width: 100%; height: auto }
td, th { border-bottom: 1px solid #d8e2e0; padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top }
.figures { display: flex; gap: 2rem; flex-wrap: wrap } .figures b { display: block; font-size: 1.6rem }
</style>
<h1>{{ report.source }}</h1>
<div class="figures">
<div><b>{{ "{:,}".format(report.rows) }}</b>rows read</div>
<div><b>{{ "{:,}".format(report.items) }}</b>items</div>
<div><b>{{ "{:,}".format(report.interaction_count) }}</b>interactions</div>
<div><b>{{ "{:,}".format(report.shopper_count) }}</b>shoppers</div>
<div><b>{{ report.currency }}</b>prices</div>
</div>
<h2>What was understood</h2>
<table><tr><th>taken for<th>column</tr>
{% for what, column in report.columns.items() %}<tr><td>{{ what }}<td>{{ column }}</tr>
{% endfor %}{% for column, why in report.left_out.items() %}<tr><td>(not used: {{ why }})<td>{{ column }}</tr>
{% endfor %}</table>
{% for title, plot in plots %}<h2>{{ title }}</h2>{{ plot | safe }}{% endfor %}
<h2>What was left behind, and why</h2>
<table><tr><th>how many<th>what<th>why<th>such as</tr>
{% for one in report.dropped %}<tr>
<td>{{ "{:,}".format(one.count) }}<td>{{ one.what }}<td>{{ one.why }}<td>{{ one.examples | join(", ") }}</tr>
{% else %}<tr><td colspan="4">nothing</tr>{% endfor %}</table>
<h2>To know</h2>
<ul>{% for note in report.notes %}<li>{{ note }}{% endfor %}</ul>
</html>
""",
    autoescape=True,
)


def page(report: ImportReport) -> str:
    """The whole page as HTML text."""
    plots = []
    if report.prices:
        plots.append((f"Prices ({report.currency})", _prices(report.prices)))
    if report.coverage:
        shares = {slot + (" (from titles)" if slot in report.derived else ""): share for slot, share in report.coverage.items()}
        plots.append(("Share of items that have a value", _bars(shares, percent=True)))
    for slot, counts in report.values.items():
        if counts:
            plots.append((f"Commonest: {slot}", _bars(dict(list(counts.items())[:VALUES_SHOWN]))))
    if report.purchases_by_month:
        plots.append(("Interactions by month", _months(report.purchases_by_month)))
    text: str = _PAGE.render(report=report, plots=plots)
    return text


def _prices(prices: Sequence[float]) -> str:
    figure = Figure(figsize=(8, 2.6))
    axes = figure.subplots()
    ordered = sorted(prices)
    axes.hist(prices, bins=40, range=(0, max(ordered[int(0.98 * (len(ordered) - 1))], 0.01)), color=INK)
    axes.set_ylabel("items")
    axes.set_xlabel("price (the dearest fiftieth is beyond the edge)")
    return _svg(figure)


def _bars(values: Mapping[str, float], *, percent: bool = False) -> str:
    figure = Figure(figsize=(8, 0.6 + 0.28 * len(values)))
    axes = figure.subplots()
    names = list(values)[::-1]
    bars = axes.barh([_plain(name) for name in names], [values[name] for name in names], color=PALE if percent else INK)
    labels = [f"{values[name]:.0%}" if percent else f"{values[name]:,}" for name in names]
    axes.bar_label(bars, labels=labels, padding=3, fontsize=8)
    if percent:
        axes.set_xlim(0, 1.1)
    return _svg(figure)


def _months(counts: Mapping[str, int]) -> str:
    figure = Figure(figsize=(8, 2.4))
    axes = figure.subplots()
    axes.bar(list(counts), list(counts.values()), color=INK)
    axes.tick_params(axis="x", labelrotation=90, labelsize=7)
    return _svg(figure)


def _plain(text: str) -> str:
    """Text that matplotlib does not take for mathematics."""
    return text[:40].replace("$", r"\$")


def _svg(figure: Figure) -> str:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "shoptalk", "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :]
