"""The tables of the memory; the migrations beside this file make them."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, MetaData, PrimaryKeyConstraint, String, Table

ID_CHARS, TEXT_CHARS = 100, 400

metadata = MetaData()

shoppers = Table(
    "shoppers",
    metadata,
    Column("shop", String(ID_CHARS), nullable=False),
    Column("shopper", String(ID_CHARS), nullable=False),
    Column("agreed_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("shop", "shopper"),
)
"""Everyone who agreed, and nobody else."""

traits = Table(
    "traits",
    metadata,
    Column("shop", String(ID_CHARS), nullable=False),
    Column("shopper", String(ID_CHARS), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("slot", String(ID_CHARS), nullable=False),
    Column("value", String(TEXT_CHARS), nullable=False),
    Column("whom", String(TEXT_CHARS), nullable=False),
    Column("learned_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("shop", "shopper", "kind", "slot", "value", "whom"),
    ForeignKeyConstraint(["shop", "shopper"], ["shoppers.shop", "shoppers.shopper"], ondelete="CASCADE"),
)
"""See `dialogue.remembering.Trait`."""
