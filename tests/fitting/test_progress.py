"""A fit says what it is doing, on a line or in the log, and says nothing where it is asked not to."""

from __future__ import annotations

import io
import logging
import sys

import numpy as np
import pytest

from jaxlens.fitting.progress import FitProgress, chi_square_in_words


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_which_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with FitProgress() as told:
        told.stage("compiling")
        told.status("8 descents")
    text = terminal.getvalue()
    assert "compiling" in text
    assert "8 descents [00:00]" in text
    assert "\n" not in text.rstrip("\r\n"), "one line"


def test_elsewhere_the_log_has_stages_and_a_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 1.0, 30.0, 70.0, 71.0, 75.0])
    with caplog.at_level(logging.INFO, "jaxlens"), FitProgress(clock=lambda: next(times)) as told:
        told.stage("compiling")  # at 1 s
        told.status("8 descents")
        told.status("4 descents")  # at 70 s
        told.status("2 descents")
    assert [record.getMessage() for record in caplog.records] == ["compiling", "4 descents"]


def test_false_is_silence(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG, "jaxlens"), FitProgress(False) as told:
        told.stage("compiling")
    assert caplog.records == []
    assert capsys.readouterr().err == ""


def test_chi_square_is_named_where_it_is_known() -> None:
    assert chi_square_in_words(np.array([np.inf, 1.0]), np.array([10, 10])) == ""
    assert chi_square_in_words(np.array([5.0]), np.array([1000])) == ", best chi-square about 1.01 per pixel"
