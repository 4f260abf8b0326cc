"""As the unit and the container run it: as nobody, on a read-only root, with one folder to write to."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.demo import acting
from bot.demo.stage import Stage, staged
from tests.bot.slack.desk import FREE, triage, with_file
from tests.deploy.conftest import DEPLOY
from tests.postgres_server import free_port
from tests.promise.axe import environment

NOBODY = 61_234
"""Of those that systemd gives to a unit with DynamicUser: no file knows such a user, nor a home of theirs."""
START_S, END_S = 60.0, 45.0
# Reading any file stays allowed, for the Python of a developer lies in their home. Writing does not.
READS = "-all,+dac_read_search"
SCRIPT = f"""
data=$1; shift
mount --make-rprivate / && mount --bind "$data" "$data" && mount -o remount,bind,ro / || exit 125
cd "$data" && ulimit -c 0
exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --no-new-privs \
  --inh-caps={READS} --ambient-caps={READS} --bounding-set={READS} "$@"
"""
WRITES = "touch {place}/here && echo written to {place}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The one folder that may be written; a skip where this machine does not let us make the rest so."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        pytest.skip("needs root, and unshare and setpriv of Debian's util-linux")
    os.chown(folder, NOBODY, NOBODY)
    if subprocess.run(confined(folder, "true"), check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount")
    return folder


def confined(data: Path, *command: str) -> list[str]:
    return ["unshare", "--mount", "sh", "-c", SCRIPT, "sh", str(data), *command]


@pytest.mark.parametrize("place", ["/", "/etc", "/var/lib", str(Path(__file__).parent), "."])
def test_nothing_but_its_folder_can_be_written(data: Path, place: str) -> None:
    """Without this, that it runs so would prove nothing."""
    ran = subprocess.run(
        confined(data, "sh", "-c", WRITES.format(place=place)), check=False, capture_output=True, text=True
    )

    assert (ran.returncode == 0) is (place == "."), ran.stdout + ran.stderr


async def ready(port: int) -> None:
    """Wait until it says so."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_S):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


def told(stage: Stage, data: Path, port: int) -> dict[str, str]:
    """What the unit and the container file tell it, and the settings."""
    fixed = {"MPLCONFIGDIR": str(data), "LOG_LEVEL": "ERROR", "HOME": str(data)}
    where = {"DATABASE_URL": f"sqlite:///{data}/keydesk.db", "HTTP_PORT": str(port)}
    return environment(stage) | fixed | where


def test_a_user_without_a_home_is_one_of_those_who_need_to_be_told_one(data: Path) -> None:
    """slack_sdk looks for it while it is imported. Both files of `.deploy/` set it."""
    imports = [sys.executable, "-c", "import slack_bolt"]
    tree = {"PATH": os.environ["PATH"]}
    ends = [
        subprocess.run(confined(data, *imports), env=tree | home, check=False, capture_output=True).returncode
        for home in ({}, {"HOME": str(data)})
    ]

    assert ends == [1, 0]
    for name in ("keydesk.service", "Containerfile"):
        assert "HOME=/" in (DEPLOY / name).read_text(encoding="utf-8")


async def test_a_database_that_it_may_not_write_is_told_at_the_start(data: Path) -> None:
    async with staged(mode="http", start=False) as stage:
        settings = told(stage, data, free_port())
        assert (await ran(data, settings, "db", "upgrade"))[0] == 0
        only_to_be_read(data)

        code, words = await ran(data, settings, "serve")
        _, found = await ran(data, settings, "doctor")

    assert (code, "keydesk doctor" in words) == (1, True), words
    assert "It cannot be written. Give keydesk's user the right to" in found


def only_to_be_read(data: Path) -> None:
    """The folder and its files, by whoever is not root."""
    for path in (data, *data.iterdir()):
        os.chown(path, 0, 0)
        path.chmod(0o555 if path == data else 0o444)


async def ran(data: Path, settings: dict[str, str], *command: str) -> tuple[int | None, str]:
    """Its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *confined(data, sys.executable, "-m", "bot"),
        *command,
        env=settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(END_S):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


def modes(data: Path) -> dict[str, int]:
    """Who may do what with the files that it leaves."""
    return {path.name: path.stat().st_mode & 0o777 for path in data.glob("keydesk.db*")}


@pytest.mark.timeout(200)
async def test_it_does_all_its_work_so(data: Path) -> None:
    port = free_port()
    async with staged(mode="http", start=False, **FREE) as stage:
        settings = told(stage, data, port)
        program = confined(data, sys.executable, "-m", "bot")
        keydesk = await asyncio.create_subprocess_exec(*program, "serve", env=settings)
        try:
            await ready(port)
            stage.slack.events_url = [f"http://127.0.0.1:{port}/slack/events"]
            await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
            await acting.card_of(stage, 1)
            await triage(stage, stage.cast.sue, "stats 7")
            await stage.slack.until(lambda: with_file(stage.cast.sue), timeout=30)
            audited = await asyncio.create_subprocess_exec(*program, "audit", "1", env=settings)
            assert await audited.wait() == 0
        finally:
            keydesk.send_signal(signal.SIGTERM)
            async with asyncio.timeout(END_S):
                code = await keydesk.wait()

    assert code == 0
    assert modes(data) == {"keydesk.db": 0o600, "keydesk.db.engine": 0o600}
