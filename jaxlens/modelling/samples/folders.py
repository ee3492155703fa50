"""The folder of a sample: what was asked for, and a sub-folder for each lens that is whole or not there."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jaxlens.files.at_once import write_at_once
from jaxlens.files.errors import StorageError, explained
from jaxlens.modelling.samples.record import Record

# The files of the folder of a sample.
SAMPLE, CONFIG, RESULTS, SUMMARY, LENSES = "sample.json", "lens.yaml", "results.csv", "summary.png", "lenses"
# The file of a lens by which its folder is whole.
RECORD = "record.json"


class SampleFolder:
    """The folder in which the results of a sample are.

    Args:
        path: the folder, which is made where it does not exist.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def begin(self, asked: Mapping[str, Any], config: str, resume: bool, overwrite: bool) -> None:
        """Prepare the folder for a run.

        Args:
            asked: what the results depend on besides the images: numbers, texts and lists of them, by name.
            config: the text of the configuration, kept as `lens.yaml`.
            resume: whether results that are there stay.
            overwrite: whether results that are there are removed.

        Raises:
            StorageError: if results are there and neither `resume` nor `overwrite` is given; if those to be
                resumed were asked for otherwise; if the folder cannot be written.
        """
        asked = json.loads(json.dumps({**asked, "config": config}))
        there = self._asked()
        if there is not None and resume:
            self._check_same(asked, there)
            return
        if there is not None and not overwrite:
            raise StorageError(
                f"{self.path} has the results of a sample; go on with --resume, begin anew with --overwrite, "
                "or choose another folder"
            )
        with explained(self.path, "choose a folder that you may write"):
            if there is not None:
                for name in (RESULTS, SUMMARY):
                    (self.path / name).unlink(missing_ok=True)
                shutil.rmtree(self.path / LENSES, ignore_errors=True)
            (self.path / LENSES).mkdir(parents=True, exist_ok=True)
        write_at_once(self.path / CONFIG, config)
        write_at_once(self.path / SAMPLE, json.dumps(asked, indent=1) + "\n")

    def _asked(self) -> dict[str, Any] | None:
        """What was asked for in this folder before; None where nothing was."""
        path = self.path / SAMPLE
        if not path.exists():
            return None
        with explained(path, "restore it, or choose another folder", (OSError, ValueError)):
            tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return tree

    def _check_same(self, asked: Mapping[str, Any], there: Mapping[str, Any]) -> None:
        """StorageError where something else was asked for before."""
        for name in sorted({*asked, *there}):
            if asked.get(name) != there.get(name):
                values = (
                    "it was another one"
                    if name == "config"
                    else f"it was {there.get(name)!r}, and now it is {asked.get(name)!r}"
                )
                raise StorageError(
                    f"{self.path} cannot be resumed with another {name}: {values}; ask for the same, or "
                    "choose another folder"
                )

    def record(self, folder_name: str) -> Record | None:
        """What is kept of a lens; None where its folder is not whole."""
        path = self.path / LENSES / folder_name / RECORD
        if not path.exists():
            return None
        with explained(path, "remove the lens's folder, and fit it again", (OSError, ValueError)):
            return Record.from_json(path.read_text(encoding="utf-8"))

    @contextlib.contextmanager
    def lens(self, folder_name: str) -> Iterator[Path]:
        """A new folder for the files of a lens, which replaces an earlier one at the end of the `with` block.

        An error inside of the block leaves the earlier one as it was.

        Raises:
            StorageError: if the folder cannot be written.
        """
        place = self.path / LENSES / folder_name
        token = secrets.token_hex(4)
        partial, old = (place.with_name(f".{place.name}.{token}.{end}") for end in ("partial", "old"))
        with explained(partial, "choose a folder that you may write"):
            partial.mkdir(parents=True)
        try:
            yield partial
            with explained(place, "choose a folder that you may write"):
                if place.exists():
                    place.replace(old)
                partial.replace(place)
        finally:
            for left in (partial, old):
                shutil.rmtree(left, ignore_errors=True)

    def write(self, name: str, text: str) -> None:
        """Replace a file of the folder at once."""
        write_at_once(self.path / name, text)
