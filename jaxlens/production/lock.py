"""The lock of a dataset's folder: one process writes at a time.

The operating system releases a lock when its owner ends, however it ends.  Where a folder is shared by
several hosts it may do so for the processes of one host only; so the owner also writes down who it is, and
touches the file as long as it lives.  Times are those of the file system's clock alone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jaxlens.files.errors import StorageError, explained

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"
# Seconds between two signs of life of the owner.
_BEAT = 20.0
# Seconds without a sign of life, after which the owner on another host counts as dead.
_STALE = 300.0
# What the operating system raises where the file system of the folder has no locks.
_WITHOUT_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


class FolderLocked(StorageError):
    """Another process writes into the folder."""


class FolderLock:
    """Holds the lock of a folder; a context manager.

    Args:
        folder: the folder, which exists.

    Raises:
        FolderLocked: on entering, where another process holds it; the message has its host and pid.
        StorageError: on entering, where the folder cannot be written.
    """

    def __init__(self, folder: str | Path) -> None:
        self._path = Path(folder) / LOCK
        self._stop = threading.Event()
        self._descriptor = -1

    def __enter__(self) -> FolderLock:
        try:
            self._descriptor = self._acquired()
        except FolderLocked:
            raise
        except OSError as error:
            with explained(self._path):
                raise error
        self._beat = threading.Thread(target=self._beats, name="jaxlens-lock", daemon=True)
        self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._beat.join()
        # removed while it is held, so that nobody can hold a file that is no longer there
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)

    def _acquired(self) -> int:
        """The descriptor of the lock file, which is held."""
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise OSError(errno.EINVAL, "is no regular file")
                held, owner = _locked(descriptor), _read(descriptor)
                if not held or self._is_alive(owner, descriptor):
                    raise FolderLocked(_occupied(self._path, owner))
                if not self._is_current(descriptor):
                    # its last owner removed it between our opening and our locking it
                    os.close(descriptor)
                    continue
                _write(descriptor, _own())
            except BaseException:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
                raise
            return descriptor

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self._path))
        except FileNotFoundError:
            return False

    def _is_alive(self, owner: Mapping[str, Any], descriptor: int) -> bool:
        """Whether the owner that is written down lives, although the lock was free."""
        if not owner:
            return False
        if owner.get("host") == socket.gethostname():
            return _lives(owner)
        return self._now() - os.fstat(descriptor).st_mtime < _STALE

    def _now(self) -> float:
        """The time on the clock of the file system."""
        with tempfile.NamedTemporaryFile(dir=self._path.parent, prefix="clock.", suffix=".partial") as file:
            file.write(b" ")
            file.flush()
            return os.fstat(file.fileno()).st_mtime

    def _beats(self) -> None:
        """Touch the file until the lock is given up."""
        while not self._stop.wait(_BEAT):
            with contextlib.suppress(OSError):
                os.utime(self._descriptor if os.utime in os.supports_fd else self._path)


def owner_of(folder: str | Path) -> dict[str, Any] | None:
    """Who holds the lock of a folder, as host and pid; None where nobody does.

    It looks and changes nothing, so that the answer may be old when it is used.
    """
    path = Path(folder) / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        held = not _locked(descriptor)
        return _read(descriptor) if held else None
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Take the operating system's lock of a file; False where another process has it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
    return True


def _own() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}


def _lives(owner: Mapping[str, Any]) -> bool:
    """Whether a process of this host lives, and is not another that has got its number."""
    try:
        os.kill(int(owner["pid"]), 0)
    except PermissionError:
        pass
    except (OSError, ValueError, KeyError):
        return False
    return _started(int(owner["pid"])) == owner.get("started")


def _started(pid: int) -> str | None:
    """When a process was started, as the operating system counts; None where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except (OSError, IndexError):
        return None


def _read(descriptor: int) -> dict[str, Any]:
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        found = json.loads(os.read(descriptor, 4096) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write(descriptor: int, owner: Mapping[str, Any]) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, json.dumps(owner).encode())
    os.fsync(descriptor)


def _occupied(path: Path, owner: Mapping[str, Any]) -> str:
    who = (
        f"process {owner['pid']} on {owner['host']}" if {"pid", "host"} <= owner.keys() else "another process"
    )
    return (
        f"{path.parent}: {who} is writing there; wait until it has finished, or choose another OUTDIR "
        f"(if it is dead for sure, remove {path})"
    )
