"""Everything the workspace serves on its loopback port."""

from __future__ import annotations

from aiohttp import web

from bot.demo.workspace import arguments as args
from bot.demo.workspace.answers import use_response_url
from bot.demo.workspace.core import Core
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.uploads import SCOPE
from bot.demo.workspace.web_api import WebApi

MOST_BYTES = 20 * 1024 * 1024


class Server:
    """The Web API, the sockets, response addresses and uploads, on 127.0.0.1."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._api = WebApi(core)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> None:
        """Listen; port 0 takes any free one."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.add_routes(self._api.routes())
        app.router.add_get("/link/", self._core.sockets.connect)
        app.router.add_post("/response/{key:.+}", self._respond)
        app.router.add_post("/upload/{file_id}", self._upload)
        app.router.add_put("/upload/{file_id}", self._upload)
        app.router.add_get("/files-pri/{team_id}-{file_id}/{name:.+}", self._download)
        app.router.add_get("/signin", self._sign_in)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._core.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._core.triggers.address = f"{self._core.base_url}/response"

    async def stop(self) -> None:
        """Let everybody go."""
        self._api.close()
        await self._core.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        planned = self._core.faults.take("response_url")
        if planned is not None:
            return await self._api.struck(request, planned)
        try:
            content = await args.read(request)
            url = self._core.triggers.use_url(request.match_info["key"])
            use_response_url(self._core, url, content)
        except SlackError as problem:
            return web.json_response(problem.answer(), status=max(problem.status, 400))
        return web.Response(text="ok")

    async def _download(self, request: web.Request) -> web.Response:
        """A file's bytes, for the app's token and scope; anybody else is led to a page for people."""
        core, file = self._core, self._core.world.files.get(request.match_info["file_id"])
        known = request.headers.get("Authorization") == f"Bearer {core.tokens.bot}"
        if not known or core.tokens.revoked or SCOPE not in core.config.scopes:
            raise web.HTTPFound(f"{core.base_url}/signin")
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _sign_in(self, request: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    async def _upload(self, request: web.Request) -> web.Response:
        file = self._core.world.files.get(request.match_info["file_id"])
        if file is None:
            return web.Response(status=404)
        if request.content_type == "multipart/form-data":
            parts = (await request.post()).values()
            file.content = next((p.file.read() for p in parts if isinstance(p, web.FileField)), b"")
        else:
            file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")
