"""files.*: an upload in three steps."""

from __future__ import annotations

from bot.demo.workspace.ids import new_id
from bot.demo.workspace.method import Request, method
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import ChannelRecord, FileRecord, MessageRecord, Payload
from bot.demo.workspace.uploads import file_body


@method("files.getUploadURLExternal", "filename! length! alt_txt snippet_type", tier=4)
def upload_url(request: Request) -> Payload:
    """An address that takes the bytes."""
    length = request.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", ["[ERROR] length must be positive"])
    created = int(request.core.clock.now())
    file = FileRecord(new_id("F"), request.text("filename"), length, created=created)
    request.core.world.files[file.file_id] = file
    return {"upload_url": f"{request.core.base_url}/upload/{file.file_id}", "file_id": file.file_id}


@method(
    "files.completeUploadExternal",
    "files! blocks channel_id channels initial_comment thread_ts",
    tier=4,
)
def complete_upload(request: Request) -> Payload:
    """Shows the uploaded files where they belong."""
    named = request.arguments["files"]
    if not isinstance(named, list) or not all(isinstance(item, dict) for item in named):
        raise SlackError(
            "invalid_arguments", ["[ERROR] must provide an array of objects [json-pointer:/files]"]
        )
    files = [_uploaded(request, item) for item in named]
    targets = [request.text("channel_id"), *request.text("channels").split(",")]
    for target in filter(None, targets):
        _show(request, _channel(request, target), files)
    return {"files": [file_body(request.core, file) for file in files]}


@method("files.info", "file! count cursor limit page", tier=4)
def file_info(request: Request) -> Payload:
    """What there is to know of a file."""
    file = request.core.world.files.get(request.text("file"))
    if file is None or not file.shared:
        raise SlackError("file_not_found")
    return {"file": file_body(request.core, file)}


def _uploaded(request: Request, item: Payload) -> FileRecord:
    file = request.core.world.files.get(str(item.get("id")))
    if file is None or len(file.content) != file.length:
        raise SlackError("file_not_found")
    file.title, file.shared = str(item.get("title") or file.name), True
    return file


def _channel(request: Request, target: str) -> ChannelRecord:
    channel = request.core.world.channels.get(target)
    if channel is None or not request.bot_in(channel):
        raise SlackError("channel_not_found")
    return channel


def _show(request: Request, channel: ChannelRecord, files: list[FileRecord]) -> None:
    world = request.core.world
    text = request.text("initial_comment")
    message = MessageRecord(world.next_ts(), world.bot.user_id, world.team.team_id, text)
    message.thread_ts = request.text("thread_ts") or None
    message.subtype, message.files = "file_share", [file_body(request.core, file) for file in files]
    world.posted_by_bot(channel, message)
    request.core.announce.posted(channel, message)
