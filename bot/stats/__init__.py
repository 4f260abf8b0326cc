"""What happened: numbers for support, and every case as a row of a spreadsheet."""

from bot.stats.collecting import NO_STEP, collect
from bot.stats.numbers import WORDS, Spread, Stats
from bot.stats.spreadsheet import ExportRow, export_rows, to_csv

__all__ = ["NO_STEP", "WORDS", "ExportRow", "Spread", "Stats", "collect", "export_rows", "to_csv"]
