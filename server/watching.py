"""What the server tells a Prometheus: numbers of turns, onsets, stages, errors and lanes; nothing of what anybody said.

Everything is read off the messages that go to clients, so that what is counted is what clients got.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.lanes import Lanes
from server.protocol import Clear, ErrorSaid, ReplySaid, ServerMessage, TurnSaid
from server.session_timing import Finished

ONSET_BUCKETS_S = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 4.0)
STAGE_BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)


class Watching:
    """One server's figures."""

    def __init__(self, lanes: Lanes) -> None:
        self.registry = CollectorRegistry()
        here = self.registry
        self._onset = Histogram(
            "shoptalk_onset_seconds", "True end of speech to the first audible sample.", buckets=ONSET_BUCKETS_S, registry=here
        )
        self._stages = Histogram(
            "shoptalk_stage_seconds", "Time of one stage of a turn.", ["stage"], buckets=STAGE_BUCKETS_S, registry=here
        )
        self._turns = Counter("shoptalk_turns", "Turns answered, by plan.", ["plan", "spoken"], registry=here)
        self._cut = Counter("shoptalk_replies_cut", "Replies cut by the shopper.", registry=here)
        self._clears = Counter("shoptalk_clears", "Times a reply fell silent for a voice over it.", registry=here)
        self._fallbacks = Counter("shoptalk_hearing_fallbacks", "Full-window decodings, by cause.", ["cause"], registry=here)
        self._sentences = Counter("shoptalk_sentences", "Sentences spoken, by source.", ["source"], registry=here)
        self._claims = Counter(
            "shoptalk_claims_caught", "Sentences of the model mended or replaced before they were spoken, by cause.", ["cause"],
            registry=here,
        )
        self._refusals = Counter("shoptalk_refusals", "Callers refused, by code.", ["code"], registry=here)
        self._errors = Counter("shoptalk_errors", "Coded errors sent.", ["code"], registry=here)
        self.registry.register(_LaneFigures(lanes))

    def saw(self, message: ServerMessage) -> None:
        """A message went to a client."""
        match message:
            case TurnSaid():
                self._turns.labels(message.plan, str(message.spoken).lower()).inc()
                if message.onset_ms is not None and message.spoken:
                    self._onset.observe(message.onset_ms / 1000)
                for stage in message.stages:
                    self._stages.labels(stage.stage).observe(stage.took_ms / 1000)
                if message.interrupted:
                    self._cut.inc()
                if message.fallback:
                    self._fallbacks.labels(message.fallback).inc()
            case Clear():
                self._clears.inc()
            case ReplySaid(source=source):
                self._sentences.labels(source).inc()
            case ErrorSaid(code=code):
                self._errors.labels(code).inc()

    def finished(self, turn: Finished) -> None:
        """A turn is over."""
        for sentence in turn.turning.sentences:
            for cause in sentence.causes:
                self._claims.labels(cause).inc()

    def refused(self, code: str) -> None:
        """A caller was not let in."""
        self._refusals.labels(code).inc()

    def page(self) -> bytes:
        """The figures as Prometheus reads them."""
        return generate_latest(self.registry)


class _LaneFigures(Collector):
    """Read from the lanes when asked for."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def collect(self) -> Iterator[Metric]:
        jobs = CounterMetricFamily("shoptalk_lane_jobs", "Jobs by lane and end.", labels=["lane", "end"])
        wait = GaugeMetricFamily("shoptalk_lane_wait_p95_seconds", "95th percentile of the last waits.", labels=["lane"])
        for lane, figures in self._lanes.figures.items():
            name = lane.name.lower()
            ends: Iterable[tuple[str, int]] = (("done", figures.done), ("dropped", figures.dropped), ("slow", figures.slow))
            for end, count in ends:
                jobs.add_metric([name, end], count)
            waits = sorted(figures.waits_ms)
            wait.add_metric([name], waits[int(0.95 * (len(waits) - 1))] / 1000 if waits else 0.0)
        yield jobs
        yield wait


def gauges(figures: dict[str, Any]) -> bytes:
    """The numbers of /health as gauges, to go with the rest."""
    lines = [f"shoptalk_{name} {float(value):g}" for name, value in figures.items() if isinstance(value, (int, float))]
    return ("\n".join(lines) + "\n").encode()
