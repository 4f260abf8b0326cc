"""Every fault shows on the wire as its source says, where and as often as it was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.demo.kucoin import FAULT_TITLES, Fault, KuCoin
from bot.demo.kucoin.answers import ROWS
from bot.demo.kucoin.faults import OF_KEYS

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person

# Codes of KuCoin's error pages that a check has to know, and what the sources tell of each.
SEEN = {
    "400001": (400, "KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE"),
    "400002": (400, "Invalid KC-API-TIMESTAMP."),
    "400003": (401, "The API key does not exist or site mismatch."),
    "400004": (401, "Invalid KC-API-PASSPHRASE"),
    "400005": (401, "Invalid KC-API-SIGN"),
    "400006": (403, "the current clientIp is:127.0.0.1"),
    "400007": (403, "require more permission"),
    "404000": (404, "URL Not Found"),
    "415000": (415, "Unsupported Media Type"),
    "116104": (200, "User not found."),
    "429000": (429, "Too Many Requests"),
    "500000": (500, "Internal Server Error"),
}
STATUS_UNKNOWN = (
    "400008",
    "400009",
    "400010",
    "400011",
    "400012",
    "400200",
    "400201",
    "400202",
    "411100",
    "400301",
    "400302",
    "400303",
    "400500",
    "600004",
    "40010",
    "401000",
    "101030",
    "112010",
    "200002",
    "230005",
)
PAGES = {
    Fault.CLOUDFLARE_1015: (429, b"Error 1015"),
    Fault.CLOUDFRONT_403: (403, b"403 ERROR"),
    Fault.HTML_502: (502, b"Bad Gateway"),
    Fault.NOT_JSON: (200, b"<title>KuCoin</title>"),
}


@pytest.mark.parametrize(("code", "seen"), SEEN.items())
async def test_a_code_comes_with_its_status_and_words(
    venue: KuCoin, person: Person, code: str, seen: tuple[int, str]
) -> None:
    venue.faults.add(Fault.code(code))

    reply = await person.describe(venue.issue())

    assert (reply.status, reply.code) == (seen[0], code)
    assert seen[1] in reply.body["msg"]
    assert set(reply.body) == {"code", "msg"}
    assert reply.headers["x-result-biz-code"] == code


@pytest.mark.parametrize("code", STATUS_UNKNOWN)
@pytest.mark.parametrize("http_status", [200, 400, 403, 503])
async def test_a_status_that_no_source_tells_can_be_any(
    venue: KuCoin, person: Person, code: str, http_status: int
) -> None:
    assert not ROWS[code].status_seen
    venue.faults.add(Fault.code(code), http_status=http_status)

    reply = await person.describe(venue.issue())

    assert (reply.status, reply.code) == (http_status, code)


@pytest.mark.parametrize(
    ("slug", "words"), [(slug, words) for slug, row in ROWS.items() for words in (row.words, *row.older)]
)
async def test_words_of_former_years_can_be_met_too(
    venue: KuCoin, person: Person, slug: str, words: str
) -> None:
    venue.caller_ip = "198.51.100.7"
    venue.faults.add(Fault.code(slug), words=words)

    reply = await person.describe(venue.issue())

    assert reply.body["msg"] == words.replace("{ip}", "198.51.100.7")


async def test_the_region_is_told_with_the_callers_address(venue: KuCoin, person: Person) -> None:
    venue.caller_ip = "198.51.100.7"
    venue.faults.add(Fault.REGION_US)

    reply = await person.ask("/api/v1/timestamp")

    assert reply.code == "400302"
    assert reply.body["msg"].endswith("(current ip: 198.51.100.7 and current area: US)")


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault in OF_KEYS])
async def test_what_is_wrong_with_keys_leaves_the_rest_alone(
    venue: KuCoin, person: Person, fault: Fault
) -> None:
    venue.faults.add(fault, times=1)

    assert (await person.ask("/api/v1/timestamp")).code == "200000"
    assert (await person.describe(venue.issue())).code != "200000"


async def test_the_two_rate_limits_are_told_apart(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.RATE_LIMITED, times=1)
    venue.faults.add(Fault.SYSTEM_RATE_LIMITED, times=2)

    ours, everybodys = await person.describe(venue.issue()), await person.describe(venue.issue())

    assert ours.code == everybodys.code == "429000"
    assert ours.headers["gw-ratelimit-reset"] == "4000"
    assert "gw-ratelimit-reset" not in everybodys.headers
    assert "System-level" in everybodys.body["msg"]


@pytest.mark.parametrize(("fault", "page"), PAGES.items())
async def test_a_page_comes_instead_of_an_answer(
    venue: KuCoin, person: Person, fault: Fault, page: tuple[int, bytes]
) -> None:
    venue.faults.add(fault)

    reply = await person.describe(venue.issue())

    assert reply.status == page[0]
    assert page[1] in reply.raw
    assert reply.headers["Content-Type"].startswith("text/html")
    with pytest.raises(json.JSONDecodeError):
        assert reply.body


async def test_maintenance_closes_all_but_the_status(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.MAINTENANCE_503)

    assert (await person.describe(venue.issue())).status == 503
    assert (await person.ask("/api/v1/timestamp")).status == 503
    assert (await person.ask("/api/v1/status")).status == 200


async def test_a_redirect_leads_to_another_address(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.REDIRECT)

    reply = await person.describe(venue.issue())

    assert (reply.status, reply.headers["location"]) == (302, "/redirected")


@pytest.mark.parametrize(("seconds", "told"), [(None, 60), (-45.5, -45.5), (4, 4)])
async def test_a_skewed_clock_is_told_and_used(
    venue: KuCoin, person: Person, clock: Clock, seconds: float | None, told: float
) -> None:
    venue.faults.add(Fault.CLOCK_SKEW, seconds=seconds)
    key = venue.issue()

    assert (await person.ask("/api/v1/timestamp")).data == int((clock.now_s + told) * 1000)
    assert (await person.describe(key)).code == ("200000" if abs(told) <= 5 else "400002")
    assert (await person.describe(key, off_by_ms=int(told * 1000))).code == "200000"


async def test_a_fault_strikes_where_and_as_often_as_asked(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.INTERNAL_500, times=2, path="/api/v1/accounts", host="eu")
    key = venue.issue(site="europe")

    elsewhere = [await person.describe(key, host="eu"), await person.ask("/api/v1/timestamp")]
    struck = [await person.ask("/api/v1/accounts", key, host="eu") for _ in range(3)]

    assert [reply.code for reply in elsewhere] == ["200000", "200000"]
    assert [reply.code for reply in struck] == ["500000", "500000", "200000"]
    assert venue.faults.active == []


async def test_the_first_fault_added_answers(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.SYSTEM_BUSY)
    venue.faults.add(Fault.INTERNAL_500)
    assert venue.faults.active == [Fault.SYSTEM_BUSY, Fault.INTERNAL_500]
    assert (await person.describe(venue.issue())).code == "230005"

    venue.faults.remove(Fault.SYSTEM_BUSY)

    assert (await person.describe(venue.issue())).code == "500000"


@pytest.mark.parametrize("fault", Fault)
async def test_all_is_well_once_a_fault_is_cleared(venue: KuCoin, person: Person, fault: Fault) -> None:
    venue.faults.add(fault)
    assert venue.faults.active == [fault]

    venue.faults.clear()

    assert (await person.describe(venue.issue())).code == "200000"


def test_every_code_of_the_table_can_be_asked_for() -> None:
    assert {Fault.code(slug).value for slug in ROWS} == set(ROWS)
    assert set(SEEN) | set(STATUS_UNKNOWN) <= set(ROWS)
    with pytest.raises(LookupError):
        Fault.code("123456")


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_has_a_title_for_people(fault: Fault) -> None:
    title = FAULT_TITLES[fault]

    assert title == fault.title
    assert title[0].isupper()
    assert not title.endswith(".")


def test_titles_are_told_apart() -> None:
    assert len(set(FAULT_TITLES.values())) == len(Fault)
