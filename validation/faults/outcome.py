"""The outcome of a fault that was tried several times, and the table of all."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

_HEAD = ("fault", "tried", "ended right", "lost", "same bytes after resume")


@dataclass
class Outcome:
    """What became of one fault.

    Attributes:
        fault: in words.
        tried: how often it was done.
        right: how often all ended as it should.
        lost: how often something that was whole was lost, or was said to be whole and was not.
        resumed: how often a dataset was finished afterwards.
        same: how often it then had the bytes of an undisturbed run.
        problems: what was wrong, as texts.
    """

    fault: str
    tried: int = 0
    right: int = 0
    lost: int = 0
    resumed: int = 0
    same: int = 0
    problems: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def good(self) -> bool:
        """Whether it was tried, and nothing was wrong."""
        return self.tried == self.right > 0 and self.lost == 0 and self.same == self.resumed

    def add(self, problems: Iterable[str], lost: bool = False, same: bool | None = None) -> None:
        """Count one try.

        Args:
            problems: what was wrong; empty where all ended as it should.
            lost: whether something was lost.
            same: whether the dataset had the same bytes once it was finished; None where it was not.
        """
        found = list(problems)
        with self._lock:
            self.tried += 1
            self.right += not found and not lost and same is not False
            self.lost += lost
            self.resumed += same is not None
            self.same += same is True
            self.problems += found + (["other bytes after resume"] if same is False else [])

    @property
    def row(self) -> tuple[str, ...]:
        """The row of the table."""
        same = f"{self.same} of {self.resumed}" if self.resumed else "-"
        return self.fault, str(self.tried), str(self.right), str(self.lost), same


def table(outcomes: Iterable[Outcome]) -> str:
    """The table of all faults as text, with what was wrong below it."""
    found = list(outcomes)
    rows = [_HEAD, *(one.row for one in found)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    wrong = [f"{one.fault}: {text}" for one in found for text in one.problems]
    return "\n".join([*(line.rstrip() for line in lines), *wrong])
