"""Alembic's entry: runs the steps on the connection that `server.memory.store` hands over."""

from alembic import context

from server.memory.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="shoptalk_memory_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
