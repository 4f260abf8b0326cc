"""The history is only added to: the database itself refuses to change or delete an event."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAYS = "case_event is only ever added to"
ACTS = ("UPDATE", "DELETE")

SQLITE = """
CREATE TRIGGER case_event_no_{name} BEFORE {act} ON case_event
BEGIN SELECT RAISE(ABORT, '{says}'); END
"""
POSTGRES_FUNCTION = f"""
CREATE FUNCTION case_event_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$
"""
POSTGRES = """
CREATE TRIGGER case_event_no_{name} BEFORE {act} ON case_event
FOR EACH STATEMENT EXECUTE FUNCTION case_event_stays()
"""


def upgrade() -> None:
    on_postgres = op.get_bind().dialect.name == "postgresql"
    if on_postgres:
        op.execute(POSTGRES_FUNCTION)
    for act in ACTS:
        template = POSTGRES if on_postgres else SQLITE
        op.execute(template.format(name=act.lower(), act=act, says=SAYS))
