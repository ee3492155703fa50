"""The configuration files that come with jaxlens: made to be run, and to be copied and changed."""

from __future__ import annotations

from pathlib import Path

from jaxlens.config.errors import nearest

_FOLDER = Path(__file__).parent


def examples() -> dict[str, str]:
    """The packaged examples: name -> description, which is the file's first line.

    >>> sorted(examples())[0]
    'baobab_covariance'
    """
    return {path.stem: _description(path) for path in sorted(_FOLDER.glob("*.yaml"))}


def example_path(name: str) -> Path:
    """The file of the packaged example `name`.

    Raises:
        ValueError: if there is no such example; the message names the most similar one.

    >>> example_path("galaxy_galaxy").name
    'galaxy_galaxy.yaml'
    """
    names = examples()
    if name not in names:
        raise ValueError(f"{name!r} is no packaged example; {nearest(name, names)}")
    return _FOLDER / f"{name}.yaml"


def example_files(name: str) -> list[Path]:
    """The file of the packaged example `name`, and the tables and images that it names.

    Raises:
        ValueError: as `example_path`.

    >>> [path.name for path in example_files("lensed_supernova_series")]
    ['lensed_supernova_series.yaml', 'lensed_supernova_series_cadence.csv']
    """
    path = example_path(name)
    text = path.read_text(encoding="utf-8")
    beside = sorted(one for one in _FOLDER.iterdir() if one.suffix in (".csv", ".fits", ".h5"))
    return [path, *(one for one in beside if one.name in text)]


def _description(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().removeprefix("#").strip()
