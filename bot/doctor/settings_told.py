"""Every setting by its name: whether it is set, missing or wrong. Never a value.

What is wrong gets a stand-in, so that one missing setting does not hide everything else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.doctor.report import Line, mend, ok
from bot.settings import Settings, SettingsError, load_settings

AREA = "settings"
STAND_INS: dict[str, dict[str, Any]] = {
    "slack_bot_token": {"slack_bot_token": "xoxb-0"},
    "slack_app_token": {"slack_app_token": "xapp-0"},
    "slack_mode": {"slack_mode": "http", "slack_signing_secret": "0"},
    "slack_signing_secret": {"slack_signing_secret": "0"},
    "staff_channel": {"staff_channel": "C0"},
    "secret_keys": {"secret_keys": "0"},
}
"""Field → what is put in its place; any other field falls back to its default."""
UNSET = {
    "slack_app_token": "Not set, so Socket Mode cannot be used.",
    "slack_signing_secret": "Not set, so HTTP mode cannot be used.",
    "staff_usergroup": "Not set: every member of STAFF_CHANNEL is staff.",
    "smtp_url": "Not set: no e-mail is sent.",
    "business_hours": "Not set: always open.",
    "database_url": "Not set: an SQLite file beside the working directory.",
}
"""What it means that an optional setting is not set, where that is more than its default."""


@dataclass(frozen=True, slots=True)
class Given:
    """The settings with stand-ins, and which of them cannot be believed.

    Attributes:
        faults: Field → the line of the error, which names the setting and holds no value.
        made_up: Fields that hold a stand-in.
        stray: Names in ``.env`` that mean nothing to keydesk.
    """

    settings: Settings
    faults: dict[str, str]
    made_up: frozenset[str] = frozenset()
    stray: tuple[str, ...] = ()

    def wrong(self, *fields: str) -> str | None:
        """The first of *fields* that is missing or wrong, by the setting's name."""
        return next((field.upper() for field in fields if field in self.faults), None)


def given(**overrides: Any) -> Given:
    """Read environment and ``.env`` as the start does, and go on whatever is wrong."""
    faults: dict[str, str] = {}
    for _ in Settings.model_fields:
        made_up = _stand_ins(faults)
        try:
            settings = load_settings(**(overrides | made_up))
            return Given(settings, faults, frozenset(made_up), _stray(overrides))
        except SettingsError as error:
            found = {_field(line): line for line in str(error).splitlines()}
            if found.keys() <= faults.keys():
                break
            faults |= found
    # Nothing of it can be used, for example where .env is not text.
    made_up = _stand_ins(dict.fromkeys(STAND_INS, ""))
    return Given(load_settings(_env_file=None, **made_up), faults, frozenset(made_up))


def _field(line: str) -> str:
    return line.partition(" ")[0].lower()


def _stand_ins(faults: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in faults:
        known = Settings.model_fields.get(field)
        if field in STAND_INS:
            made |= STAND_INS[field]
        elif known is not None:
            made[field] = known.get_default(call_default_factory=True, validated_data={})
    return made


def _stray(overrides: dict[str, Any]) -> tuple[str, ...]:
    """A misspelt name is passed over in silence by whoever reads settings."""
    path = Path(overrides.get("_env_file", ".env") or os.devnull)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    names = [line.partition("=")[0].strip().removeprefix("export ").strip() for line in lines if "=" in line]
    known = {name.upper() for name in Settings.model_fields}
    return tuple(n for n in names if n.isidentifier() and n.isupper() and n not in known)


def settings_lines(told: Given) -> list[Line]:
    """One line for each setting, and one for each name in ``.env`` that is none."""
    lines = [_line(told, field) for field in Settings.model_fields]
    lines += [mend(AREA, ".env", says) for field, says in told.faults.items() if field == ".env"]
    stray = "It stands in .env and is no setting of keydesk: correct its name, or take it out."
    return lines + [mend(AREA, name, stray) for name in told.stray]


def _line(told: Given, field: str) -> Line:
    name = field.upper()
    if field in told.faults:
        what = told.faults[field].removeprefix(f"{name} is ")
        return mend(AREA, name, what[:1].upper() + what[1:])
    if field in told.settings.model_fields_set - told.made_up and getattr(told.settings, field) is not None:
        return ok(AREA, name, "Set.")
    if field == "slack_mode":
        return ok(AREA, name, f"Not set: {told.settings.slack_mode}, by the tokens.")
    return ok(AREA, name, UNSET.get(field, "Not set: its default."))
