"""How a command fails: one sentence on standard error that says what to do, and exit code 1."""

from __future__ import annotations

import typer

from dialogue.llm import LlmError
from recommender.catalogue import CatalogueError
from recommender.interactions import InteractionsError
from recommender.shop import ShopError
from recommender.versions import IndexFolderError
from server.client import CallError
from server.memory import ForgetfulError
from server.models import ModelError
from server.reporting import console
from server.settings import SettingsError
from voice.devices import DeviceError
from voice.hearing import HearingError
from voice.speaking import SpeakingError
from voice.wavefiles import AudioFileError

EXPECTED = (
    AudioFileError, CallError, CatalogueError, DeviceError, ForgetfulError, HearingError, IndexFolderError, InteractionsError,
    LlmError, ModelError, SettingsError, ShopError, SpeakingError,
)
"""Errors that are about what the user gave, and say so."""


def failed(error: Exception) -> typer.Exit:
    """Say it, and give back what to raise."""
    console.print(str(error), style="red", highlight=False, markup=False)
    return typer.Exit(1)
