"""The report: tables as text and as markdown, and the figures."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jax

from validation.agreement import references
from validation.agreement.reporting.rows import Findings, Row
from validation.agreement.topics import OTHER_PACKAGES, REFERENCE_TOPICS, TOPICS
from validation.extras import MissingExtra

COLUMNS = ("comparison", "cases", "max error", "99th percentile", "tolerance", "measure", "verdict")


@dataclass(frozen=True)
class Section:
    """The result of one topic in one precision, and how long it took in seconds."""

    topic: str
    precision: str
    findings: Findings
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every row is within its tolerance, and at least one has a tolerance."""
        rows = self.findings.rows
        return any(row.tolerance is not None for row in rows) and all(row.passed for row in rows)

    @property
    def closest(self) -> Row:
        """The judged row with the largest error in units of its tolerance."""
        judged = [row for row in self.findings.rows if row.tolerance is not None]
        return max(judged, key=lambda row: row.maximum / row.tolerance if row.tolerance else row.maximum)


def need_matplotlib() -> None:
    """Raise MissingExtra where figures cannot be drawn."""
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtra(
            'matplotlib is not installed; pip install "jaxlens-sim[validation]", or --no-figures'
        )


def environment(sections: Sequence[Section], minutes: float) -> str:
    """The device, the versions of the packages, and how long the comparisons took."""
    device = jax.devices()[0]
    frozen = {references.lenstronomy_version(s.topic) for s in sections if s.topic in REFERENCE_TOPICS}
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("jax", "jaxlib", "numpy")]
    versions.append(f"lenstronomy {', '.join(sorted(frozen))} (frozen)" if frozen else "no lenstronomy")
    return (
        f"Device: {device.device_kind} ({device.platform}). Python {platform.python_version()}, "
        f"{', '.join(versions)}. {minutes:.1f} minutes, compilation included."
    )


def section_text(section: Section) -> str:
    """The rows of a section as lines of text."""
    title = f"{section.topic}, {section.precision} ({section.seconds:.0f} s)"
    return "\n".join([title, *(_text_line(row) for row in section.findings.rows)])


def _cells(row: Row) -> tuple[str, ...]:
    tolerance = "" if row.tolerance is None else f"{row.tolerance:.1e}"
    errors = (str(row.cases), f"{row.maximum:.1e}", f"{row.percentile:.1e}", tolerance)
    return (row.name, *errors, row.measure, row.verdict)


def _text_line(row: Row) -> str:
    name, cases, maximum, percentile, tolerance, measure, verdict = _cells(row)
    line = f"  {name:<66}{cases:>7} {maximum:>9} {percentile:>9} {tolerance:>9}  {verdict:<7} {measure}"
    return line + (f"\n      {row.remark}" if row.remark else "")


def _markdown_table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    cells = [header, ["---"] * len(header), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in cells)


def summary(sections: Sequence[Section]) -> str:
    """A markdown table, a line a topic: in each precision the row that is closest to its tolerance."""
    precisions = list(dict.fromkeys(section.precision for section in sections))
    lines = []
    for topic in dict.fromkeys(section.topic for section in sections):
        by_precision = {s.precision: s for s in sections if s.topic == topic}
        rows = [row for s in by_precision.values() for row in s.findings.rows]
        cells = [_closest(by_precision[name]) if name in by_precision else "" for name in precisions]
        passed = all(s.passed for s in by_precision.values())
        lines.append([topic, TOPICS[topic], str(len(rows)), *cells, "ok" if passed else "MISSED"])
    errors = [f"{name}: worst error / tolerance" for name in precisions]
    return _markdown_table(["topic", "comparison", "rows", *errors, "verdict"], lines)


def _closest(section: Section) -> str:
    row = section.closest
    return f"{row.maximum:.1e} / {row.tolerance:.0e} {row.measure}: {row.name}"


def _markdown(sections: Sequence[Section], minutes: float, figures: bool) -> str:
    parts = ["# Validation of jaxlens", environment(sections, minutes), _EXPLANATION, summary(sections)]
    for section in sections:
        rows = section.findings.rows
        remarks = [f"- {row.name}: {row.remark}" for row in rows if row.remark]
        parts.append(f"## {section.topic}, {section.precision}")
        parts.append(_markdown_table(COLUMNS, [_cells(row) for row in rows]))
        if remarks:
            parts.append("\n".join(remarks))
        if figures and section.findings.pictures:
            name = _figure_name(section)
            parts.append(f"![{section.topic} in {section.precision}: worst and median case]({name})")
    return "\n\n".join(parts) + "\n"


_EXPLANATION = (
    "Each case has one error, in most rows max|ours - theirs| over the peak of theirs; the tables have "
    "the largest and the 99th percentile over the cases. Rows without a tolerance are shown and not judged. "
    "The summary has, for every topic, the row that is closest to its tolerance."
)


def _figure_name(section: Section) -> str:
    return f"figures/{section.topic}-{section.precision}.png"


def write(sections: Sequence[Section], minutes: float, folder: Path, figures: bool) -> None:
    """Write report.txt, report.md and, with `figures`, figures/<topic>-<precision>.png.

    Args:
        sections: the results, in the order of the report.
        minutes: how long they took.
        folder: where the report goes.
        figures: whether to draw them, for which matplotlib is needed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join([environment(sections, minutes), *map(section_text, sections)])
    (folder / "report.txt").write_text(text + "\n", encoding="utf-8")
    (folder / "report.md").write_text(_markdown(sections, minutes, figures), encoding="utf-8")
    if figures:
        _draw(sections, folder)


def _draw(sections: Sequence[Section], folder: Path) -> None:
    from validation.agreement.reporting.figures import save

    for section in sections:
        reference = OTHER_PACKAGES.get(section.topic, "lenstronomy")
        reference = reference if section.topic in REFERENCE_TOPICS else "expected"
        if section.findings.pictures:
            heading = f"{section.topic} in {section.precision}"
            save(section.findings.pictures, heading, folder / _figure_name(section), reference)
