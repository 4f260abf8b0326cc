"""What the rest of the program may rely on, for every exchange that has a folder."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from pydantic import SecretStr

from validators.diagnosis import (
    KIND_OF,
    SEVERITY,
    Cause,
    Diagnosis,
    Kind,
    Requirement,
    Standing,
    State,
    Verdict,
)
from validators.exchange import Credentials, Exchange, discover

PARTS = {"key": "6a864380d5eaf900017f3e82", "secret": "canary-secret-value", "passphrase": "canary-pass"}
MET = tuple(Standing(line, State.MET) for line in Requirement)


@pytest.fixture(params=discover())
def exchange(request: pytest.FixtureRequest) -> Exchange:
    return discover()[request.param]


def test_an_exchange_is_found_by_its_folder() -> None:
    assert list(discover()) == ["kucoin"]
    assert discover()["kucoin"].title == "KuCoin"


def test_fields_and_accounts_have_the_labels_that_people_know() -> None:
    kucoin = discover()["kucoin"]

    assert [field.label for field in kucoin.fields] == ["API Key", "API Secret", "API Passphrase"]
    assert [(a.slug, a.label) for a in kucoin.accounts] == [
        ("spot_margin", "Spot/Margin"),
        ("futures", "Futures"),
    ]
    assert {(e.setting, e.default) for e in kucoin.endpoints} == {
        ("KUCOIN_API_URL", "https://api.kucoin.com"),
        ("KUCOIN_FUTURES_API_URL", "https://api-futures.kucoin.com"),
        ("KUCOIN_EU_API_URL", "https://api.kucoin.eu"),
    }


def test_an_account_that_does_not_exist_is_no_label(exchange: Exchange) -> None:
    with pytest.raises(LookupError, match="options"):
        exchange.account_label("options")


def test_every_field_has_a_name_that_credentials_know(exchange: Exchange) -> None:
    assert [field.name for field in exchange.fields] == list(PARTS)
    assert all(field.hint and len(field.hint) <= 150 for field in exchange.fields)


def test_credentials_show_nothing_and_come_back_whole() -> None:
    credentials = Credentials.from_dict(PARTS)

    assert credentials.to_dict() == PARTS
    for value in PARTS.values():
        assert value not in repr(credentials) + str(credentials) + f"{credentials!r:>9}"


@pytest.mark.parametrize(
    ("key", "masked"), [(PARTS["key"], "6a86…3e82"), ("short-key", "sh…"), ("", "…"), ("a" * 15, "aa…")]
)
def test_a_masked_key_gives_away_first_and_last_four(key: str, masked: str) -> None:
    assert Credentials(SecretStr(key), SecretStr(""), SecretStr("")).masked_key == masked


def test_nine_proofs_pass_and_eight_do_not() -> None:
    assert Diagnosis("kucoin", "futures", (), MET).verdict is Verdict.PASSED
    for line in range(len(MET)):
        fewer = MET[:line] + MET[line + 1 :]
        assert Diagnosis("kucoin", "futures", (), fewer).verdict is Verdict.COULD_NOT_TELL


def test_doing_nothing_is_could_not_tell() -> None:
    assert Diagnosis("kucoin", "futures", (), ()).verdict is Verdict.COULD_NOT_TELL


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_kind_and_a_severity_in_its_order(cause: Cause) -> None:
    order = [Kind.DANGER, Kind.FAULT, Kind.DOUBT, Kind.NOTE]
    worse = [other for other in Cause if SEVERITY[other] < SEVERITY[cause]]

    assert all(order.index(KIND_OF[other]) <= order.index(KIND_OF[cause]) for other in worse)


def test_a_diagnosis_holds_nothing_that_cannot_be_stored(exchange: Exchange) -> None:
    diagnosis = Diagnosis(exchange.slug, "futures", (exchange.guide.example(Cause.EXPIRED),), MET)

    assert Diagnosis.from_json(diagnosis.to_json()) == diagnosis
    assert pickle.loads(pickle.dumps(diagnosis)) == diagnosis  # noqa: S301 - of our own making


def test_the_guide_is_read_once_and_is_of_the_exchange_it_belongs_to(exchange: Exchange) -> None:
    assert exchange.guide is exchange.guide
    assert exchange.guide.title == exchange.title


def test_a_check_needs_no_slack_no_database_and_no_vault() -> None:
    script = (
        "import sys, validators.kucoin.check, validators.terminal;"
        "print({m.split('.')[0] for m in sys.modules}"
        " & {'bot', 'slack_sdk', 'slack_bolt', 'sqlmodel', 'sqlalchemy', 'cryptography', 'dbos'})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
