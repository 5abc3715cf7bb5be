"""The session object: what a client may set, and what is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from server.realtime.events import BetaFormat, Refusal, SessionWanted, Tool, TurnDetection
from server.realtime.sound import PCM16, PHONE_RATE_HZ, Format

VOICE = "shop"
"""The shop has one voice; a client's choice of another is passed over."""
BETA_FORMATS: dict[BetaFormat, Format] = {
    "pcm16": PCM16, "g711_ulaw": Format("audio/pcmu", PHONE_RATE_HZ), "g711_alaw": Format("audio/pcma", PHONE_RATE_HZ),
}

SHOW_ITEMS, UPDATE_SLOTS = "show_items", "update_slots"
"""Tools that a client may declare; each turn calls those declared with what is on the table, and with what is believed."""


@dataclass(frozen=True, slots=True)
class Config:
    """What is in force. ``turns``: None, the client ends each turn; otherwise the server does."""

    model: str = "shoptalk"
    hearing: str = "whisper-base"
    """The model that writes down what is said."""
    modality: Literal["audio", "text"] = "audio"
    input: Format = PCM16
    output: Format = PCM16
    turns: Literal["server_vad", "semantic_vad"] | None = "server_vad"
    answers: bool = True
    """Whether a turn that the server ended is answered unasked."""
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"

    def updated(self, wanted: SessionWanted) -> Config:
        """As the client wants it. Raises Refusal where that cannot be done."""
        modality = chosen_modality(wanted.output_modalities or wanted.modalities, self.modality)
        sound_in, sound_out, given = self.input, self.output, wanted.model_fields_set
        detection, detection_given = wanted.turn_detection, "turn_detection" in given
        if wanted.input_audio_format is not None:
            sound_in = BETA_FORMATS[wanted.input_audio_format]
        if wanted.output_audio_format is not None:
            sound_out = BETA_FORMATS[wanted.output_audio_format]
        if wanted.audio is not None:
            if (ears := wanted.audio.input) is not None:
                sound_in = ears.format.chosen() if ears.format else sound_in
                if "turn_detection" in ears.model_fields_set:
                    detection, detection_given = ears.turn_detection, True
            if (mouth := wanted.audio.output) is not None:
                sound_out = mouth.format.chosen() if mouth.format else sound_out
        config = replace(self, modality=modality, input=sound_in, output=sound_out)
        if detection_given:
            config = config._turns(detection)
        if wanted.tools is not None:
            config = replace(config, tools=wanted.tools)
        if isinstance(wanted.tool_choice, str):
            config = replace(config, tool_choice=wanted.tool_choice[:20])
        return config

    def _turns(self, wanted: TurnDetection | None) -> Config:
        if wanted is None:
            return replace(self, turns=None, answers=True)
        if wanted.interrupt_response is False:
            raise Refusal(
                "unsupported_value", "interrupt_response false is not supported: a voice over a reply always holds it. "
                "Set turn_detection to null to decide turns yourself.", "session.audio.input.turn_detection.interrupt_response",
            )
        return replace(self, turns=wanted.type, answers=wanted.create_response is not False)

    def calls(self, tool: str) -> bool:
        """Whether the client has declared this tool and wants it called."""
        return self.tool_choice != "none" and any(one.name == tool for one in self.tools)

    def shown(self, session_id: str) -> dict[str, Any]:
        """The session object of the general availability."""
        return {
            "type": "realtime", "object": "realtime.session", "id": session_id, "model": self.model,
            "output_modalities": [self.modality], "instructions": "", "tool_choice": self.tool_choice,
            "tools": self._tools(), "max_output_tokens": "inf",
            "audio": {
                "input": {
                    "format": _format(self.input), "transcription": {"model": self.hearing}, "turn_detection": self._detection(),
                },
                "output": {"format": _format(self.output), "voice": VOICE, "speed": 1.0},
            },
        }

    def shown_beta(self, session_id: str) -> dict[str, Any]:
        """The same as the beta has it."""
        names = {sound: name for name, sound in BETA_FORMATS.items()}
        return {
            "object": "realtime.session", "id": session_id, "model": self.model,
            "modalities": ["text"] if self.modality == "text" else ["text", "audio"], "instructions": "", "voice": VOICE,
            "input_audio_format": names.get(self.input, "pcm16"), "output_audio_format": names.get(self.output, "pcm16"),
            "input_audio_transcription": {"model": self.hearing}, "turn_detection": self._detection(), "tools": self._tools(),
            "tool_choice": self.tool_choice, "max_response_output_tokens": "inf",
        }

    def _tools(self) -> list[dict[str, Any]]:
        return [tool.model_dump(exclude_none=True) for tool in self.tools]

    def _detection(self) -> dict[str, Any] | None:
        return self.turns and {"type": self.turns, "create_response": self.answers, "interrupt_response": True}


def chosen_modality(wanted: Sequence[str] | None, otherwise: Literal["audio", "text"]) -> Literal["audio", "text"]:
    """Audio has its transcript with it, so "audio" with or without "text" is the same."""
    return otherwise if wanted is None else "audio" if "audio" in wanted else "text"


def _format(sound: Format) -> dict[str, Any]:
    return {"type": sound.kind, "rate": sound.rate_hz} if sound.law is None else {"type": sound.kind}
