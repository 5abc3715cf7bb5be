"""How much each caller may have: conversations, sound and messages, by network address and by token, over all connections."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.doors import Allowance
from server.keys import Token
from server.settings import Settings

MOST_REMEMBERED = 10_000
"""Accounts kept; past it those that have not been seen longest, and hold no conversation, are forgotten."""
WRONG_TOKENS, WRONG_TOKENS_PER_S = 20.0, 0.1
"""Wrong tokens from one address, at once and for good: who guesses is kept waiting."""


@dataclass
class Account:
    """What one address or one token has left."""

    sessions_most: int | None
    audio_s: Allowance | None
    messages: Allowance | None
    wrong: Allowance
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Guest:
    """One connection's accounts."""

    accounts: tuple[Account, ...]
    token: str | None = None
    """The token's name."""

    def full(self) -> int | None:
        """The limit of conversations that is reached, None where there is room."""
        return next((one.sessions_most for one in self.accounts if one.sessions_most is not None
                     and one.sessions >= one.sessions_most), None)

    def come(self) -> None:
        for account in self.accounts:
            account.sessions += 1

    def go(self) -> None:
        for account in self.accounts:
            account.sessions -= 1

    def may_send(self) -> bool:
        """Take one message off what is left."""
        return all(account.messages is None or account.messages.spend(1) for account in self.accounts)

    def may_hear(self, audio_s: float) -> bool:
        """Take so much sound off what is left."""
        return all(account.audio_s is None or account.audio_s.spend(audio_s) for account in self.accounts)


class Guests:
    """Every account of one server."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    def guest(self, address: str, token: Token | None) -> Guest:
        """The accounts of a connection. This machine's own address has no limits: nobody is protected from himself."""
        here = self._settings
        accounts = []
        if not local(address):
            name = f"address {network(address)}"
            accounts.append(
                self._account(name, here.sessions_per_address, here.audio_minutes_per_address, here.messages_per_address)
            )
        if token is not None:
            accounts.append(self._account(f"token {token.name}", token.sessions, token.audio_minutes, token.messages))
        return Guest(tuple(accounts), token.name if token else None)

    def may_try(self, address: str) -> bool:
        """Whether an address that brings a wrong token may bring another."""
        return self._account(f"wrong tokens from {network(address)}", None, None, None).wrong.spend(1)

    def _account(self, name: str, sessions: int | None, audio_minutes: float | None, messages: int | None) -> Account:
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = Account(
                sessions,
                None if audio_minutes is None else Allowance(audio_minutes / 60, audio_minutes * 60, self._clock),
                None if messages is None else Allowance(messages / 60, messages, self._clock),
                Allowance(WRONG_TOKENS_PER_S, WRONG_TOKENS, self._clock),
            )
            self._forget()
        self._accounts.move_to_end(name)
        return account

    def _forget(self) -> None:
        while len(self._accounts) > MOST_REMEMBERED:
            idle = next((name for name, account in self._accounts.items() if not account.sessions), None)
            if idle is None:
                return
            del self._accounts[idle]


def caller(peer: str, headers: Mapping[str, str], proxies: tuple[str, ...]) -> str:
    """The address that calls: the peer's, or what a proxy of ours says of whom it speaks for (the nearest that is no proxy)."""
    if peer not in proxies:
        return peer
    for said in reversed([part.strip() for part in headers.get("X-Forwarded-For", "").split(",")]):
        try:
            address = str(ipaddress.ip_address(said))
        except ValueError:
            break
        if address not in proxies:
            return address
    return peer


def network(address: str) -> str:
    """What is counted as one caller: an IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address


def local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
