"""The page of any app's workspace: every block as Slack's people know it, and nobody's text as HTML."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.bot.demo.page.browser.conftest import REPOSITORY
from tests.bot.demo.workspace.kit import actions, button, plain, section

pytestmark = pytest.mark.browser

MANIFEST = {
    "features": {
        "bot_user": {"display_name": "Cake"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/cake", "description": "Order a cake"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "chat:write.public", "channels:read"]}},
    "settings": {"interactivity": {"is_enabled": True}, "socket_mode_enabled": True},
}
MRKDWN = {"type": "mrkdwn"}
OPTIONS = [{"text": plain(name), "value": name} for name in ("One", "Two")]
Says = Callable[..., Locator]


def calls(settings: dict[str, str], method: str, **arguments: Any) -> dict[str, Any]:
    """A Web API call of the app."""
    request = urllib.request.Request(  # noqa: S310 - loopback
        settings["SLACK_API_URL"] + method,
        json.dumps(arguments).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {settings['SLACK_BOT_TOKEN']}"},
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
        answer: dict[str, Any] = json.load(response)
    assert answer["ok"], answer
    return answer


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings that the page prints for the app, and its own address."""
    manifest = tmp_path_factory.mktemp("app") / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST), "utf-8")
    command = [sys.executable, "-m", "bot.demo.page", str(manifest), "--port", "0", "--no-rate-limits"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(5)]
        settings = dict(line.split("=", 1) for line in lines[:4])
        channels = calls(settings, "conversations.list")["channels"]
        general = next(one["id"] for one in channels if one["name"] == "general")
        yield settings | {"page": lines[4].removeprefix("The page: "), "general": general}
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(20) == 0


@pytest.fixture
def page(chromium: Browser, app: dict[str, str]) -> Iterator[Page]:
    opened = chromium.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(app["page"])
    opened.get_by_role("region", name="One").get_by_role("button", name="general").click()
    yield opened
    assert asked
    assert [url for url in asked if not url.startswith(app["page"].split("/?")[0])] == []
    assert complaints == []
    opened.close()


@pytest.fixture
def says(page: Page, app: dict[str, str]) -> Says:
    """Let the app say something in #general; the newest message as the page shows it."""

    def said(text: str = "as text", **more: Any) -> Locator:
        ts = calls(app, "chat.postMessage", channel=app["general"], text=text, **more)["ts"]
        message = page.get_by_role("region", name="One").locator(f'.message[data-key="{ts}"]')
        message.wait_for()
        return message

    return said


@pytest.mark.parametrize(
    ("written", "tag", "shown"),
    [
        ("so *bold* it is", "strong", "bold"),
        ("so _slanted_ it is", "em", "slanted"),
        ("so ~gone~ it is", "s", "gone"),
        ("type `/cake *x*` now", "code", "/cake *x*"),
        ("```\nline one\n  line two\n```", "pre", "line one\n  line two\n"),
        ("> said &amp; done", "blockquote", "said & done"),
        ("see <https://example.com/a?b=1&amp;c=2|the guide>", "a", "the guide"),
        ("<!here> come", ".mention", "@here"),
        ("<!subteam^S0NOBODY|@team> come", ".mention", "@team"),
        ("<!date^0^{date_num}|the beginning>", "time", re.compile("1970")),
        ("*bold with <https://example.com|a link>*", "strong a", "a link"),
    ],
)
def test_mark_up_is_shown_as_slack_does(
    says: Says, written: str, tag: str, shown: str | re.Pattern[str]
) -> None:
    expect(says(written).locator(f".b-text {tag}")).to_have_text(shown)


@pytest.mark.parametrize(
    "written",
    ["2*3*4", "snake_case_name", "*\u200bnot bold*", "a * b * c", "``", "<nothing>", "* a*", "5 < 6"],
)
def test_what_is_no_mark_up_stays_as_it_is(says: Says, written: str) -> None:
    text = says(written).locator(".b-text")
    expect(text).to_have_text(written)
    expect(text.locator("strong, em, s, code")).to_have_count(0)


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "<script>document.title='taken'</script>",
        "&lt;img src=x onerror=alert(1)&gt;",
        "<javascript:alert(1)|press me>",
        '<https://example.com" onclick="alert(1)|press me>',
    ],
)
def test_nobody_s_text_is_read_as_html(page: Page, says: Says, hostile: str) -> None:
    message = says(hostile)
    expect(message.locator("img, script, [onclick], [onerror]")).to_have_count(0)
    for link in message.locator("a").all():
        assert str(link.get_attribute("href")).startswith("https://example.com")
    assert page.title() == "A workspace on this machine"


def test_every_block_of_a_message_is_shown(says: Says) -> None:
    rich = [
        {"type": "text", "text": "struck", "style": {"strike": True}},
        {"type": "link", "url": "https://example.com", "text": "linked"},
        {"type": "broadcast", "range": "here"},
    ]
    listed = {"type": "rich_text_section", "elements": [{"type": "text", "text": "an item"}]}
    message = says(
        blocks=[
            {"type": "header", "text": plain("A header")},
            {"type": "divider"},
            section("text", fields=[{**MRKDWN, "text": "*left*"}, plain("right")]),
            {"type": "context", "elements": [{**MRKDWN, "text": "small"}]},
            {"type": "image", "image_url": "https://example.com/cat.png", "alt_text": "a cat"},
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": rich},
                    {"type": "rich_text_list", "style": "ordered", "elements": [listed]},
                    {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "fixed"}]},
                ],
            },
        ]
    )
    expect(message.get_by_role("heading", name="A header")).to_be_visible()
    expect(message.get_by_role("separator")).to_have_count(1)
    expect(message.locator(".b-fields strong")).to_have_text("left")
    expect(message.locator(".b-context")).to_have_text("small")
    expect(message).to_contain_text("Picture from elsewhere, not loaded: a cat")
    expect(message.locator(".rich s")).to_have_text("struck")
    expect(message.locator(".rich ol li")).to_have_text("an item")
    expect(message.locator(".rich pre")).to_have_text("fixed")


def test_every_element_has_a_name_and_can_be_used(says: Says) -> None:
    overflow = {"type": "overflow", "action_id": "more", "options": OPTIONS}
    menu = {
        "type": "static_select",
        "action_id": "menu",
        "placeholder": plain("Pick one"),
        "options": OPTIONS,
    }
    radio = {"type": "radio_buttons", "action_id": "radio", "options": OPTIONS}
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS}
    person = {"type": "users_select", "action_id": "who", "placeholder": plain("Who")}
    day = {"type": "datepicker", "action_id": "day", "placeholder": plain("When")}
    message = says(blocks=[actions(button("Go"), menu, radio, boxes, person, day, overflow)])
    expect(message.get_by_role("button", name="Go")).to_be_visible()
    expect(message.get_by_label("Pick one").locator("option")).to_have_count(3)
    expect(message.get_by_role("radio", name="Two")).to_be_visible()
    expect(message.get_by_role("checkbox", name="One")).to_be_visible()
    expect(message.get_by_label("Who").locator("option", has_text="Mia Member")).to_have_count(1)
    expect(message.get_by_label("When")).to_have_attribute("type", "date")
    message.get_by_label("More actions").click()
    expect(message.get_by_role("button", name="Two")).to_be_visible()


def test_a_block_that_is_not_known_here_says_so(says: Says) -> None:
    message = says(blocks=[{"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}]]}])
    expect(message.locator(".note")).to_contain_text("A block of the type “table”")


def test_an_app_that_is_not_connected_is_told_and_a_changed_message_is_live(
    page: Page, says: Says, app: dict[str, str]
) -> None:
    message = says(blocks=[actions(button("Go"))])
    message.get_by_role("button", name="Go").click()
    alert = page.get_by_role("region", name="One").get_by_role("alert").first
    expect(alert).to_contain_text("not connected")
    ts = str(message.get_attribute("data-key"))
    calls(app, "chat.update", channel=app["general"], ts=ts, text="Gone", blocks=[section("It is done.")])
    expect(message).to_contain_text("It is done.")
    expect(message.get_by_role("button", name="Go")).to_have_count(0)


def test_the_workspace_part_knows_no_word_of_any_app() -> None:
    static = Path(__file__).parents[5] / "bot/demo/page/static/slack"
    files = list(static.rglob("*.*"))
    assert len(files) > 10
    for file in files:
        assert not re.search(
            r"keydesk|kucoin|api.key|triage|passphrase", file.read_text("utf-8"), re.IGNORECASE
        )
