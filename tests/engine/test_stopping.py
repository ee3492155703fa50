"""Signals: the first is a flag or an exception and is never lost, and what was in place comes back."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time

import pytest

from jaxlens.engine.stopping import SIGNALS, Stop, Stopped

RAISED = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Stopped}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_raises_and_is_remembered(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with Stop() as stop:
        assert not stop()
        with pytest.raises(RAISED[number]):
            signal.raise_signal(number)
    assert stop()
    assert stop.requested == number
    assert [signal.getsignal(each) for each in SIGNALS] == before
    with pytest.raises(Stopped) as stopped:
        stop.check()
    assert stopped.value.signal == number


def test_a_deferred_signal_is_a_flag_and_the_second_raises() -> None:
    told: list[str] = []
    with Stop(told.append) as stop:
        with stop.deferred("finishing"):
            signal.raise_signal(signal.SIGTERM)
            assert told == ["finishing"]
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert stop.requested == signal.SIGTERM, "the first one is what ends the program"
    assert told == ["finishing"]


def test_an_exception_that_the_garbage_collector_drops_is_raised_again() -> None:
    def interrupted(phase: str, info: dict[str, int]) -> None:
        gc.callbacks.remove(interrupted)
        signal.raise_signal(signal.SIGINT)
        sum(range(100))

    with Stop() as stop:
        gc.callbacks.append(interrupted)
        gc.collect()
        with pytest.raises(KeyboardInterrupt):
            time.sleep(60.0)
        assert stop.requested == signal.SIGINT


def test_other_dropped_exceptions_go_where_they_went(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: seen.append(dropped.exc_value))

    def wrong(phase: str, info: dict[str, int]) -> None:
        gc.callbacks.remove(wrong)
        raise ValueError("not ours")

    with Stop():
        gc.callbacks.append(wrong)
        gc.collect()
    assert [str(error) for error in seen] == ["not ours"]


def test_an_ignored_signal_stays_ignored_and_another_thread_watches_nothing() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Stop() as stop:
            signal.raise_signal(signal.SIGINT)
        assert not stop()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)

    def watch() -> None:
        with Stop() as stop:
            found.append(signal.getsignal(signal.SIGINT) is before and not stop())

    found: list[bool] = []
    thread = threading.Thread(target=watch)
    thread.start()
    thread.join()
    assert found == [True]


def test_a_signal_after_the_exception_ends_the_process_at_once() -> None:
    code = """
import signal
from jaxlens.engine.stopping import Stop
with Stop():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        signal.raise_signal(signal.SIGTERM)
        while True: pass
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGTERM


def test_a_worker_leaves_ctrl_c_to_its_parent_and_ends_with_it() -> None:
    worker = """
import os, signal, sys, time
from jaxlens.engine.stopping import begin_worker
begin_worker(int(sys.argv[1]))
signal.raise_signal(signal.SIGINT)
print("goes on", flush=True)
print("begun", file=sys.stderr, flush=True)
time.sleep(300.0)
print("outlives its parent")
"""
    parent = """
import os, subprocess, sys
worker = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stderr=subprocess.PIPE)
worker.stderr.readline()
os.kill(os.getpid(), 9)
"""
    with subprocess.Popen([sys.executable, "-c", parent, worker], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        # all that is written until both have ended
        assert process.stdout.read() == b"goes on\n"
