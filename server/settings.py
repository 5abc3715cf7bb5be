"""What can be set about a running server, with its defaults: from a TOML file, then ``SHOPTALK_*`` variables, then options."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

ENVIRONMENT_PREFIX = "SHOPTALK_"
NOT_SETTINGS = frozenset({"SHOPTALK_HOME"})


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
    hearing_threads: int = Field(default=2, ge=1, le=64)
    language: str | None = "en"
    """None detects it."""
    voice_model: str = "piper-joe"
    voice_threads: int = Field(default=2, ge=1, le=64)
    llm: Literal["local", "openai", "none"] = "local"
    """Who words the reply: a GGUF model in this process, an OpenAI-compatible server, or templates alone."""
    llm_model: str = "gemma3-270m"
    llm_url: str = "http://127.0.0.1:11434/v1"
    """Used with llm = "openai"."""
    llm_threads: int = Field(default=1, ge=1, le=64)
    """Two that share their cores with other work wait for each other: ninefold slower on a busy two-core machine."""

    max_sessions: int = Field(default=8, ge=1, le=1000)
    idle_minutes: float = Field(default=10, gt=0)
    """A conversation in which nobody speaks or types this long is closed."""
    resume_minutes: float = Field(default=2, ge=0)
    """How long a conversation whose connection was lost waits to be taken up."""
    origins: tuple[str, ...] = ()
    """Web pages, besides this server's own on localhost, that may open a conversation ("https://shop.example")."""
    token: SecretStr | None = None
    """When set, every conversation must bring it."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None


def load_settings(file: Path | None = None, environment: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Settings from a file, then the environment, then options that are not None; later ones win.

    Raises SettingsError naming the key that is wrong and where it was said.
    """
    said: dict[str, Any] = {}
    if file is not None:
        try:
            said |= tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"The settings file {file} cannot be read: {error}.") from None
    for name, value in environment.items():
        key = name.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name.startswith(ENVIRONMENT_PREFIX) and name not in NOT_SETTINGS and key in Settings.model_fields:
            said[key] = tuple(value.split(",")) if key == "origins" else value
    said |= {key: value for key, value in options.items() if value is not None}
    try:
        return Settings.model_validate(said)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise SettingsError(f"There is no setting {key}; there are {', '.join(Settings.model_fields)}.") from None
        raise SettingsError(f"The setting {key}: {first['msg']}.") from None
