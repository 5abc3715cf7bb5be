"""The shoppers who agreed, and what is remembered of each."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "shoppers",
        sa.Column("shop", sa.String(100), nullable=False),
        sa.Column("shopper", sa.String(100), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop", "shopper"),
    )
    op.create_table(
        "traits",
        sa.Column("shop", sa.String(100), nullable=False),
        sa.Column("shopper", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("slot", sa.String(100), nullable=False),
        sa.Column("value", sa.String(400), nullable=False),
        sa.Column("whom", sa.String(400), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop", "shopper", "kind", "slot", "value", "whom"),
        sa.ForeignKeyConstraint(["shop", "shopper"], ["shoppers.shop", "shoppers.shopper"], ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("traits")
    op.drop_table("shoppers")
