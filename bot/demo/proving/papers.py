"""Promises that stand in files: the manifest, the lock, the README."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from bot.demo.proving.scene import Scene, ensure
from bot.demo.workspace.scopes import SCOPE_OF_EVENT, SCOPES_OF_METHOD
from bot.manifest import MANIFEST, manifest_text

TOP = Path(__file__).parents[3]
NEVER = {"chat:write.public", "channels:join", "users:read.email", "files:read", "mpim:history", "admin"}
SAID = ("### What we are afraid of", "### What is kept", "### Egress", "### What we cannot promise")


async def least_scopes(scene: Scene) -> str:
    """Every scope has a method that was called or an event that is heard, and its reason beside it."""
    manifest: dict[str, Any] = yaml.safe_load(manifest_text())
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    ensure("user" not in manifest["oauth_config"]["scopes"], "the manifest asks for a user token")
    ensure(not scopes & NEVER, "the manifest asks for a scope that was ruled out")
    ensure(not events & {"message.channels", "message.groups", "message.mpim"}, "channels are heard")
    useful = {scope for choice in (*SCOPES_OF_METHOD.values(), *SCOPE_OF_EVENT.values()) for scope in choice}
    ensure(scopes <= useful | {"commands"}, "a scope opens nothing")
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    explained = {match[1] for line in lines if (match := re.match(r" +- (\S+) # \S.{8,}$", line))}
    ensure(scopes | events <= explained, "a scope or an event stands without its reason")
    return f"{len(scopes)} scopes and {len(events)} events, each with its reason; no channel is heard."


async def locked(scene: Scene) -> str:
    """Every file that may be installed stands in the lock with its hash; what is installed is of the lock."""
    text = (TOP / "uv.lock").read_text(encoding="utf-8")
    files = [line for line in text.splitlines() if re.search(r'\burl = "', line)]
    ensure(bool(files), "the lock names no file")
    ensure(all('hash = "sha256:' in line for line in files), "a file in the lock has no hash")
    wanted: dict[str, set[str]] = {}
    for package in tomllib.loads(text)["package"]:
        wanted.setdefault(package["name"], set()).add(package.get("version", ""))
    here = {name: found for name in wanted if (found := _installed(name)) is not None}
    others = sorted(name for name, found in here.items() if found not in wanted[name])
    ensure(not others, f"another version than the locked one is installed: {', '.join(others[:5])}")
    ensure(len(here) > 1, "nothing of the lock is installed, so nothing was compared")
    return (
        f"{len(files)} files in uv.lock, each with its SHA-256; all {len(here)} packages that are installed "
        "here are of the versions in it. .ci/run looks for secrets and advisories."
    )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


async def threat_model(scene: Scene) -> str:
    """The README says what is feared, what is kept, what leaves, and what is beyond us."""
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    for heading in SAID:
        ensure(heading in readme, f"the README does not say: {heading.lstrip('# ')}")
    return "README, Security: threats, data, egress, leaks, limits. A look by outsiders is theirs to give."
