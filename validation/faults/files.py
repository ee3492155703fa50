"""Files that are damaged, deleted, changed or planted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from jaxlens.files.errors import StorageError
from jaxlens.production.verification import verify
from validation.faults.laboratory import Laboratory, checksums, time_limit
from validation.faults.outcome import Outcome

_PRECIOUS = b"of somebody else\n"


def deleted(laboratory: Laboratory, count: int) -> Outcome:
    """A file of a shard is deleted."""
    return _damaged(laboratory, "deleted file", count, Path.unlink)


def flipped(laboratory: Laboratory, count: int) -> Outcome:
    """A bit of a file is flipped."""

    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        place = laboratory.random.randrange(len(content))
        content[place] ^= 1 << laboratory.random.randrange(8)
        path.write_bytes(content)

    return _damaged(laboratory, "flipped bit", count, flip)


def truncated(laboratory: Laboratory, count: int) -> Outcome:
    """A file is cut at a random place."""

    def cut(path: Path) -> None:
        os.truncate(path, laboratory.random.randrange(path.stat().st_size))

    return _damaged(laboratory, "truncated file", count, cut)


def asked_for_another(laboratory: Laboratory, count: int) -> Outcome:
    """A dataset is resumed with another seed, size, format or version, or made once more."""
    outcome = Outcome("resumed as another dataset, or made once more")
    expected = laboratory.undisturbed()
    folder = laboratory.new()
    laboratory.finish(folder)
    other = {"jaxlens": "0.0", "jax": "0.0", "jaxlib": "0.0", "numpy": "0.0"}
    lost = folder / "CONFIGURATION_1_images-00003-of-00016.h5"
    asked: dict[str, Callable[[], None]] = {
        "its seed is 1, not 2": lambda: laboratory.finish(folder, seed=2),
        "its format is h5, not npy": lambda: laboratory.finish(folder, "npy"),
        "its configurations are": lambda: laboratory.finish(folder, configurations=4),
        "its return_planes is False": lambda: laboratory.finish(folder, return_planes=True),
        "the batch_size of CONFIGURATION_1": lambda: laboratory.finish(folder, batch_size=5),
        "its image_dtype is float32": lambda: laboratory.finish(folder, image_dtype="float16"),
        "holds the dataset Faults": lambda: laboratory.finish(folder, resume=False),
    }
    for message, make in asked.items():
        outcome.add(_refused(make, message), checksums(folder) != expected)
    lost.unlink()
    with mock.patch("jaxlens.production.identity.versions", return_value=other):
        outcome.add(_refused(lambda: laboratory.finish(folder), "damaged shards, and was made otherwise"))
    laboratory.finish(folder)
    outcome.add([], same=checksums(folder) == expected)
    return outcome


def planted(laboratory: Laboratory, count: int) -> Outcome:
    """Links, pipes and folders stand where the dataset's files will be."""
    outcome = Outcome("planted link, pipe or folder")
    expected = laboratory.undisturbed()
    precious = laboratory.folder / "precious"
    precious.write_bytes(_PRECIOUS)
    names = [*_names(expected), "lock", "CONFIGURATION_1_images-00000-of-00016.h5.0123456789abcdef.partial"]
    for name in names:
        for plant in (precious.symlink_to, os.mkfifo, os.mkdir):
            folder = laboratory.new()
            folder.mkdir()
            _plant(plant, folder / name, precious)
            problems = []
            try:
                with time_limit():
                    laboratory.finish(folder)
                same = checksums(folder) == expected
            except StorageError as error:
                same = None
                problems = [] if name.split(".")[0] in str(error) else [f"{name} is not named: {error}"]
            except TimeoutError:
                same, problems = None, [f"hangs at {name}"]
            outcome.add(problems, precious.read_bytes() != _PRECIOUS, same)
    return outcome


def planted_later(laboratory: Laboratory, count: int) -> Outcome:
    """The same in a finished dataset: it is found, and made again."""
    outcome = Outcome("planted link or pipe in a finished dataset")
    expected = laboratory.undisturbed()
    precious = laboratory.folder / "precious_too"
    precious.write_bytes(_PRECIOUS)
    folder = laboratory.new()
    laboratory.finish(folder)
    for name in _names(expected):
        for plant in (precious.symlink_to, os.mkfifo):
            (folder / name).unlink()
            _plant(plant, folder / name, precious)
            problems, same = [], None
            try:
                with time_limit():
                    if name != "manifest.json" and verify(folder, 0).whole and name != "config.yaml":
                        problems.append(f"verify does not see {name}")
                    laboratory.finish(folder)
                    same = checksums(folder) == expected
            except StorageError as error:
                problems = [] if name == "manifest.json" else [str(error)]
                shutil.rmtree(folder)
                laboratory.finish(folder)
            except TimeoutError:
                problems = [f"hangs at {name}"]
            outcome.add(problems, precious.read_bytes() != _PRECIOUS, same)
    return outcome


def _damaged(laboratory: Laboratory, fault: str, count: int, damage: Callable[[Path], None]) -> Outcome:
    """Damage one file of a finished dataset, verify it, and resume."""
    outcome = Outcome(fault)
    for number in range(count):
        form = ("h5", "npy")[number % 2]
        folder, expected = laboratory.new(), laboratory.undisturbed(form)
        laboratory.finish(folder, form)
        names = [name for name in expected if "-of-" in name]
        name = laboratory.random.choice(names)
        damage(folder / name)
        said = verify(folder, systems=0)
        wrong = [one for one in said.shards if not one.whole]
        problems = [] if len(wrong) == 1 and name in str(said) else [f"verify says of {name}:\n{said}"]
        laboratory.finish(folder, form)
        outcome.add(problems, bool(problems), checksums(folder) == expected)
        shutil.rmtree(folder)
    return outcome


def _names(expected: dict[str, str]) -> Iterator[str]:
    """The names of the files of which one is tried: the first shard's, and what there is once."""
    yield from (name for name in expected if "-of-" not in name or "-00000-of-" in name)


def _plant(plant: Callable[[Path], object], path: Path, precious: Path) -> None:
    if plant == precious.symlink_to:
        path.symlink_to(precious)
    else:
        plant(path)


def _refused(make: Callable[[], None], message: str) -> list[str]:
    """What is wrong where something must be refused."""
    try:
        make()
    except StorageError as error:
        return [] if message in str(error) else [f"'{message}' is not in: {error}"]
    return [f"is not refused: {message}"]
