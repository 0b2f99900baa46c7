"""Indexes of the rows that are looked for: what is over, sent or well is most of a table after a year."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("outbox_by_edits", "outbox", ["town", "address", "edits"], **only("edits != ''"))
    op.create_index("duties_open", "duties", ["town", "ref"], **only("state NOT IN ('closed', 'cancelled')"))
    op.drop_index("duties_by_village", table_name="duties")
    op.drop_index("people_by_phone", table_name="people")
    with op.batch_alter_table("people") as people:
        people.drop_column("phone_hash")
    op.create_index("people_unreachable", "people", ["town", "id"], **only("reachable IS 0", "reachable IS false"))
    op.drop_index("watches_by_until", table_name="watches")
    op.create_index("watches_by_until", "watches", ["town", "until"], **only("ended_at IS NULL"))


def downgrade() -> None:
    op.drop_index("watches_by_until", table_name="watches")
    op.create_index("watches_by_until", "watches", ["town", "until"])
    op.add_column("people", sa.Column("phone_hash", sa.String(length=64), nullable=False, server_default=""))
    op.create_index("people_by_phone", "people", ["town", "phone_hash"])
    op.drop_index("people_unreachable", table_name="people")
    op.create_index("duties_by_village", "duties", ["town", "village", "state"])
    op.drop_index("duties_open", table_name="duties")
    op.drop_index("outbox_by_edits", table_name="outbox")


def only(where: str, on_postgresql: str = "") -> dict[str, Any]:
    """An index of those rows alone."""
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(on_postgresql or where)}
