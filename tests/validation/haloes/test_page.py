"""The parts of the page that are written from results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from validation.haloes import AGREEMENT, DOCS, page


def test_a_table_of_runs_has_their_numbers() -> None:
    runs = [
        {"systems": n, "seconds": s, "megabytes": 900.0, "haloes": 600.0, "pairs": 2e8}
        for n, s in ((1000, 40.0), (10_000, 220.0))
    ]
    peer = {"seconds": 2.0}
    beside = {"JAXtronomy": peer, "lenstronomy": peer, "pyHalo": "not measured"}
    text = page.speed({"runs": runs, "beside": beside, "machine": "two cores"})
    assert "| 10,000 | 220 | 200 M | 600 | 900 |" in text
    assert "A further system takes 20 ms" in text
    assert "JAXtronomy takes 2 s for the rays of a system, 100 times as long" in text
    assert "pyHalo" not in text


def test_bars_of_a_row_do_not_end_its_cells() -> None:
    row = {"name": "a", "cases": 2, "maximum": 1e-3, "tolerance": None, "measure": "over |mu|", "remark": "b"}
    assert page.agreement({"part": [row]}).endswith("| part: a; b | 2 | 0.001 |  | over &#124;mu&#124; |")


@pytest.mark.parametrize(("name", "path"), [("agreement", AGREEMENT), ("regression", page.RESULT)])
def test_the_page_has_the_numbers_of_the_results(name: str, path: Path) -> None:
    if path.is_file():
        text = (DOCS / "dark_matter.md").read_text(encoding="utf-8")
        assert getattr(page, name)(json.loads(path.read_text(encoding="utf-8"))) in text
