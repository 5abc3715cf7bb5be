"""Who holds which key: bearer tokens with a name, scopes and limits of their own. Only their digests are kept.

Tokens come from the settings: ``token`` (one that may talk), ``tokens`` (a list, in the settings file), ``tokens_file`` (TOML
with ``[[tokens]]``, for a secret store) and ``SHOPTALK_TOKENS`` ("name=secret:talk+manage, ..."). A shop that sets none that
may talk lets everybody talk; nobody manages without a token that may.
"""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

if TYPE_CHECKING:
    from server.settings import Settings

Scope = Literal["talk", "manage"]
BEARER_PROTOCOLS = ("shoptalk.bearer.", "openai-insecure-api-key.")
"""A browser cannot set headers on a websocket, so its token comes as a subprotocol of such a beginning (the second: OpenAI's)."""
LEAST_SECRET_CHARS = 16
"""Of a token that may manage: one that can be guessed opens the shop's books."""


class Token(BaseModel):
    """One token as it is written down: the secret itself, or its SHA-256 (``sha256sum``) where the file should not hold it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w.-]+$")
    """For people and logs."""
    scopes: frozenset[Scope] = frozenset({"talk"})
    secret: SecretStr | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    sessions: int | None = Field(default=None, ge=0)
    """Conversations at once by this token; None: no limit of its own. Likewise the next two."""
    audio_minutes: float | None = Field(default=None, ge=0)
    """Minutes of sound in an hour."""
    messages: int | None = Field(default=None, ge=0)
    """Messages in a minute."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret is None) == (self.sha256 is None):
            raise ValueError(f"the token {self.name} needs either secret or sha256")
        if self.secret is not None and not self.secret.get_secret_value():
            raise ValueError(f"the token {self.name} has an empty secret")
        if "manage" in self.scopes and self.secret is not None and len(self.secret.get_secret_value()) < LEAST_SECRET_CHARS:
            raise ValueError(f"the token {self.name} may manage, so its secret needs {LEAST_SECRET_CHARS} characters or more")
        return self

    @property
    def digest(self) -> bytes:
        """SHA-256 of the secret."""
        return bytes.fromhex(self.sha256) if self.sha256 else _digest(self.secret.get_secret_value()) if self.secret else b""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every token of the settings."""

    tokens: tuple[Token, ...] = ()

    def wanted(self, scope: Scope) -> bool:
        """Whether one needs a token for this: always to manage; to talk where there is one that may."""
        return scope == "manage" or any(scope in token.scopes for token in self.tokens)

    def holder(self, brought: Sequence[str], scope: Scope) -> Token | None:
        """The first token that was brought and has the scope. Every one is compared, each in constant time."""
        digests = [_digest(secret) for secret in brought]
        matching = [token for token in self.tokens for digest in digests if hmac.compare_digest(digest, token.digest)]
        return next((token for token in matching if scope in token.scopes), None)


def keyring(settings: Settings) -> Keyring:
    """All tokens of the settings. Raises ValueError: one sentence that holds no secret."""
    tokens = list(settings.tokens)
    if settings.tokens_file is not None:
        try:
            listed = tomllib.loads(settings.tokens_file.read_text(encoding="utf-8")).get("tokens")
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise ValueError(f"the tokens file {settings.tokens_file} cannot be read as TOML") from None
        if not isinstance(listed, list):
            raise ValueError(f"the tokens file {settings.tokens_file} holds no [[tokens]]")
        tokens += [Token.model_validate(one) for one in listed]
    if settings.token is not None:
        tokens.append(Token(name="token", secret=settings.token))
    names = [token.name for token in tokens]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two tokens are called {twice}")
    return Keyring(tuple(tokens))


def parse_tokens(text: str) -> list[dict[str, Any]]:
    """SHOPTALK_TOKENS: ``name=secret:talk+manage`` with commas between. Scopes may be left out (talk). Raises ValueError."""
    tokens: list[dict[str, Any]] = []
    for one in (part.strip() for part in text.split(",") if part.strip()):
        name, equals, rest = one.partition("=")
        secret, _, scopes = rest.partition(":")
        if not equals or not secret:
            raise ValueError("tokens are written name=secret:talk+manage, with commas between")
        tokens.append({"name": name, "secret": secret} | ({"scopes": scopes.split("+")} if scopes else {}))
    return tokens


def brought_by(headers: Mapping[str, str]) -> list[str]:
    """The secrets a request brings: ``Authorization: Bearer`` or a subprotocol. Never from the address: addresses are logged."""
    given = headers.get("Authorization", "")
    brought = [given.removeprefix("Bearer ").strip()] if given.startswith("Bearer ") else []
    offered = [name.strip() for name in headers.get("Sec-WebSocket-Protocol", "").split(",")]
    return brought + [name.removeprefix(start) for name in offered for start in BEARER_PROTOCOLS if name.startswith(start)]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
