"""The tables of docs/realism.md, from the results: between two marks that say which table stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from validation.realism import GAP, THRESHOLDS, TRAINED_ON, survey

OUT = Path(__file__).parents[2] / "docs" / "realism.md"


def run() -> None:
    """Write both tables into the page."""
    text = OUT.read_text(encoding="utf-8")
    for name, table in (("survey", survey_table()), ("gap", gap_table())):
        text = with_table(text, name, table)
    OUT.write_text(text, encoding="utf-8")


def with_table(text: str, name: str, table: str) -> str:
    r"""A page with a table between `<!-- name -->` and `<!-- end -->`.

    Args:
        text: the page.
        name: the name in the first mark.
        table: the table.

    Returns:
        The page with this table in place of what stood there.

    Raises:
        ValueError: if the page has no such mark.

    >>> with_table("<!-- gap -->\n<!-- end -->", "gap", "| a |")
    '<!-- gap -->\n| a |\n<!-- end -->'
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(
            f"the page has no place for {name}; write '<!-- {name} -->' and '<!-- end -->' into it"
        )
    return pattern.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)


def survey_table() -> str:
    """The rows of the survey's table."""
    rows = json.loads(survey.OUT.read_text(encoding="utf-8"))["rows"]
    lines = ["| | measured | published | source |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {row['quantity']} | {row['measured']} | {row['published']} | {row['source']} |" for row in rows
    ]
    return "\n".join(lines)


def gap_table() -> str:
    """A row for each pair of files, with the mean of the seeds and half their range."""
    results = json.loads(GAP.read_text(encoding="utf-8"))["results"]
    heads = [
        "trained on",
        "tested on",
        "area under the ROC curve",
        "complete at 1% false positives",
        "at 0.1%",
    ]
    for threshold in THRESHOLDS[:2]:
        heads += [f"complete at p > {threshold:g}", "pure"]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    pairs = [(trained, tested) for tested in reversed(TRAINED_ON) for trained in TRAINED_ON]
    for trained, tested in pairs:
        chosen = [one for one in results if (one["trained"], one["tested"]) == (trained, tested)]
        lines.append(f"| `{trained}` | `{tested}` | {' | '.join(_cells(chosen))} |")
    return "\n".join(lines)


def _cells(chosen: list[Mapping[str, Any]]) -> Iterator[str]:
    """The numbers of a row."""
    yield _range([one["area"] for one in chosen], 1.0, 4)
    for k in range(2):
        yield _range([one["at_false_positives"][k] for one in chosen])
    for k in range(2):
        yield _range([one["completeness"][k] for one in chosen])
        yield _range([one["purity"][k] for one in chosen])


def _range(values: list[float | None], factor: float = 100.0, digits: int = 1) -> str:
    """The mean of some numbers and half their range; percentages unless another factor is given.

    >>> _range([0.5, 0.7])
    '60.0 ± 10.0%'
    """
    known = [factor * value for value in values if value is not None]
    if not known:
        return "nothing found"
    unit = "%" if factor == 100.0 else ""
    if len(known) == 1:
        return f"{known[0]:.{digits}f}{unit}"
    return f"{np.mean(known):.{digits}f} ± {np.ptp(known) / 2:.{digits}f}{unit}"
