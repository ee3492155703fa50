"""The report: tables as text and as markdown, and the figures."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from dataclasses import dataclass
from pathlib import Path

import jax

from validation.extras import MissingExtra
from validation.rows import Findings, Row

HEADER = ("topic", "comparison", "precision", "cases", "max error", "99th pct", "tolerance", "measure", "verdict")


@dataclass(frozen=True)
class Section:
    """What one topic found in one precision, and how long it took in seconds."""

    topic: str
    precision: str
    findings: Findings
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every row is within its tolerance (and there is one)."""
        return bool(self.findings.rows) and all(row.passed for row in self.findings.rows)


def need_matplotlib() -> None:
    """Raise MissingExtra where figures cannot be drawn."""
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtra('matplotlib is not installed; pip install "jaxlens[validation]", or --no-figures')


def environment() -> str:
    """The device, and the versions of what was compared."""
    device = jax.devices()[0]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("jax", "jaxlib", "numpy"))
    return f"device: {device.device_kind} ({device.platform}); Python {platform.python_version()}, {versions}"


def section_text(section: Section) -> str:
    """The rows of a section as lines of text."""
    title = f"{section.topic}, {section.precision} ({section.seconds:.0f} s)"
    return "\n".join([title, *(f"  {_line(row)}" for row in section.findings.rows)])


def _line(row: Row) -> str:
    tolerance = "" if row.tolerance is None else f"{row.tolerance:.0e}"
    numbers = f"{row.cases:>7}  {row.maximum:>8.1e}  {row.percentile:>8.1e}  {tolerance:>6}"
    note = f"  [{row.note}]" if row.note else ""
    return f"{row.what:<64}{numbers}  {row.verdict:<6}  {row.measure}{note}"


def write(sections: list[Section], folder: Path, figures: bool) -> None:
    """Write report.txt, report.md and, where asked for, figures/<topic>-<precision>.png."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join([environment(), *map(section_text, sections)])
    (folder / "report.txt").write_text(text + "\n")
