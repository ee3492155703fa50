"""The lock of a folder: one process writes, the other is told who does, and the lock of the dead is taken."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jaxlens.files.errors import StorageError
from jaxlens.production import lock
from jaxlens.production.lock import LOCK, FolderLock, FolderLocked, owner_of

HOLDER = """
import sys, time
from jaxlens.production.lock import FolderLock
with FolderLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the lock of the test's folder."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def leave(folder: Path, host: str, pid: int, started: str | None, age: float = 0.0) -> None:
    """A lock that its owner has left behind, last touched so many seconds ago."""
    path = folder / LOCK
    path.write_text(json.dumps({"host": host, "pid": pid, "started": started}))
    os.utime(path, (time.time() - age,) * 2)


def take(folder: Path) -> None:
    """Take the lock, and give it back."""
    with FolderLock(folder):
        assert json.loads((folder / LOCK).read_text())["pid"] == os.getpid()
    assert list(folder.iterdir()) == []


def test_one_process_wins_and_the_other_is_told_who_has(tmp_path: Path, holder: subprocess.Popen) -> None:
    who = f"process {holder.pid} on {socket.gethostname()} is writing there; wait"
    for _ in range(2):
        with pytest.raises(FolderLocked, match=who), FolderLock(tmp_path):
            pass
    assert owner_of(tmp_path)["pid"] == holder.pid
    assert owner_of(tmp_path)["host"] == socket.gethostname()
    holder.kill()
    holder.wait()
    assert owner_of(tmp_path) is None
    take(tmp_path)


def test_a_process_that_is_stopped_still_holds_it(tmp_path: Path, holder: subprocess.Popen) -> None:
    holder.send_signal(signal.SIGSTOP)
    with pytest.raises(FolderLocked), FolderLock(tmp_path):
        pass


def test_one_thread_of_a_process_wins(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        with pytest.raises(FolderLocked, match=f"process {os.getpid()} on"), FolderLock(tmp_path):
            pass
        assert owner_of(tmp_path)["pid"] == os.getpid()
    assert owner_of(tmp_path) is None


def test_the_lock_of_a_dead_process_is_taken(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        process.wait()
    leave(tmp_path, socket.gethostname(), process.pid, "1")
    take(tmp_path)


def test_the_lock_of_a_zombie_is_taken(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    started = lock._started(process.pid)
    while lock._started(process.pid) is not None:
        time.sleep(0.01)
    os.kill(process.pid, 0)  # it is still there, as a zombie
    leave(tmp_path, socket.gethostname(), process.pid, started)
    take(tmp_path)
    process.wait()


def test_a_number_that_another_process_has_got_is_no_owner(tmp_path: Path) -> None:
    leave(tmp_path, socket.gethostname(), os.getpid(), "long ago")
    take(tmp_path)


def test_where_the_system_s_lock_does_not_reach_the_owner_that_is_written_down_counts(tmp_path: Path) -> None:
    leave(tmp_path, socket.gethostname(), os.getpid(), lock._started(os.getpid()))
    with pytest.raises(FolderLocked, match=f"process {os.getpid()}"), FolderLock(tmp_path):
        pass
    leave(tmp_path, "another-host", 1, "1", age=60.0)
    with pytest.raises(FolderLocked, match="process 1 on another-host"), FolderLock(tmp_path):
        pass
    assert (tmp_path / LOCK).exists()


@pytest.mark.parametrize("age", [1e4, -1e4], ids=["clock ran ahead", "clock was set back"])
def test_the_lock_of_another_host_is_taken_once_nobody_touches_it(
    age: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touched(seconds: float) -> None:
        assert seconds == lock._WATCHED
        os.utime(tmp_path / LOCK)

    leave(tmp_path, "another-host", 1, "1", age)
    monkeypatch.setattr(time, "sleep", touched)
    with pytest.raises(FolderLocked, match="another-host"), FolderLock(tmp_path):
        pass
    leave(tmp_path, "another-host", 1, "1", age)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    take(tmp_path)


def test_the_owner_touches_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_BEAT", 0.01)
    with FolderLock(tmp_path):
        os.utime(tmp_path / LOCK, (0.0, 0.0))
        while (tmp_path / LOCK).stat().st_mtime == 0.0:
            time.sleep(0.01)


def test_a_lock_that_was_cut_while_it_was_written_is_taken(tmp_path: Path) -> None:
    for text in ("", '{"ho', '{"host": "x", "pid'):
        (tmp_path / LOCK).write_text(text)
        take(tmp_path)


def plant_file(path: Path) -> None:
    path.write_text("the combination of the safe")


def plant_link(path: Path) -> None:
    (path.parent / "target").write_text("precious")
    path.symlink_to("target")


def plant_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (plant_file, "is no lock of jaxlens"),
        (plant_link, "is a link"),
        (plant_dangling_link, "is a link"),
        (os.mkfifo, "is no regular file"),
        (Path.mkdir, "directory"),
    ],
)
def test_what_is_no_lock_is_refused_and_stays(plant, message: str, tmp_path: Path) -> None:
    plant(tmp_path / LOCK)
    before = {p.name: p.lstat().st_mode for p in tmp_path.iterdir()}
    with pytest.raises(StorageError, match=message), FolderLock(tmp_path):
        pass
    assert owner_of(tmp_path) is None
    assert {p.name: p.lstat().st_mode for p in tmp_path.iterdir()} == before
    if plant is plant_link:
        assert (tmp_path / "target").read_text() == "precious"


def test_a_lock_that_somebody_removed_is_not_removed_for_the_next(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        (tmp_path / LOCK).unlink()
        with FolderLock(tmp_path):
            pass
        (tmp_path / LOCK).write_text("of another process")
    assert (tmp_path / LOCK).read_text() == "of another process"


def test_nobody_holds_what_is_not_there(tmp_path: Path) -> None:
    assert owner_of(tmp_path) is None
    with pytest.raises(StorageError, match="No such file"), FolderLock(tmp_path / "missing"):
        pass
