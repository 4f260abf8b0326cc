"""What a person has on their screen: their own, and never what only others see."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.page.slack_routes import Pane
from tests.bot.demo.page.conftest import Site
from tests.bot.demo.workspace.kit import actions, button, home, modal, section, text_input


def web(site: Site) -> AsyncWebClient:
    return AsyncWebClient(site.slack.bot_token, base_url=site.slack.api_url)


async def test_the_panes_name_their_people_and_what_they_are(site: Site) -> None:
    told = await site.asks("/api/panes")
    assert told["run"] == "run-1"
    kinds = {one["name"]: one["kind"] for pane in told["panes"] for one in pane["people"]}
    assert kinds["Ann Archer"] == "member"
    assert "stranger" in kinds["Stan Stranger"]


async def test_only_the_conversations_somebody_is_in_are_theirs(site: Site) -> None:
    secret = site.slack.add_channel("secret", private=True, members=[site.ben])
    assert [one["name"] for one in (await site.sees(site.ann))["places"]] == ["general"]
    assert {one["name"] for one in (await site.sees(site.ben))["places"]} == {"general", "secret"}
    query = {"person": site.ann.user_id, "place": secret.id}
    async with site.session.get(site.url("/api/screen"), params=query) as response:
        assert response.status == 404


async def test_what_only_one_person_sees_is_on_no_other_screen(site: Site) -> None:
    await web(site).chat_postEphemeral(channel=site.general.id, user=site.ann.user_id, text="psst")
    ann, ben = await site.sees(site.ann, site.general.id), await site.sees(site.ben, site.general.id)
    assert [(one["text"], one["ephemeral"]) for one in ann["messages"]] == [("psst", True)]
    assert ben["messages"] == []
    assert [len(one["received"]) for one in ben["places"]] == [0]


async def test_replies_stand_in_their_thread_and_are_counted(site: Site) -> None:
    first = await site.ann.says(site.general, "A question")
    await site.ben.says(site.general, "An answer", thread=first)
    seen = await site.sees(site.ann, site.general.id, first.ts)
    assert [(one["text"], one["replies"]) for one in seen["messages"]] == [("A question", 1)]
    assert [one["text"] for one in seen["thread"]] == ["A question", "An answer"]


async def test_a_button_that_is_kept_from_somebody_is_not_on_their_screen(site: Site) -> None:
    blocks = [actions(button("For Ann", visible_to_user_ids=[site.ann.user_id]), button("For all", "all"))]
    await web(site).chat_postMessage(channel=site.general.id, text="choose", blocks=blocks)

    async def names(person_sees: object) -> list[str]:
        assert isinstance(person_sees, dict)
        shown = person_sees["messages"][0]["blocks"][0]["elements"]
        return [one["text"]["text"] for one in shown]

    assert await names(await site.sees(site.ann, site.general.id)) == ["For Ann", "For all"]
    assert await names(await site.sees(site.ben, site.general.id)) == ["For all"]


async def test_a_home_tab_is_the_own_one(site: Site) -> None:
    await web(site).views_publish(user_id=site.ann.user_id, view=home(section("Hello Ann")))
    assert (await site.sees(site.ann))["home"]["blocks"][0]["text"]["text"] == "Hello Ann"
    assert (await site.sees(site.ben))["home"] is None


async def test_a_dialog_is_on_the_screen_of_whoever_opened_it(site: Site) -> None:
    core = site.slack._core
    core.stacks.open(site.ann.record, modal(text_input("Name")))
    (dialog,) = (await site.sees(site.ann))["dialogs"]
    assert (dialog["title"], dialog["submit"], dialog["errors"]) == ("A dialog", "Send", {})
    assert (await site.sees(site.ben))["dialogs"] == []


async def test_somebody_whom_the_page_does_not_show_has_no_screen(site: Site) -> None:
    hidden = site.slack.add_person("Hidden")
    query = {"person": hidden.user_id}
    async with site.session.get(site.url("/api/screen"), params=query) as response:
        assert response.status == 404


async def test_a_picture_is_shown_and_any_other_file_is_handed_over(site: Site) -> None:
    for name, kind in (("chart.png", "image/png"), ("list.html", "application/octet-stream")):
        await web(site).files_upload_v2(channel=site.general.id, filename=name, content=b"bytes")
        (*_, message) = (await site.sees(site.ann, site.general.id))["messages"]
        async with site.session.get(site.url(f"/api/file/{message['files'][0]['id']}")) as response:
            assert (response.content_type, await response.read()) == (kind, b"bytes")
            assert ("Content-Disposition" in response.headers) is (kind == "application/octet-stream")
    async with site.session.get(site.url("/api/file/F0NOTHING")) as response:
        assert response.status == 404


async def test_no_file_outside_the_page_is_served(site: Site) -> None:
    for path in (
        "/static/../door.py",
        "/static/%2e%2e/door.py",
        "/static/slack/../../seen.py",
        "/static/slack",
    ):
        async with site.session.get(site.url(path)) as response:
            assert response.status == 404
    async with site.session.get(site.url("/static/slack/dom.js")) as response:
        assert response.content_type == "text/javascript"


async def test_a_pane_says_who_one_may_be(site: Site) -> None:
    pane = Pane("one", "One", [site.ann, site.ben], {site.ann.user_id: "Archer Ltd"})

    told = pane.told()

    assert (told["slug"], told["title"]) == ("one", "One")
    assert [(one["name"], one["kind"]) for one in told["people"]] == [
        ("Ann Archer", "Archer Ltd"),
        ("Ben Baker", "member"),
    ]


async def test_talk_among_several_is_called_after_the_others_in_it(site: Site) -> None:
    opened = await web(site).conversations_open(users=[site.ann.user_id, site.ben.user_id])

    for person, name in ((site.ann, "Ben Baker, bot"), (site.ben, "Ann Archer, bot")):
        places = {one["id"]: one for one in (await site.sees(person))["places"]}
        assert places[opened["channel"]["id"]]["name"] == name
        assert places[opened["channel"]["id"]]["kind"] == "mpim"


async def test_the_entries_of_messages_are_told_apart_from_the_app_s_own(site: Site) -> None:
    shortcuts = [
        {"name": f"The {kind} one", "callback_id": kind, "type": kind} for kind in ("global", "message")
    ]
    scopes = {"scopes": {"bot": ["commands"]}}
    site.slack.install({"features": {"shortcuts": shortcuts}, "oauth_config": scopes})

    seen = await site.sees(site.ann)

    assert [one["id"] for one in seen["shortcuts"]] == ["global"]
    assert [one["id"] for one in seen["messageShortcuts"]] == ["message"]
