"""What the README's section "Security" promises in numbers and names is what the program does.

A new column, scope, host or bound that nobody has written down fails here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from bot import key_fate, key_forgetting, limits, outages, schema
from bot.log import CAPPED
from bot.settings import Settings
from bot.slack import people, signature
from validators.exchange import discover
from validators.http import LIMIT_BYTES
from validators.kucoin.check import BUDGET_S

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")
SECURITY = README.partition("## Security")[2]

PERSONS = "Slack team and user ids"
WORDS = "words between client and support"
NAME = "the first name that a reply is signed with"
ACTS = "who did what, when"
SEEN = "which deliveries were seen"
SAID = "ids of what has to be said"
RESULT = "result: causes"
DOUBT = "who met which"
OURS = ""
"""Numbers, states, times and names of our own, which say nothing of a person."""

KEPT: dict[str, dict[str, str]] = {
    "submission": {
        "sealed": "API key, secret, passphrase, sealed",
        "masked_key": "first and last 4 of the key",
        "key_mark": "a keyed hash (HMAC) of the key",
        "team_id user_id": PERSONS,
        "purge_at purged_at purged_because created_at": "When keys were forgotten, why",
        "id exchange account dialog_id case_number": OURS,
    },
    "attempt": {
        "diagnosis verdict": RESULT,
        "id submission_id number asked_by asked_at due_at settled_at case_number": OURS,
    },
    "case": {
        "team_id user_id owner_id": PERSONS,
        "closed_because": WORDS,
        "number exchange account state opened_at failures_in_row needs_staff_since needs_staff_because": OURS,
        "first_response_at closed_at waiting_since snoozed_until remind_at remind_stage nudge_at": OURS,
        "close_at card_channel card_ts card_version card_shown": OURS,
    },
    "case_event": {"id case_number at": OURS, "actor_team actor act": ACTS, "changes": WORDS},
    "outbox_message": {
        "payload": NAME,
        "id conversation kind key case_number state attempts created_at not_before": SAID,
        "sent_at channel ts trouble": SAID,
    },
    "outbox_lane": {"conversation leased_by leased_until not_before": SAID},
    "inbox_event": {"key received_at received_by done_at answer": SEEN},
    "replica": {"executor_id started_at expires_at takeovers": OURS},
    "venue_limit": {"exchange blocked_until": OURS},
    "odd_value": {"mark seen_at": "a keyed hash of an odd value"},
    "outage": {
        "id exchange cause opened_at last_at probe_at clients ended_at ended_because reruns": OURS,
    },
    "doubt": {"exchange cause account team_id user_id at": DOUBT},
    "sealed_value": {"name sealed": OURS},
}
"""Table → its columns, and the words of the data table that stand for them."""


def test_every_column_stands_in_the_data_table_or_says_nothing_of_a_person() -> None:
    written = {
        table: sorted(name for names in columns for name in names.split()) for table, columns in KEPT.items()
    }
    real = {name: sorted(table.columns.keys()) for name, table in SQLModel.metadata.tables.items()}
    assert schema.Submission.__tablename__ in real
    assert written == real


@pytest.mark.parametrize("said", sorted({said for table in KEPT.values() for said in table.values()}))
def test_the_data_table_has_a_row_for_each_kind(said: str) -> None:
    assert said in SECURITY


HOSTS = sorted({re.sub(r"^https://|/.*$", "", e.default) for x in discover().values() for e in x.endpoints})


@pytest.mark.parametrize("host", [*HOSTS, "slack.com", "files.slack.com", "hooks.slack.com", "SMTP_URL"])
def test_every_host_that_is_spoken_to_stands_in_the_egress_list(host: str) -> None:
    egress = SECURITY.partition("### Egress")[2].partition("###")[0]
    assert f"`{host}`" in egress


def test_no_other_host_stands_in_the_code() -> None:
    """Addresses of documents for people apart."""
    code = [*(TOP / "bot").rglob("*.py"), *(TOP / "validators").rglob("*.py")]
    ours = [file for file in code if "demo" not in file.parts]
    found = {
        host
        for file in ours
        for host in re.findall(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)", file.read_text(encoding="utf-8"))
    }
    for_people = {"127.0.0.1", "api.slack.com", "example.com", "keydesk.example.com", "www.kucoin.com"}
    assert found - for_people <= {*HOSTS, "slack.com"}


def _default(name: str) -> object:
    return Settings.model_fields[name].default


@pytest.mark.parametrize(
    ("is_so", "said"),
    [
        (_default("secret_ttl") == timedelta(hours=1), "`SECRET_TTL` (1 h)"),
        (timedelta(hours=24) == key_fate.GIVE_UP_AFTER, "24 h in doubt"),
        (_default("tests_per_hour") == 10, "10 tests and"),
        (_default("keys_per_hour") == 5, "5 different keys an hour and person"),
        (limits.ALL_TESTS_PER_HOUR == 600, "600 tests an hour by everybody"),
        (people.MEMORY_S == 10.0, "at most 10 s old"),
        (signature.WINDOW_S == 300, "Signature over the raw body, 5 minutes"),
        (LIMIT_BYTES == 256 * 1024, "256 kB"),
        (BUDGET_S == 8.0, "256 kB, 8 s"),
        (timedelta(days=30) == key_forgetting.ODD_VALUES_KEPT, "let it through the second time | 30 days"),
        (timedelta(days=7) == outages.KEEP_DOUBTS, "many at once are one alarm | 7 days"),
        ({"slack_sdk", "slack_bolt", "httpx", "aiohttp"} <= CAPPED, "loggers capped whatever `LOG_LEVEL`"),
    ],
)
def test_every_number_of_the_security_section_is_the_programs(is_so: bool, said: str) -> None:
    assert is_so
    assert said in SECURITY
