"""A person's own cases, closed ones too, and the cases of a period are found by index."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_person", "case", ["team_id", "user_id", "number"])
    for moment in ("opened_at", "first_response_at", "closed_at"):
        op.create_index(f"ix_case_{moment}", "case", [moment])
