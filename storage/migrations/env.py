"""Alembic's entrance: the database of the config, one transaction."""

from alembic import context
from sqlalchemy import create_engine

from storage.tables import metadata

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, user_module_prefix="", transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
