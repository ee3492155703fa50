"""Progress: a bar where a person watches, a line a minute elsewhere, whatever the clock does."""

from __future__ import annotations

import io
import logging
import math
import random
import re
import sys
from collections.abc import Iterator

import pytest

from jaxlens.engine import progress as module
from jaxlens.engine.progress import Progress, memory_in_use

LINE = re.compile(
    r"(\d+) of 1000 systems(, [\d.e+-]+ systems/s, (\d+ \w+( \d+ \w+)? left|in \d+ \w+( \d+ \w+)?))?"
    r", memory \d+\.\d\d GB"
)


class Clock:
    """A clock that is set by the test."""

    def __init__(self) -> None:
        self.now = 1e6

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stderr that a person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log of jaxlens from INFO on."""
    with caplog.at_level(logging.INFO, "jaxlens"):
        yield caplog


def test_a_line_a_minute_tells_rate_time_left_and_memory(log, capsys) -> None:
    clock = Clock()
    with Progress(1000, clock=clock) as progress:
        for _ in range(30):
            clock.now += 5.0
            progress.update(10)
        assert log.messages[0].startswith("120 of 1000 systems, 2 systems/s, 7 min 20 s left, memory ")
        assert log.messages[1].startswith("240 of 1000 systems, 2 systems/s, 6 min 20 s left, memory ")
        assert len(log.messages) == 2
        clock.now += 60.0
        progress.update(0)
        assert log.messages[2].startswith("300 of 1000 systems, 1.43 systems/s, 8 min 10 s left, ")
        progress.update(700)
    assert log.messages[3].startswith("1000 of 1000 systems, 4.76 systems/s, in 3 min 30 s, memory ")
    assert capsys.readouterr() == ("", "")


def test_what_was_made_before_does_not_count_as_fast(log) -> None:
    clock = Clock()
    with Progress(1000, clock=clock, done=900) as progress:
        clock.now += 100.0
        progress.update(50)
    assert log.messages[0].startswith("950 of 1000 systems, 0.5 systems/s, 1 min 40 s left")


def test_a_short_run_logs_nothing_but_what_is_announced(log) -> None:
    with Progress(2) as progress:
        progress.announce("compiling CONFIGURATION_1")
        progress.update(2)
        progress.message("two systems")
    assert log.messages == ["compiling CONFIGURATION_1", "two systems"]


def test_nothing_is_said_where_nothing_is_wanted(log, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    clock = Clock()
    with Progress(2, shown=False, clock=clock) as progress:
        progress.announce("compiling")
        clock.now += 1000.0
        progress.update(1)
        progress.message("one")
    assert log.messages == []
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(("shown", "stream"), [(None, Terminal), (True, io.StringIO)])
def test_a_bar_is_shown_in_a_terminal_or_where_it_is_asked_for(shown, stream, log, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream())
    with Progress(3, shown, unit="shard", done=1) as progress:
        progress.announce("compiling CONFIGURATION_1")
        progress.update(2)
        progress.message("whole")
    text = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "compiling CONFIGURATION_1" in text
    assert "3/3" in text
    assert log.messages == ["whole"]
    monkeypatch.setattr(sys, "stderr", None)
    with Progress(1) as progress:
        progress.update(1)


def test_a_clock_that_jumps_gives_no_odd_number_and_no_flood(log) -> None:
    clock, random_clock = Clock(), random.Random(1)
    jumps = [3600.0, -7200.0, 86400.0, -1e9, 1e9, math.nan, 59.0, math.inf, 0.0]
    with Progress(1000, clock=clock) as progress:
        for jump in jumps:
            before = clock.now
            clock.now += jump
            progress.update(10)
            clock.now = before + jump if math.isfinite(jump) else before
        for _ in range(800):
            clock.now = random_clock.uniform(-1e7, 1e7)
            progress.update(1)
    assert progress._done == 890
    assert len(log.messages) <= 25
    for line in log.messages:
        assert LINE.fullmatch(line), line


def test_a_clock_that_went_on_again_gives_the_right_rate_again(log) -> None:
    clock = Clock()
    with Progress(1000, clock=clock) as progress:
        clock.now += 1e9
        for _ in range(12):
            clock.now += 60.0
            progress.update(60)
    assert log.messages[-2].startswith("720 of 1000 systems, 1 systems/s, 4 min 40 s left")


def test_memory_is_that_of_this_process(monkeypatch, tmp_path) -> None:
    used = memory_in_use()
    assert used is not None
    assert 2**24 < used < 2**40
    monkeypatch.setattr(module, "_STATM", tmp_path / "no such file")
    most = memory_in_use()
    assert most is not None
    assert 0.9 * used < most < 100 * used
