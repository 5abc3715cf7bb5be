"""OpenTelemetry traces of turns: a span a turn and one for each stage, from the true end of speech. No words, no sound.

Off unless the settings say ``traces = true``; then spans go by OTLP over HTTP to where the standard variable
``OTEL_EXPORTER_OTLP_ENDPOINT`` says (default http://localhost:4318). The package is an extra: ``pip install shoptalk[tracing]``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from server.session_timing import Finished
from server.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

NANO = 1_000_000_000


class Tracing:
    """Turns finished turns into spans."""

    def __init__(self, provider: TracerProvider, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: the sessions' own."""
        self._provider, self._clock = provider, clock
        self._tracer = provider.get_tracer("shoptalk")

    def finished(self, finished: Finished) -> None:
        """Write down one turn. The spans lie where the stages lay, although they are made when the turn is over."""
        from opentelemetry import trace

        turning, said = finished.turning, finished.said
        now_ns = time.time_ns()
        ended_ns = now_ns - int((self._clock() - turning.ended_s) * NANO)
        began_ns = ended_ns + min([0, *(int(stage.start_ms * 1e6) for stage in said.stages)])
        attributes: dict[str, str | int | float] = {
            "shoptalk.session": finished.session, "shoptalk.turn": said.turn, "shoptalk.plan": said.plan,
            "shoptalk.spoken": said.spoken, "shoptalk.speculated": said.speculated, "shoptalk.interrupted": said.interrupted,
            "shoptalk.sentences": len(turning.sentences),
            **({} if said.onset_ms is None else {"shoptalk.onset_ms": said.onset_ms}),
            **({} if said.fallback is None else {"shoptalk.fallback": said.fallback}),
        }
        span = self._tracer.start_span("turn", start_time=began_ns, attributes=attributes)
        inside = trace.set_span_in_context(span)
        for stage in said.stages:
            start_ns = ended_ns + int(stage.start_ms * 1e6)
            self._tracer.start_span(stage.stage, context=inside, start_time=start_ns).end(start_ns + int(stage.took_ms * 1e6))
        span.end(now_ns)

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


def open_tracing(settings: Settings) -> Tracing | None:
    """What the settings ask for. Raises SettingsError where the package is not installed."""
    if not settings.traces:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        raise SettingsError("Traces need the OpenTelemetry packages; install shoptalk[tracing], or set traces = false.") from None
    provider = TracerProvider(resource=Resource.create({"service.name": "shoptalk"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
