"""What alembic runs: always on a connection that `bot.migrating` opened, never by itself."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import bot.schema  # noqa: F401 - fills the metadata.
from bot.migrating import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    include_object=is_ours,
    render_as_batch=True,
    # SQLite can undo a change of tables as well, once its driver leaves transactions to us.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
