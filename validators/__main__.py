"""``python -m validators kucoin`` tests a key in the terminal; ``… guide`` prints all the words."""

from __future__ import annotations

import argparse
import gc
import sys

from validators.beforehand import client_loading


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m validators", description=__doc__)
    parser.add_argument("what", help="an exchange, by the name of its folder; or guide, for the words of all")
    parser.add_argument("--account", help="the account to test, by name; the first one by default")
    parser.add_argument("--as-is", action="store_true", help="test unusual values without asking")
    asked = parser.parse_args(arguments)
    if asked.what == "guide":
        return _print_words()
    with client_loading():
        from validators.terminal import run

        return run(asked.what, asked.account, as_is=asked.as_is)


def _print_words() -> int:
    from validators.exchange import discover
    from validators.guide_review import review

    for exchange in discover().values():
        print("\n".join(review(exchange)))
    return 0


if __name__ == "__main__":
    code = main()
    gc.freeze()  # what ends now need not be searched for garbage once more
    sys.exit(code)
