"""``python -m validators kucoin`` tests a key in the terminal; ``… guide`` prints all the words."""

from __future__ import annotations

import argparse
import sys

from validators.exchange import discover


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    exchanges = discover()
    parser = argparse.ArgumentParser(prog="python -m validators", description=__doc__)
    parser.add_argument("what", choices=[*exchanges, "guide"], help="an exchange, or the words of all")
    parser.add_argument("--account", help="the account to test, by name; the first one by default")
    parser.add_argument("--as-is", action="store_true", help="test unusual values without asking")
    asked = parser.parse_args(arguments)
    if asked.what == "guide":
        from validators.guide_review import review

        for exchange in exchanges.values():
            print("\n".join(review(exchange)))
        return 0
    from validators.terminal import run

    return run(asked.what, asked.account, as_is=asked.as_is)


if __name__ == "__main__":
    sys.exit(main())
