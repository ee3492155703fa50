"""The truth tables of a dataset, in memory or on the disk, and their files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.config.haloes.names import KAPPA_SHEET
from jaxlens.config.model.catalog import CATALOG_ROW, DEC_SKY, RA_SKY, is_catalog_column
from jaxlens.datasets.loading import load
from jaxlens.files.errors import StorageError
from jaxlens.files.systems import Systems
from jaxlens.simulator.simulator import Simulator
from jaxlens.truth import tables as of_systems
from jaxlens.truth.columns import catalog_column, order
from jaxlens.truth.programs import BATCH, no_params, parameter_shapes
from jaxlens.truth.writing import TruthFiles, TruthFormat

if TYPE_CHECKING:
    import pandas as pd

    from jaxlens.datasets.dataset import Dataset

# Where the tables of a dataset are by default, in its folder.
DEFAULT_NAMES: Mapping[TruthFormat, str] = {"csv": "truth", "parquet": "truth", "sqlite": "truth.sqlite"}


def truth_tables(
    source: Dataset | Simulator | str | os.PathLike[str],
    params: Mapping[str, ArrayLike] | None = None,
    ids: Sequence[Any] | np.ndarray | None = None,
    ra: ArrayLike | None = None,
    dec: ArrayLike | None = None,
    *,
    epochs: bool = False,
    lensed_hosts: bool = False,
    configurations: Iterable[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """The truth tables of a dataset or of a simulator's systems.

    They are `lens`, `host` and `images`: the lens of each system, its extended sources, and each image of
    each AGN or supernova with its place, magnification, delay and magnitudes; and `galaxies`, `stars`,
    `systems` and `epochs` where there are any.  docs/slsprinkler.md has their columns.

    Args:
        source: a Dataset, the folder of one, or a Simulator.
        params: of a Simulator the parameters of the systems, as `sample` gives them; None of a dataset.
        ids: of a Simulator the name of each system, whole numbers or texts, (n,); by default 0, 1, ...
        ra: of a Simulator the right ascension of each system, degrees, (n,).  A dataset has those of its
            CATALOG.
        dec: the declination, degrees, (n,).
        epochs: whether magnitudes by epoch are among the tables, of time series.
        lensed_hosts: whether hosts have their magnitudes as they are lensed, for which their images are made.
        configurations: labels or NAMEs of those of a dataset that are asked for; by default all.

    Returns:
        Tables by name.

    Raises:
        ValueError: if an argument does not fit.
        StorageError: if there is no dataset, or its configuration cannot be read.

    Warns:
        UserWarning: as `load`; and if a point source has more images than there is room for.

    >>> import jaxlens
    >>> dataset = jaxlens.make_dataset("galaxy_galaxy", store_in_memory=False, store_sample=True)
    >>> tables = truth_tables(dataset)
    >>> len(tables["lens"]), tables["lens"]["mass1_profile"][0]
    (5, 'SIE')
    """
    if isinstance(source, Simulator):
        if params is None or configurations is not None:
            raise ValueError(
                "give the params of a Simulator's systems, and no configurations, which it has one of"
            )
        return of_systems.truth_tables(source, params, ids, ra, dec, epochs, None, lensed_hosts)
    if not (params is None and ids is None and ra is None and dec is None):
        raise ValueError("params, ids, ra and dec are those of a Simulator's systems; a dataset has its own")
    import pandas as pd

    dataset = load(Path(source)) if isinstance(source, str | os.PathLike) else source
    parts = list(_parts(dataset, configurations, _Wanted(epochs, lensed_hosts), lambda: None))
    found = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        own = [part[name] for part in parts if name in part]
        columns = dict.fromkeys(str(column) for part in own for column in part)
        # a table without rows does not know the types of its texts
        whole = pd.concat([part for part in own if len(part)] or own[:1], ignore_index=True)
        found[name] = whole.reindex(columns=sorted(columns, key=partial(order, name)))
    return found


def write_dataset_truth(
    dataset: Dataset,
    path: str | os.PathLike[str] | None = None,
    format: TruthFormat = "csv",
    epochs: bool = False,
    lensed_hosts: bool = False,
    configurations: Iterable[str] | None = None,
    check: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Write the truth tables of a dataset, of which only some systems are in memory at a time.

    Args:
        dataset: the dataset.
        path: of sqlite the file; of CSV and Parquet the folder, in which each table has a file of its name.
            By default `truth.sqlite` or `truth` in the dataset's folder.
        format: "csv", "parquet" or "sqlite".
        epochs: as in `truth_tables`.
        lensed_hosts: as there.
        configurations: as there.
        check: is called between chunks, and raises where the work should end.

    Returns:
        The files.

    Raises:
        ValueError, StorageError: as `truth_tables`; ValueError if there is no path, nor a folder.
        ImportError: if the library of the format is not installed.
    """
    if path is None:
        if dataset.folder is None:
            raise ValueError("the dataset has no folder; give the path of its truth tables")
        path = dataset.folder / DEFAULT_NAMES.get(format, "truth")
    labels, wanted = _labels(dataset, configurations), _Wanted(epochs, lensed_hosts)
    layout = _layout(dataset, labels, wanted)
    with TruthFiles(path, format, layout, dataset.bands) as files:
        for part in _parts(dataset, labels, wanted, check):
            files.append(part)
        return files.finish()


class _Wanted(NamedTuple):
    """What is asked for beside what always is."""

    epochs: bool
    lensed_hosts: bool


def _labels(dataset: Dataset, configurations: Iterable[str] | None) -> list[str]:
    """The labels of the configurations whose tables are asked for and of which there is something."""
    if "config" not in dataset.__dict__:
        raise StorageError(
            f"{dataset.folder}: has no configuration that can be read, which truth tables need"
        )
    if configurations is None:
        return list(dataset._systems)
    names = [configurations] if isinstance(configurations, str) else configurations
    return [dataset.config.configuration(name).label for name in names]


def _layout(dataset: Dataset, labels: Sequence[str], wanted: _Wanted) -> dict[str, pd.DataFrame]:
    """The tables of all configurations without rows."""
    found: dict[str, pd.DataFrame] = {}
    for label in labels:
        simulator, systems = Simulator(dataset.config, label), dataset.systems_of(label)
        for name, table in _tables(simulator, systems.values(0, 0), no_params(simulator), wanted).items():
            found[name] = merged_columns(name, found.get(name), table)
    return found


def merged_columns(name: str, first: pd.DataFrame | None, second: pd.DataFrame) -> pd.DataFrame:
    """A table without rows that has the columns of both, in the order in which columns stand.

    Args:
        name: the name of the table.
        first: a table without rows, or None.
        second: another one.
    """
    if first is None:
        return second
    both = first.join(second[[column for column in second if column not in first]])
    return both[sorted(both, key=lambda column: order(name, str(column)))]


def _parts(
    dataset: Dataset, configurations: Iterable[str] | None, wanted: _Wanted, check: Callable[[], None]
) -> Iterator[dict[str, pd.DataFrame]]:
    """The tables of some systems at a time."""
    for label in _labels(dataset, configurations):
        simulator, systems = Simulator(dataset.config, label), dataset.systems_of(label)
        indices = systems.indices
        for start in range(0, max(len(indices), 1), BATCH):
            check()
            stop = min(start + BATCH, len(indices))
            values = systems.values(start, stop)
            params = _params(simulator, systems, values, indices[start:stop])
            yield _tables(simulator, values, params, wanted, indices[start:stop])


def _tables(
    simulator: Simulator,
    values: Mapping[str, np.ndarray],
    params: Mapping[str, np.ndarray],
    wanted: _Wanted,
    indices: np.ndarray | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables of some systems of one configuration."""
    known = {name: _shaped(value, ()) for name, value in values.items() if is_catalog_column(name)}
    ra, dec = (known.pop(name, None) for name in (RA_SKY, DEC_SKY))
    if ra is None or dec is None:
        ra = dec = None
    catalogued = (
        {catalog_column(name): value for name, value in known.items()} if CATALOG_ROW in known else None
    )
    epochs = wanted.epochs and simulator.scene.series is not None
    return of_systems.truth_tables(
        simulator, params, indices, ra, dec, epochs, catalogued, wanted.lensed_hosts
    )


def _shaped(value: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A value with this shape for each system; a CSV has all values for each epoch and band.

    Args:
        value: (n,), (n, bands), or (n, epochs, bands).
        shape: (), (bands,), (epochs, bands) or (epochs, 1).
    """
    while value.ndim > len(shape) + 1:
        # that of the first band, or of the first epoch
        value = value[:, 0] if shape or value.ndim == 2 else value[..., 0]
    return value[..., :1] if shape[-1:] == (1,) else value


def _params(
    simulator: Simulator, systems: Systems, values: Mapping[str, np.ndarray], indices: np.ndarray
) -> dict[str, np.ndarray]:
    """The parameters of some systems, with their haloes."""
    shapes = parameter_shapes(simulator)
    arrays = {name: one for name in shapes if (one := halo_array(name)) is not None}
    found = {name: _shaped(values[name], one.shape[1:]) for name, one in shapes.items() if name not in arrays}
    if not arrays:
        return found
    room = {one.prefix: shapes[name].shape[1] for name, one in arrays.items() if one.array != KAPPA_SHEET}
    assert systems.haloes is not None
    own = systems.haloes.params(indices, room)
    return found | {name: own[name] for name in arrays}
