"""The databases that tests are given keep apart, and their absence is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

NEEDS_POSTGRES = f"{Path(__file__)}::test_each_test_has_a_postgres_of_its_own"


@pytest.mark.postgres
@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_postgres_of_its_own(postgres_url: str, turn: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE mine (turn text)")
        connection.execute("INSERT INTO mine VALUES (%s)", [turn])

        assert connection.execute("SELECT turn FROM mine").fetchall() == [(turn,)]


def test_a_test_runs_on_both_databases(database_url: str, request: pytest.FixtureRequest) -> None:
    kind = "postgresql://" if "[postgres]" in request.node.name else "sqlite:///"

    assert database_url.startswith(kind)


@pytest.mark.postgres
def test_a_postgres_database_is_reached_without_a_password(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        name, user = connection.execute("SELECT current_database(), current_user").fetchone() or ("", "")

    assert name.startswith("test_")
    assert user == "keydesk"


@pytest.mark.parametrize(("required", "outcome"), [("0", "1 skipped"), ("1", "1 error")])
def test_a_missing_postgres_is_skipped_aloud_or_fails(tmp_path: Path, required: str, outcome: str) -> None:
    elsewhere = {"KEYDESK_POSTGRES_ROOT": str(tmp_path), "KEYDESK_REQUIRE_POSTGRES": required}

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", f"{NEEDS_POSTGRES}[first]"],
        env=os.environ | elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome in ran.stdout
    assert "apt-get install postgresql" in ran.stdout
