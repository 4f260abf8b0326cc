"""The Containerfile: what it copies is there, what it sets is known, and what it promises it says."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from bot.demo.stage import staged
from bot.settings import Settings
from tests.bot.slack.desk import FREE
from tests.deploy.conftest import DEPLOY

TOP = DEPLOY.parent
OURS = {name.upper() for name in Settings.model_fields}
NOT_OURS = {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE", "MPLCONFIGDIR"}


def steps(instruction: str) -> list[str]:
    """The arguments of each such instruction, lines joined."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith(f"{instruction} ")]


def final(instruction: str) -> str:
    (last,) = steps(instruction)[-1:]
    return last


def test_everything_that_is_copied_is_there() -> None:
    copied = [word for step in steps("COPY") if "--from" not in step for word in step.split()[:-1]]

    assert {"bot", "validators", "manifest.yml", "uv.lock"} <= set(copied)
    assert [name for name in copied if not (TOP / name).exists()] == []


def test_nothing_that_is_copied_is_left_out_by_the_ignore_file() -> None:
    ignored = (TOP / ".containerignore").read_text(encoding="utf-8").split()

    assert {".env", "*.db", ".git"} <= set(ignored)
    assert not {"bot", "validators", "manifest.yml", "uv.lock", "README.md"} & set(ignored)


def test_it_builds_from_the_lock_without_the_tools_of_developers() -> None:
    syncs = [step for step in steps("RUN") if step.startswith("uv sync")]

    assert len(syncs) == 2
    extras = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for sync in syncs:
        assert "--locked --no-dev" in sync
        assert set(re.findall(r"--extra (\S+)", sync)) <= set(extras["optional-dependencies"])
    assert "UV_COMPILE_BYTECODE=1" in steps("ENV")[0]


def test_its_python_is_one_that_we_run_on() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    images = {step.split(" AS ")[0] for step in steps("FROM")}

    assert images == {"docker.io/library/python:3.13-slim-trixie"}
    assert project["requires-python"] == ">=3.11,<3.14"


def test_it_sets_only_what_somebody_reads() -> None:
    names = set(re.findall(r"([A-Z_]+)=", final("ENV")))

    assert names - OURS == NOT_OURS
    assert "DATABASE_URL=sqlite:////data/" in final("ENV")


def test_it_runs_as_nobody_and_writes_to_its_volume_alone() -> None:
    user = final("USER")

    assert user == "65534:65534"
    assert json.loads(final("VOLUME")) == ["/data"] == [final("WORKDIR")]
    assert f"install -d -m 0700 -o {user.replace(':', ' -g ')} /data" in final("RUN")
    assert "--read-only" in (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def test_it_serves_and_any_other_command_can_be_given() -> None:
    assert json.loads(final("ENTRYPOINT")) == ["keydesk"]
    assert json.loads(final("CMD")) == ["serve"]
    assert final("STOPSIGNAL") == "SIGTERM"


async def _health(port: int, tmp_path: Path) -> int | None:
    """Run the health check as the engine does; its exit code."""
    (check,) = re.findall(r"CMD (\[.*\])", final("HEALTHCHECK"))
    _, *arguments = json.loads(check)
    quiet = asyncio.subprocess.DEVNULL
    ran = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={"HTTP_PORT": str(port)}, cwd=tmp_path, stderr=quiet
    )
    return await ran.wait()


@pytest.mark.parametrize("running", [True, False])
async def test_the_health_check_tells_whether_it_runs(tmp_path: Path, running: bool) -> None:
    async with staged(**FREE) as stage:
        port = stage.bot.port
        if not running:
            await stage.stop()

        assert await _health(port, tmp_path) == (0 if running else 1)
