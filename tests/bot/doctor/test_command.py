"""`keydesk doctor` as an operator runs it: for people, for programs, by its exit code."""

from __future__ import annotations

import json

from bot.demo.stage import Stage
from bot.doctor.report import Report, State, mend, ok, unseen
from tests.bot.journeys.commands import keydesk


async def test_all_is_well_beside_a_running_bot(stage: Stage) -> None:
    await stage.start()

    ran = await keydesk(stage, "doctor")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("\nAll is well.\n")
    assert "  ok    scope chat:write: Granted. It is for results" in ran.stdout
    assert ran.stderr == ""


async def test_a_program_reads_the_same_as_json(stage: Stage) -> None:
    ran = await keydesk(stage, "doctor", "--json", staff_channel="C0NOWHERE")

    told = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert told["ok"] is False
    (line,) = [line for line in told["lines"] if line["state"] == "mend"]
    assert (line["area"], line["name"]) == ("staff", "staff channel")
    assert all(line.keys() == {"area", "name", "state", "says"} for line in told["lines"])


async def test_no_secret_of_the_settings_is_shown(stage: Stage) -> None:
    shown = ""
    for arguments in (["doctor"], ["doctor", "--json"]):
        ran = await keydesk(stage, *arguments, smtp_url="smtp://user:canary-secret@127.0.0.1:1")
        shown += ran.stdout + ran.stderr

    assert "SLACK_BOT_TOKEN" in shown
    secrets = [stage.settings[name] for name in ("slack_bot_token", "slack_app_token", "secret_keys")]
    assert not [secret for secret in [*secrets, "canary-secret"] if str(secret) in shown]


async def test_without_any_setting_it_still_looks_at_the_rest(stage: Stage) -> None:
    ran = await keydesk(stage, "doctor", slack_bot_token="", secret_keys="", staff_channel="")

    assert ran.returncode == 1
    assert "  MEND  SLACK_BOT_TOKEN: Missing: it should be" in ran.stdout
    assert "  ok    writing: A row can be written." in ran.stdout
    assert "  ok    our place for KuCoin" in ran.stdout
    assert ran.stdout.endswith("\n3 things to mend.\n")


def test_what_could_not_be_looked_at_is_not_taken_for_well() -> None:
    report = Report((ok("slack", "bot token", "Fine."), unseen("staff", "people", "it is dark")))

    assert report.exit_code == 1
    assert report.as_text() == (
        "Slack\n  ok    bot token: Fine.\n\nStaff\n  ?     people: Not looked at, because it is dark.\n\n"
        "Not everything could be looked at.\n"
    )


def test_one_thing_is_one_thing() -> None:
    report = Report((mend("mail", "mail server", "Start it."),))

    assert report.as_text().endswith("1 thing to mend.\n")
    assert json.loads(report.as_json())["lines"] == [
        {"area": "mail", "name": "mail server", "state": State.MEND, "says": "Start it."}
    ]
