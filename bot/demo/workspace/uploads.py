"""Files: what a person puts into a dialog's file field, and how Slack describes any file.

Sources: docs.slack.dev/reference/block-kit/block-elements/file-input-element (scope, 10 MB, `filetypes`,
`max_files`) and docs.slack.dev/reference/objects/file-object.
"""

from __future__ import annotations

import mimetypes
from pathlib import PurePath
from typing import Any

from bot.demo.workspace.core import Core
from bot.demo.workspace.forms import Field
from bot.demo.workspace.ids import new_id
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import FileRecord, Payload, UserRecord

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 10
SCOPE = "files:read"


def check_scope(core: Core, view: Any) -> None:
    """An app without the scope has no file fields.

    Raises:
        SlackError: missing_scope.
    """
    blocks = view.get("blocks") if isinstance(view, dict) else None
    listed = blocks if isinstance(blocks, list) else []
    elements = [one.get("element") for one in listed if isinstance(one, dict)]
    if SCOPE in core.config.scopes or not any(_is_file_input(one) for one in elements):
        return
    raise SlackError("missing_scope", needed=SCOPE, provided=",".join(sorted(core.config.scopes)))


def _is_file_input(element: Any) -> bool:
    return isinstance(element, dict) and element.get("type") == "file_input"


def attached(core: Core, user: UserRecord, field: Field, now: Payload, name: str, content: bytes) -> Payload:
    """The state of a file field with one file more.

    Raises:
        LookupError: it is no file field, or Slack's own client does not take this file.
    """
    if not _is_file_input(field.element):
        raise LookupError(f"{field.label!r} takes no files")
    kind, allowed = _suffix(name), field.element.get("filetypes")
    if allowed and kind not in [one.lower().lstrip(".") for one in allowed]:
        raise LookupError(f"only files of these kinds are taken: {', '.join(allowed)}")
    most = field.element.get("max_files", MOST_FILES)
    if len(now["files"]) >= most:
        raise LookupError(f"no more than {most} can be added")
    if len(content) > MOST_BYTES:
        raise LookupError("the file is larger than 10 MB")
    created = int(core.clock.now())
    file = FileRecord(new_id("F"), name, len(content), content, name, True, user.user_id, created)
    core.world.files[file.file_id] = file
    return field.with_value([*now["files"], file_body(core, file)])


def file_body(core: Core, file: FileRecord) -> Payload:
    """A file as Slack hands it out."""
    kind = _suffix(file.name)
    owner = core.world.users.get(file.user_id, core.world.bot)
    address = f"{core.base_url}/files-pri/{core.world.team.team_id}-{file.file_id}"
    return {
        "id": file.file_id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": owner.user_id,
        "user_team": owner.team_id,
        "editable": False,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{_plain(file.name)}",
        "url_private_download": f"{address}/download/{_plain(file.name)}",
        "file_access": "visible",
    }


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def _plain(name: str) -> str:
    """The name as it stands in an address: small letters, digits, dots, underscores."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name.lower())
