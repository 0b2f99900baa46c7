"""Alembic's entrance: the database of the config, one transaction; without it a migration cut off in its middle would leave
half of the tables.
"""

import contextlib

from alembic import context
from sqlalchemy import create_engine

from storage.tables import metadata

engine = create_engine(context.config.attributes["url"])
with contextlib.ExitStack() as ends:
    ends.callback(engine.dispose)
    connection = ends.enter_context(engine.connect())
    if engine.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # its driver opens none for a CREATE: each would be a commit
    context.configure(connection=connection, target_metadata=metadata, user_module_prefix="", transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
