"""What can be set about a running server, with its defaults: from a TOML file, then ``SHOPTALK_*`` variables, then options."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from server.keys import Token, keyring, parse_tokens

ENVIRONMENT_PREFIX = "SHOPTALK_"
NOT_SETTINGS = frozenset({"SHOPTALK_HOME"})
LISTS = frozenset({"origins", "proxies"})


class SettingsError(Exception):
    """A setting that cannot be used; the message is one sentence that says what to mend."""


class Settings(BaseModel):
    """One truth about how the server runs; ``shoptalk config`` prints it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: Path = Path("shops/demo")
    """The shop folder."""
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    """0 takes any free port."""

    hearing_engine: Literal["faster-whisper", "openai-whisper"] = "faster-whisper"
    hearing_model: str = "whisper-base"
    hearing_checkpoint: Path | None = None
    """A Whisper checkpoint (.pt) of yours, for openai-whisper."""
    hearing_practised: bool = True
    """Hear with what `shoptalk train hearing` made for the shop, where it did; false: as the model came."""
    hearing_threads: int = Field(default=2, ge=1, le=64)
    language: str | None = "en"
    """None detects it."""
    voice_model: str = "piper-joe"
    voice_threads: int = Field(default=2, ge=1, le=64)
    llm: Literal["local", "openai", "none"] = "local"
    """Who words the reply: a GGUF model in this process, an OpenAI-compatible server, or templates alone."""
    llm_model: str = "gemma3-270m"
    understanding: Literal["rules", "openai"] = "rules"
    """Who reads the turns: the shop's own rules, or an OpenAI-compatible server at llm_url that can answer in a JSON schema, with
    the rules wherever its answer is late or cannot be believed."""
    understanding_model: str | None = None
    """The model's name there; llm_model where it is left out."""
    llm_url: str = "http://127.0.0.1:11434/v1"
    """Used with llm = "openai"."""
    llm_threads: int = Field(default=1, ge=1, le=64)
    """Two that share their cores with other work wait for each other: ninefold slower on a busy two-core machine."""

    memory_url: SecretStr | None = None
    """The database that remembers shoppers who agreed ("postgresql://user@host/name"); None: a SQLite file of shoptalk's own;
    "none": nobody is remembered."""

    max_sessions: int = Field(default=8, ge=1, le=1000)
    crowded_load: float = Field(default=0.55, gt=0)
    """Share of the processors that conversations may take; who would bring them above it is not let in (server/admission.py)."""
    crowded_onset_ms: float = Field(default=1_200, gt=0)
    """While the median shopper waits longer than this for the first sound, nobody new is let in."""
    idle_minutes: float = Field(default=10, gt=0)
    """A conversation in which nobody speaks or types this long is closed."""
    resume_minutes: float = Field(default=2, ge=0)
    """How long a conversation whose connection was lost waits to be taken up."""
    origins: tuple[str, ...] = ()
    """Web pages, besides this server's own on localhost, that may open a conversation ("https://shop.example")."""
    token: SecretStr | None = None
    """When set, every conversation must bring it, or one of the others that may talk."""
    tokens: tuple[Token, ...] = ()
    """Tokens with names, scopes and limits of their own (see server/keys.py)."""
    tokens_file: Path | None = None
    """A TOML file of [[tokens]], apart from the settings."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    sessions_per_address: int = Field(default=4, ge=0)
    """Conversations at once from one network address; this machine's own has no limit. Likewise the next two."""
    audio_minutes_per_address: float = Field(default=240, ge=0)
    """Minutes of sound an hour."""
    messages_per_address: int = Field(default=24_000, ge=0)
    """Messages a minute; a microphone sends 3,000."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies of ours, whose X-Forwarded-For is believed."""
    session_minutes: float = Field(default=120, gt=0)
    """A conversation that lasts longer is closed."""

    kept_turns: int = Field(default=20, ge=0, le=1000)
    """Turns kept in memory to be looked into (see server/keeping.py); their words go when their conversation ends."""
    keep_words: bool = False
    """Words of those who agree (start.may_keep) stay among the kept turns, and may stand in the log."""
    keep_audio: bool = False
    """The sound of those who agree is kept with their turns, as long as these."""
    log: Literal["people", "json"] = "people"
    """How the server writes its log: for people, or an object a line."""
    traces: bool = False
    """Whether each turn becomes an OpenTelemetry trace (see docs/operating.md)."""

    manage_host: str = "127.0.0.1"
    manage_port: int | None = Field(default=None, ge=0, le=65535)
    """Where the management API listens; None: nowhere. It needs a token that may manage."""
    drain_s: float = Field(default=10, ge=0)
    """How long a server that is told to stop lets people finish."""

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        keys = keyring(self)
        if self.manage_port is not None and not any("manage" in token.scopes for token in keys.tokens):
            raise ValueError("the management API needs a token with the scope manage; add one under [[tokens]]")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("TLS needs both tls_certificate and tls_key")
        return self


def load_settings(file: Path | None = None, environment: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Settings from a file, then the environment, then options that are not None; later ones win.

    Raises SettingsError naming the key that is wrong and where it was said.
    """
    said = {key: value for key, (value, _) in said_where(file, environment, options).items()}
    try:
        return Settings.model_validate(said)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            there_are = f"is {near[0]} meant?" if near else f"there are {', '.join(Settings.model_fields)}."
            raise SettingsError(f"There is no setting {key}; {there_are}") from None
        raise SettingsError(f"The setting {key}: {first['msg']}." if key else f"{first['msg']}.") from None


def said_where(
    file: Path | None, environment: Mapping[str, str], options: Mapping[str, Any]
) -> dict[str, tuple[Any, str]]:
    """Every key that is set, with its value as it was written and where. Raises SettingsError for what cannot be read."""
    said: dict[str, tuple[Any, str]] = {}
    if file is not None:
        try:
            said |= {key: (value, str(file)) for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items()}
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"The settings file {file} cannot be read: {error}.") from None
    for name, value in environment.items():
        key = name.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name.startswith(ENVIRONMENT_PREFIX) and key in Settings.model_fields:
            said[key] = (_from_variable(name, key, value), name)
    return said | {key: (value, f"--{key.replace('_', '-')}") for key, value in options.items() if value is not None}


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none: a name mistyped."""
    named = (name for name in environment if name.startswith(ENVIRONMENT_PREFIX) and name not in NOT_SETTINGS)
    return sorted(name for name in named if name.removeprefix(ENVIRONMENT_PREFIX).lower() not in Settings.model_fields)


def _from_variable(name: str, key: str, value: str) -> Any:
    if key == "tokens":
        try:
            return parse_tokens(value)
        except ValueError as wrong:
            raise SettingsError(f"{name} cannot be read: {wrong}.") from None
    return tuple(value.split(",")) if key in LISTS else value
