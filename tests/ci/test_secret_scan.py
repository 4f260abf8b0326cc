"""The scan finds what must never be committed, and says where without saying what."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from bot.seal import new_key

SCAN = Path(__file__).parents[2] / ".ci" / "secret_scan.py"
RANDOM = "0f9b2c7a4d8e" * 4

SECRETS = {
    "Slack token": f"xoxb-{'1234567890'}-{RANDOM}",
    "Slack app token": f"xapp-1-A0123-{RANDOM}",
    "Slack webhook": f"https://hooks.slack.com/services/T0001/B0001/{RANDOM}",
    "key that seals": new_key(),
    "password in an address": f"smtps://keydesk:{RANDOM[:20]}@mail.example.com:465",
    "private key": f"-----BEGIN PRIVATE KEY-----\n{RANDOM}\n-----END PRIVATE KEY-----",
    "UUID-shaped secret": str(uuid.uuid4()),
}
HARMLESS = {
    "the vector that KuCoin publishes": "f03a5284-5c39-4aaa-9b20-dea10bdcf8e3",
    "an example that a person typed": "11111111-2222-4333-8444-555555555555",
    "a word of the documentation": "xoxb-… and xapp-…, xoxb-your-token",
    "an address as the documentation writes it": "smtp://user:pass@host:587, postgresql://user:password@host/name",
    "the beginning of a key that seals": "kd1.1a2b3c4d.…",
    "the name of a key": "-----BEGIN PRIVATE KEY-----",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def scan(repository: Path) -> subprocess.CompletedProcess[str]:
    subprocess.run(["git", "-C", str(repository), "add", "-A"], check=True)
    return subprocess.run(
        [sys.executable, str(SCAN)], cwd=repository, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_and_not_repeated(repository: Path, kind: str) -> None:
    (repository / "notes.txt").write_text(f"first line\n{SECRETS[kind]}\n")

    found = scan(repository)

    assert found.returncode == 1
    assert found.stdout == f"notes.txt:2: {kind}\n"
    assert SECRETS[kind] not in found.stderr


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_is_no_secret_is_let_through(repository: Path, kind: str) -> None:
    (repository / "notes.txt").write_text(HARMLESS[kind])

    assert (scan(repository).returncode, scan(repository).stdout) == (0, "")


@pytest.mark.parametrize("name", [".env", "deploy/.env", "keydesk.db", "server.pem"])
def test_some_files_are_never_committed(repository: Path, name: str) -> None:
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).write_text("anything")

    assert scan(repository).stdout == f"{name}: a file of this kind is never committed\n"


def test_a_file_that_is_not_tracked_is_not_read(repository: Path) -> None:
    (repository / ".gitignore").write_text("local.txt\n")
    (repository / "local.txt").write_text(SECRETS["Slack token"])

    assert scan(repository).returncode == 0


def test_a_binary_file_is_read_too(repository: Path) -> None:
    (repository / "picture.png").write_bytes(b"\x89PNG\xff\xfe\x00" + SECRETS["Slack token"].encode())

    assert scan(repository).stdout == "picture.png:1: Slack token\n"


def test_nothing_of_this_project_is_a_secret() -> None:
    project = SCAN.parents[1]
    if not (project / ".git").exists():
        pytest.skip("this copy of the project is no git repository")

    found = subprocess.run(
        [sys.executable, str(SCAN)], cwd=project, capture_output=True, text=True, check=False
    )

    assert found.stdout == ""
