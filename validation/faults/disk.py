"""Disks that are full, and folders that cannot be written."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from jaxlens.files import writer
from jaxlens.files.errors import StorageError
from validation.faults.laboratory import PATIENCE, Laboratory, checksums, is_passing, recorded
from validation.faults.outcome import Outcome

# Bytes of a file, at which the manifest, or the files of a shard, can no longer be written.
_LIMITS = (1_000, 2_600, 20_000, 1_000_000)
# Limits the size of files once all is imported.
_LIMITED = """
import resource
import jaxlens.cli.generate
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
"""
# Gives up every capability, since root with them may write into any folder (capset(2), version 3).
_AS_ANYBODY = """
import ctypes
capset = ctypes.CDLL(None, use_errno=True).capset
assert capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()) == 0
"""


def limited(laboratory: Laboratory, count: int) -> Outcome:
    """RLIMIT_FSIZE: a file grows beyond what is allowed."""
    outcome = Outcome("full disk (RLIMIT_FSIZE)")
    expected = laboratory.undisturbed()
    for limit in _LIMITS:
        folder = laboratory.new()
        code, _, text = laboratory.run(laboratory.command(folder), _LIMITED.format(limit=limit))
        problems = [] if code == 1 and "jaxlens: " in text else [f"limit {limit}: {code}, {text[-300:]}"]
        problems += laboratory.faults(folder, expected) + _left(folder)
        laboratory.finish(folder)
        outcome.add(problems, same=checksums(folder) == expected)
    return outcome


def refused_by_the_writer(laboratory: Laboratory, count: int) -> Outcome:
    """A writer that raises ENOSPC at a random chunk."""
    outcome = Outcome("full disk (ENOSPC in the writer)")
    check = writer._check_free_space
    for number in range(count):
        form = ("h5", "npy")[number % 2]
        expected, folder = laboratory.undisturbed(form), laboratory.new()
        left = [laboratory.random.randrange(48)]

        def full(place: Path, needed: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, os.strerror(28))
            check(place, needed)

        problems = ["no error"]
        try:
            with mock.patch.object(writer, "_check_free_space", full):
                laboratory.finish(folder, form)
        except StorageError as error:
            problems = [] if "the disk is full; free some space" in str(error) else [str(error)]
        problems += laboratory.faults(folder, expected) + _left(folder)
        laboratory.finish(folder, form)
        outcome.add(problems, same=checksums(folder) == expected)
    return outcome


def filled(laboratory: Laboratory, count: int) -> Outcome:
    """A real file system of a few MB that fills up during the run; where one may mount."""
    outcome = Outcome("full disk (tmpfs, filled during the run)")
    expected = laboratory.undisturbed()
    with _small_disk() as disk:
        if disk is None:
            outcome.fault += ": may not mount here, not tried"
            outcome.add([])
            return outcome
        folder = disk / "made"
        with laboratory.process(laboratory.command(folder)) as process:
            while process.poll() is None and recorded(folder) < 2:
                time.sleep(0.001)
            with contextlib.suppress(OSError), (disk / "filler").open("wb") as file:
                while True:
                    file.write(bytes(2**16))
                    file.flush()
            _, text = process.communicate(timeout=PATIENCE)
        right = process.returncode == 1 and "the disk is full; free some space" in text
        problems = [] if right else [f"{process.returncode}: {text[-300:]}"]
        problems += laboratory.faults(folder, expected) + _left(folder)
        (disk / "filler").unlink()
        laboratory.finish(folder)
        outcome.add(problems, same=checksums(folder) == expected)
    return outcome


def read_only(laboratory: Laboratory, count: int) -> Outcome:
    """A folder that the user may not write: with a part of a dataset, and without one."""
    outcome = Outcome("read-only folder")
    empty, begun, expected = laboratory.new(), laboratory.new(), laboratory.undisturbed()
    empty.mkdir()
    laboratory.finish(begun)
    (begun / "CONFIGURATION_1_images-00003-of-00016.h5").unlink()
    for folder in (empty, begun):
        before = checksums(folder)
        folder.chmod(0o555)
        code, _, text = laboratory.run(laboratory.command(folder, "--resume"), _AS_ANYBODY)
        folder.chmod(0o755)
        right = code == 1 and "Permission denied; choose an OUTDIR in a folder that you may write" in text
        problems = [] if right else [f"{code}: {text[-300:]}"]
        lost = checksums(folder) != before
        laboratory.finish(folder)
        outcome.add(problems, lost, checksums(folder) == expected)
    return outcome


def _left(folder: Path) -> list[str]:
    """What a process that has ended has left behind."""
    found = checksums(folder) if folder.exists() else {}
    return [f"{name} is left" for name in found if is_passing(name)]


@contextlib.contextmanager
def _small_disk() -> Iterator[Path | None]:
    """A file system of 24 MB, or None where this process may not mount one."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=24M", "tmpfs", folder]
        try:
            mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            mounted = False
        try:
            yield Path(folder) if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", "-l", folder], check=True)
