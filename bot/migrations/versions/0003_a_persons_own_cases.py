"""A person's own cases, closed ones too, are found by index."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_person", "case", ["team_id", "user_id", "number"])
