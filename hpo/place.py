"""Where sweeps are: the folder of results and the ledger, as every command is told them."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path

from hpo.config.schema import Config
from hpo.errors import UnknownSweepError
from hpo.ledger import PATIENCE_S, Glance, Ledger, Reading, absolute, ledger_url, reading, sweep_names, url_of

PAGE_S = 2.0  # Who looks at a page would rather hear that the ledger is away than wait for it.


@dataclass(frozen=True)
class Place:
    """A folder of results with its ledger.

    Attributes:
        url: Database of the ledger; None: SQLite in the folder.
        patience_s: How long those who look wait for a database that is away; a `ledger` is written and waits longer.
    """

    output_dir: Path
    url: str | None = None
    patience_s: float = PATIENCE_S

    @classmethod
    def default(cls, output_dir: str | Path | None = None) -> Place:
        """As for every command: by environment, else the config's default."""
        folder = output_dir or os.environ.get("HPO_OUTPUT_DIR") or str(Config.output_dir)
        return cls(Path(folder), os.environ.get("HPO_LEDGER_URL") or None)

    @property
    def ledger_url(self) -> str:
        """The ledger's database."""
        return ledger_url(self.output_dir, self.url)

    def for_pages(self) -> Place:
        """The same for a server, where people wait for each answer."""
        return replace(self, patience_s=PAGE_S)

    def names(self) -> list[str]:
        """Names of the sweeps, the newest first.

        Raises:
            LedgerError: The database stayed away.
        """
        with reading():
            return sweep_names(self.ledger_url, self.patience_s)

    def check(self, name: str) -> None:
        """Whether there is such a sweep.

        Raises:
            UnknownSweepError: There is none.
            LedgerError: The database stayed away.
        """
        names = self.names()
        if name not in names:
            raise UnknownSweepError(name, names, url_of(self.ledger_url))

    def read(self, name: str) -> Glance:
        """What the ledger has of a sweep now, by connections that are shared.

        Raises:
            UnknownSweepError: There is no such sweep.
            LedgerError: The database stayed away.
        """
        with reading():
            return Reading(self.ledger_url, name, self.patience_s).read()

    def ledger(self, name: str) -> Ledger:
        """A sweep's part of the ledger, to write; it has connections of its own until it is closed.

        Raises:
            UnknownSweepError: There is no such sweep.
        """
        return Ledger.open(self.ledger_url, name)


def add_output_dir(parser: argparse.ArgumentParser) -> None:
    """The option that names the output folder, with the same default as the config."""
    folder = Place.default().output_dir
    parser.add_argument("--output-dir", type=Path, default=folder, help="folder of all results (%(default)s)")


def add_place(parser: argparse.ArgumentParser) -> None:
    """The options that name folder and ledger, with the same defaults as the config."""
    add_output_dir(parser)
    parser.add_argument(
        "--ledger",
        metavar="URL",
        default=Place.default().url,
        help="database of the ledger (HPO_LEDGER_URL, else SQLite in the output folder)",
    )


def place_of(given: argparse.Namespace) -> Place:
    """What `add_place` was given, the same in every working directory."""
    return Place(given.output_dir.resolve(), None if given.ledger is None else absolute(given.ledger))
