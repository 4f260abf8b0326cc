"""The expressions that stand in the alerts and in the dashboard, and the metrics that they name."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tests.deploy.conftest import DEPLOY

NAME = re.compile(r"\b((?:keydesk|process)_[a-z_]+)\b")
SELECTOR = re.compile(r"\b((?:keydesk|process)_[a-z_]+)\{([^}]*)\}")
LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    return read


def expressions() -> list[str]:
    """Every expression of the dashboard's panels and of the alerts."""
    shown = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in alerts())]


def names_in(expression: str) -> set[str]:
    return set(NAME.findall(expression))


def labels_in(expression: str) -> set[tuple[str, str, str]]:
    """(metric, label, value) of every selector."""
    return {
        (metric, label, value)
        for metric, inside in SELECTOR.findall(expression)
        for label, value in LABEL.findall(inside)
    }
