"""SIGINT and SIGTERM: a flag that production asks for between batches, and an exception everywhere else.

The exception alone is not enough: Python drops one that arises in a callback of the garbage collector, and
the program then goes on as if nothing had happened.  The flag stays.  JAX is not imported here, so that
signals can be watched before that begins.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.abc import MetaPathFinder
from types import FrameType, TracebackType
from typing import Any

from jaxlens.engine.unseen_signals import UnseenSignals

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# A shell gives a process that a signal has ended the exit code 128 + the signal's number.
_EXIT_CODE = 128
# Seconds after which an exception that Python has dropped is raised again.
_AGAIN = 0.05
# What is said where the main thread does not see a signal.
_UNSEEN = "stopping when a program is compiled, or what else cannot be interrupted; once more stops at once"
# Seconds between two looks of a worker at whether its parent lives.
_LOOK = 1.0


class Stopped(BaseException):
    """Work that has ended early, after a whole batch, because it was asked to.

    Attributes:
        signal: the number of the signal that asked for it; None where that is not known.
        remark: what is done and what is left, for the user.
    """

    def __init__(self, signal: int | None = None, remark: str = "") -> None:
        super().__init__(remark or ("stopped" if signal is None else f"stopped by signal {signal}"))
        self.signal, self.remark = signal, remark


def exit_code(number: int) -> int:
    """The exit code of a process that this signal has ended.

    >>> exit_code(signal.SIGINT), exit_code(signal.SIGTERM)
    (130, 143)
    """
    return _EXIT_CODE + number


def begin_worker(parent: int) -> None:
    """Called first in a worker process: Ctrl-C is the parent's, and the process ends when the parent does.

    Ctrl-C in a terminal reaches all processes of a command, and the parent lets each finish what it makes.

    Args:
        parent: the process id of the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def _end(number: int) -> None:
    """End the process at once."""
    os._exit(exit_code(number))


class Stop:
    """SIGINT and SIGTERM, watched while the context is entered; called, it tells whether one has come.

    The first signal sets the flag `requested` and raises `KeyboardInterrupt` (SIGINT) or `Stopped` (SIGTERM).
    Inside `deferred` the first one only sets the flag, and the second one raises.  One more has its default
    effect, which is to end the process at once; so has the second one where the main thread is in compiled
    code and sees neither.  What was in place before is put back on leaving.

    Signals are the main thread's: in any other thread nothing is watched.  A signal that was ignored before,
    as nohup has it, stays ignored.

    Args:
        tell: is called with what the user is told, the message of `deferred` or that a signal is not seen
            yet, from a signal's handler or from another thread.

    Attributes:
        requested: the number of the first signal that has come, or None.

    >>> with Stop() as stop:
    ...     with stop.deferred():
    ...         signal.raise_signal(signal.SIGTERM)
    ...     print(stop(), stop.requested == signal.SIGTERM)
    True True
    """

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self.requested: int | None = None
        self._tell, self._message = tell, ""
        self._deferred = self._raised = self._again = False
        self._undo = contextlib.ExitStack()
        self._unseen: UnseenSignals | None = None
        self._hook: Callable[[Any], object] = sys.unraisablehook
        self._timer: threading.Timer | None = None

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.requested is not None

    def check(self) -> None:
        """Raise `Stopped` if a signal has come."""
        if self.requested is not None:
            raise Stopped(self.requested)

    @contextlib.contextmanager
    def deferred(self, message: str = "") -> Iterator[None]:
        """Let the first signal inside this context only set the flag, for work that asks for it.

        Args:
            message: what the user is told when it comes.
        """
        self._deferred, self._message = True, message
        try:
            yield
        finally:
            self._deferred = False

    @contextlib.contextmanager
    def importing(self) -> Iterator[None]:
        """`deferred` for imports: each import of a module asks for the flag, and raises `Stopped`.

        A signal then never interrupts compiled code that is being loaded.
        """
        finder = _Asking(self)
        sys.meta_path.insert(0, finder)
        try:
            with self.deferred():
                yield
        finally:
            sys.meta_path.remove(finder)
        self.check()

    def __enter__(self) -> Stop:
        if threading.current_thread() is not threading.main_thread():
            return self
        with contextlib.ExitStack() as undo:
            self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
            undo.callback(setattr, sys, "unraisablehook", self._hook)
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    before = signal.signal(number, self._handle)
                    # None stands for a handler that was not installed from Python
                    undo.callback(signal.signal, number, signal.SIG_DFL if before is None else before)
            self._unseen = undo.enter_context(UnseenSignals(SIGNALS, self._tell_unseen, _end))
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deferred = True  # from here on nothing is raised
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        self._undo.close()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._unseen is not None:
            self._unseen.see()
        again, self._again = self._again, False
        first = self.requested is None
        if first:
            self.requested = number
        if self._raised and not again:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        if first and self._deferred:
            if self._tell is not None and self._message:
                self._tell(self._message)
            return
        self._raised = True
        raise KeyboardInterrupt if number == signal.SIGINT else Stopped(number)

    def _tell_unseen(self) -> None:
        if self._tell is not None:
            self._tell(_UNSEEN)

    def _unraisable(self, dropped: Any) -> None:
        """Called for an exception that Python cannot raise and drops: raise ours again a little later."""
        if self.requested is None or not isinstance(dropped.exc_value, KeyboardInterrupt | Stopped):
            self._hook(dropped)
            return
        self._timer = threading.Timer(_AGAIN, self._raise_again)
        self._timer.daemon = True
        self._timer.start()

    def _raise_again(self) -> None:
        """Send the signal once more; called in a thread of its own."""
        number, main = self.requested or signal.SIGINT, threading.main_thread().ident
        self._again = True
        if main is not None and hasattr(signal, "pthread_kill"):
            # unlike the other, this one ends a call that waits
            signal.pthread_kill(main, number)
        else:
            _thread.interrupt_main(signal.Signals(number))


class _Asking(MetaPathFinder):
    """A finder of modules that finds none, and raises `Stopped` once a signal has come."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def find_spec(self, *_: object) -> None:
        self._stop.check()
