"""The lock of a dataset's folder: one process writes at a time.

The operating system releases a lock when its owner ends, however it ends.  Where a folder is shared by
several hosts it may do so for the processes of one host only; so the owner also writes down who it is, and
touches the file as long as it lives.  Times are those of the file system's clock alone, and as a clock may
jump, an owner counts as dead only after the file was watched in vain.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import socket
import stat
import threading
import time
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
# Seconds for which its file is then watched for a sign of life.
_WATCHED = 45.0
# The first bytes of a lock file, and more bytes than one has.
_BEGINNING, _LENGTH = b'{"host": ', 4096
# How often, and after how many seconds, a file that is held is looked at again for who holds it.
_LOOKS, _LOOK = 20, 0.1
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
        # removed while it is held, so that nobody can hold a file that is no longer there; not removed where
        # somebody has removed ours, and another process has one of its own there
        with contextlib.suppress(OSError):
            if self._is_current(self._descriptor):
                self._path.unlink()
        os.close(self._descriptor)

    def _acquired(self) -> int:
        """The descriptor of the lock file, which is held."""
        looks = 0
        while True:
            descriptor = _opened(self._path)
            try:
                if self._is_taken(descriptor, last=looks >= _LOOKS):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            looks += 1
            time.sleep(_LOOK)

    def _is_taken(self, descriptor: int, last: bool) -> bool:
        """Take the lock; False where it is to be tried again, unless it is the `last` time."""
        held, owner = _locked(descriptor), _read(descriptor)
        if not self._is_current(descriptor):
            # its owner removed it after we had opened it
            return False
        if owner is None:
            raise OSError(errno.EEXIST, "is no lock of jaxlens, which would take its place; move it")
        if not held and not _may_live(owner) and not last:
            # its owner has not written yet who it is, or `owner_of` looks at it
            return False
        if not held or self._is_alive(owner, descriptor):
            raise FolderLocked(_occupied(self._path, owner))
        _write(descriptor, _own())
        return True

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.lstat(self._path))
        except FileNotFoundError:
            return False

    def _is_alive(self, owner: Mapping[str, Any], descriptor: int) -> bool:
        """Whether the owner that is written down lives, although the lock was free."""
        if not owner or owner.get("host") == socket.gethostname():
            return _may_live(owner)
        touched = os.fstat(descriptor).st_mtime
        if abs(self._now() - touched) < _STALE:
            return True
        # the clock may have jumped since the owner touched the file, which it does again before long
        time.sleep(_WATCHED)
        return os.fstat(descriptor).st_mtime != touched

    def _now(self) -> float:
        """The time on the clock of the file system."""
        path = self._path.with_name(f"{LOCK}.{secrets.token_hex(8)}.partial")
        try:
            with path.open("x") as file:
                return os.fstat(file.fileno()).st_mtime
        finally:
            path.unlink(missing_ok=True)

    def _beats(self) -> None:
        """Touch the file until the lock is given up."""
        while not self._stop.wait(_BEAT):
            with contextlib.suppress(OSError):
                os.utime(self._descriptor if os.utime in os.supports_fd else self._path)


def owner_of(folder: str | Path) -> dict[str, Any] | None:
    """Who holds the lock of a folder, as host and pid; None where nobody does.

    It looks and changes nothing, so that the answer may be old when it is used.
    """
    try:
        descriptor = _opened(Path(folder) / LOCK, create=False)
    except OSError:
        return None
    try:
        held = not _locked(descriptor)
        return _read(descriptor) or {} if held else None
    finally:
        os.close(descriptor)


def named(owner: Mapping[str, Any]) -> str:
    """An owner in words.

    >>> named({"host": "node3", "pid": 17}), named({})
    ('process 17 on node3', 'another process')
    """
    is_known = {"pid", "host"} <= owner.keys()
    return f"process {owner['pid']} on {owner['host']}" if is_known else "another process"


def _opened(path: Path, create: bool = True) -> int:
    """The descriptor of a lock file, which is a regular file.

    Raises:
        OSError: if there is something else, or it cannot be opened.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "is a link, which is not followed; remove it")
    flags = os.O_RDWR | (os.O_CREAT if create else 0)
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o644)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no regular file; remove it")
    return descriptor


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


def _may_live(owner: Mapping[str, Any]) -> bool:
    """Whether a process lives, and is not another that has got its number, as far as this host knows."""
    if not owner or owner.get("host") != socket.gethostname():
        return bool(owner)
    try:
        os.kill(int(owner["pid"]), 0)
    except PermissionError:
        pass
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return False
    return _started(int(owner["pid"])) == owner.get("started")


def _started(pid: int) -> str | None:
    """When a process was started, as the operating system counts; None where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except (OSError, IndexError):
        return None


def _read(descriptor: int) -> dict[str, Any] | None:
    """The owner that is written down; nothing in a file that was cut, None in one that is not ours."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    content = os.read(descriptor, _LENGTH)
    if content[: len(_BEGINNING)] != _BEGINNING[: len(content)]:
        return None
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write(descriptor: int, owner: Mapping[str, Any]) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, json.dumps(owner).encode())
    os.fsync(descriptor)


def _occupied(path: Path, owner: Mapping[str, Any]) -> str:
    """The message for who comes second."""
    return (
        f"{path.parent}: {named(owner)} is writing there; wait until it has finished, or choose another "
        f"OUTDIR (if it is dead for sure, remove {path})"
    )
