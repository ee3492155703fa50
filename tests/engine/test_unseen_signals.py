"""Signals that come while the main thread is in compiled code."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

from jaxlens.engine.stopping import SIGNALS
from jaxlens.engine.unseen_signals import UnseenSignals

# Hashing 2 x 10^9 times takes many minutes; other threads run meanwhile, as they do while XLA compiles.
BUSY = """
import hashlib, os, threading
from jaxlens.engine.stopping import Stop
with Stop(lambda message: os.write(2, message.encode() + b"\\n")) as stop, stop.deferred("finishing"):
    threading.Timer(0.5, print, ("begun",), {"flush": True}).start()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""


def test_the_second_one_ends_the_process() -> None:
    command = [sys.executable, "-c", BUSY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            assert process.stderr.readline().endswith(b"once more stops at once\n")
            process.send_signal(signal.SIGTERM)
            assert process.stderr.read() == b""
        except BaseException:
            process.kill()
            raise
    assert process.returncode == 128 + signal.SIGTERM


def test_signals_that_are_seen_and_other_signals_are_left_alone() -> None:
    said: list[object] = []
    threads = set(threading.enumerate())
    before = [signal.signal(each, lambda *_: unseen.see()) for each in SIGNALS]
    other = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with UnseenSignals(SIGNALS, lambda: said.append("unseen"), said.append) as unseen:
            for number in (*SIGNALS, signal.SIGUSR1, signal.SIGUSR1):
                signal.raise_signal(number)
            # until the thread has waited for each to be seen
            assert not threading.Event().wait(1.5)
    finally:
        for each, handler in zip(SIGNALS, before, strict=True):
            signal.signal(each, handler)
        signal.signal(signal.SIGUSR1, other)
    assert said == []
    assert set(threading.enumerate()) <= threads
    assert signal.set_wakeup_fd(-1) == -1
