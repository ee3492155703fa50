"""What docs/dark_matter.md says of measured numbers, from the files of results; between marks of the page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from validation.haloes import AGREEMENT, DOCS, RESULTS
from validation.haloes.regression import FIGURE, RESULT
from validation.realism.page import with_table

OUT = DOCS / "dark_matter.md"
SPEED_COLUMNS = ("systems", "s", "pairs/s", "haloes a system", "largest memory, MB")


def run(full: bool) -> None:
    """Write each part whose results are there."""
    text = OUT.read_text(encoding="utf-8")
    runs = sorted(RESULTS.glob("lines_of_sight_*.json"))
    parts = {
        "regression": (RESULT, regression),
        "agreement": (AGREEMENT, agreement),
        "speed": (runs[0] if runs else None, speed),
    }
    for name, (path, words) in parts.items():
        if path is not None and path.is_file():
            text = with_table(text, name, words(_read(path)))
    OUT.write_text(text, encoding="utf-8")


def regression(found: dict[str, Any]) -> str:
    """The figure and the paragraph of the network."""
    effort = found["effort"]
    images, minutes = effort["batches"] * effort["batch"], found["seconds"] / 60.0
    return "\n".join(
        [
            f"![log10 f_sub by the network against the truth]({FIGURE.name})",
            "",
            f"*A network on {effort['test']:,} systems of `subhaloes_cdm` that it never "
            "saw; bars are means and scatters.",
            "`python -m validation.haloes regression --full`.*",
            "",
            f"It was trained on {images:,} images of a stream, each {found['repeats']} times, turned",
            f"and flipped, for {minutes:.0f} minutes on two CPU cores. It sees an image, and the residuals",
            "of the smooth lens that fits this image best (macro lens, shear and source, with the file's",
            "distributions as priors; the fit begins at the truth, which saves a search).",
            f"The error of log10 f_sub is {found['error']:.2f} dex, where guessing the mean gives",
            f"{found['guessing']:.2f} dex; estimate and truth have a correlation of",
            f"{found['correlation']:.2f}. By its means and widths the true values are",
            f"exp({found['gain']:.2f}) times as probable as by the file's distribution, in the geometric",
            "mean.",
            "This shows that images have the signal, not how well it can be measured: sources are smooth",
            "here, and the network and its training are small.",
        ]
    )


def agreement(found: dict[str, Any]) -> str:
    """The table of comparisons."""
    lines = _table(("", "cases", "largest", "allowed", ""))
    for part, rows in found.items():
        for one in rows:
            name = f"{part}: {one['name']}" + (f"; {one['remark']}" if one["remark"] else "")
            allowed = "" if one["tolerance"] is None else f"{one['tolerance']:.2g}"
            cells = (name, one["cases"], f"{one['maximum']:.2g}", allowed, one["measure"])
            lines.append(_row(str(cell).replace("|", "&#124;") for cell in cells))
    return "\n".join(lines)


def speed(found: dict[str, Any]) -> str:
    """The table of the runs, and a paragraph on other packages."""
    first, last = found["runs"][0], found["runs"][-1]
    each = (last["seconds"] - first["seconds"]) / (last["systems"] - first["systems"])
    rows = [
        (
            f"{one['systems']:,}",
            f"{one['seconds']:.0f}",
            f"{one['pairs'] / 1e6:.0f} M",
            f"{one['haloes']:.0f}",
            f"{one['megabytes']:,.0f}",
        )
        for one in found["runs"]
    ]
    beside = found["beside"]
    peers = [
        f"{name} takes {beside[name]['seconds']:.2g} s for the rays of a system, "
        f"{beside[name]['seconds'] / each:.0f} times as long"
        for name in ("JAXtronomy", "lenstronomy")
    ]
    if isinstance(beside["pyHalo"], dict):
        peers.append(f"pyHalo takes {beside['pyHalo']['seconds']:.2g} s to draw the haloes of one")
    return "\n".join(
        [
            f"`line_of_sight` on {found['machine']}, from the start of the command to a dataset on disk,",
            "with compiling; a pair is a halo and a ray.",
            "`python -m validation.haloes lines_of_sight --full`.",
            "",
            *_table(SPEED_COLUMNS),
            *(_row(row) for row in rows),
            "",
            f"A further system takes {1e3 * each:.0f} ms: drawn, with noise, and written. On the same",
            "systems",
            "; ".join(peers) + ".",
        ]
    )


def _table(columns: Iterable[str]) -> list[str]:
    """The head of a table."""
    names = list(columns)
    return [_row(names), _row(["---"] * len(names))]


def _row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |"


def _read(path: Path) -> dict[str, Any]:
    """A file of results."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
