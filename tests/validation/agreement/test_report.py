"""The report says what was found, and bad input is answered in one line."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from validation import __main__ as command
from validation.agreement import references
from validation.agreement.reporting import figures, report, running
from validation.agreement.reporting.report import Section
from validation.agreement.reporting.rows import Findings, Picture, peak_errors, row, worst_and_median


def a_picture(title: str = "worst", shape: tuple[int, ...] = (4, 5)) -> Picture:
    theirs = np.arange(1.0, 1.0 + math.prod(shape)).reshape(shape)
    return Picture(title, "counts/s", theirs + 0.5, theirs, 2.0, "a stated noise")


def a_section(topic: str, error: float, precision: str = "float32") -> Section:
    rows = [row("first, |e| < 1", [0.0, error], 1e-5), row("second", [0.3], None, remark="the reason")]
    return Section(topic, precision, Findings(rows, [a_picture(), a_picture("median", (7,))]), 3.0)


def test_a_row_has_the_largest_error_and_the_99th_percentile() -> None:
    made = row("errors", np.arange(1000) / 1000.0, 0.5)
    assert (made.maximum, made.percentile, made.cases) == (0.999, 0.99, 1000)
    assert made.verdict == "MISSED"
    assert row("errors", [0.1], 0.5).verdict == "ok"
    assert row("errors", [0.1], None).verdict == "shown"


def test_a_row_with_nan_or_without_cases_cannot_pass() -> None:
    assert not row("broken", [0.0, np.nan], 1.0).passed
    with pytest.raises(ValueError, match="no cases"):
        row("empty", [], 1.0)
    with pytest.raises(ValueError, match="shape"):
        peak_errors(np.ones((2, 3)), np.ones((2, 4)))


def test_errors_are_over_the_peak_of_theirs() -> None:
    np.testing.assert_allclose(peak_errors(np.array([[1.0, 4.4]]), np.array([[1.0, -4.0]])), [2.1])


def test_the_worst_and_the_median_case_are_drawn() -> None:
    made = worst_and_median(np.array([3.0, 1.0, 2.0]), lambda case, which: a_picture(f"{which} {case}"))
    assert [picture.title for picture in made] == ["worst 0", "median 2"]


@pytest.mark.long
def test_the_report_has_tables_and_figures(tmp_path: Path) -> None:
    sections = [a_section("light", 1e-6, "float64"), a_section("light", 2e-5), a_section("analytic", 1e-7)]
    report.write(sections, 2.5, tmp_path, figures=True)
    markdown = (tmp_path / "report.md").read_text()
    assert r"| first, \|e\| < 1 | 2 | 2.0e-05 | 2.0e-05 | 1.0e-05 | of the peak | MISSED |" in markdown
    assert "- second: the reason" in markdown
    assert "lenstronomy 1." in markdown
    assert "2.5 minutes" in markdown
    assert "cpu" in markdown
    text = (tmp_path / "report.txt").read_text()
    assert "light, float32" in text
    assert [section.passed for section in sections] == [True, False, True]
    for name in ("light-float64", "light-float32", "analytic-float32"):
        assert (tmp_path / "figures" / f"{name}.png").stat().st_size > 1000


def test_the_summary_has_the_row_closest_to_its_tolerance() -> None:
    lines = report.summary([a_section("light", 1e-6, "float64"), a_section("light", 2e-5)]).splitlines()
    assert len(lines) == 3
    assert r"1.0e-06 / 1e-05 of the peak: first, \|e\| < 1" in lines[2]
    assert lines[2].endswith("| MISSED |")


def test_the_residual_is_in_units_of_the_noise() -> None:
    np.testing.assert_allclose(figures.residual(a_picture()), 0.25)
    drawn = figures.draw([a_picture(), a_picture(shape=(6,))], "a topic", "expected")
    titles = [axes.get_title() for part in drawn.subfigs for axes in part.axes]
    assert titles.count("jaxlens") == titles.count("expected") == titles.count("residual / noise") == 2


def test_a_section_that_judges_nothing_does_not_pass() -> None:
    assert not Section("light", "float32", Findings([row("shown", [0.0], None)]), 1.0).passed


def test_an_unknown_topic_lists_the_topics(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["lights"]) == 2
    message = capsys.readouterr().err
    assert "unknown topic lights; the topics are" in message
    assert "light          surface brightness" in message
    assert "gradients" in message


def test_a_damaged_reference_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = references.path_of("amplitudes").read_bytes()
    references.path_of("amplitudes", tmp_path).write_bytes(whole[: len(whole) // 2])
    load = references.load
    monkeypatch.setattr(references, "load", lambda topic: load(topic, tmp_path))
    arguments = ["amplitudes", "--out", str(tmp_path), "--no-figures", "--processes", "1"]
    assert command.main(arguments) == 1
    assert "amplitudes.h5: this reference file is damaged" in capsys.readouterr().err


def test_without_matplotlib_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert command.main(["amplitudes"]) == 1
    assert 'pip install "jaxlens-sim[validation]"' in capsys.readouterr().err


def test_the_command_exits_by_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(topic: str, precision: str, quick: bool) -> Section:
        assert quick
        return a_section(topic, 2e-5 if precision == "float32" else 1e-6, precision)

    monkeypatch.setattr(running, "compare", found)
    arguments = ["light", "--quick", "--no-figures", "--processes", "1", "--out", str(tmp_path / "report")]
    assert command.main([*arguments, "--precision", "float64"]) == 0
    assert command.main(arguments) == 1
    assert "some rows MISSED their tolerance" in capsys.readouterr().out
    assert not (tmp_path / "report" / "figures").exists()
    shutil.rmtree(tmp_path / "report")
