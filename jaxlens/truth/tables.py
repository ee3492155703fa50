"""The truth tables of systems of one configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.model import PointSource
from jaxlens.simulator.simulator import Simulator
from jaxlens.truth.blocks import Block, joined_blocks, texts
from jaxlens.truth.galaxies import galaxy_block, star_block
from jaxlens.truth.images import epoch_block, image_block, transient_of
from jaxlens.truth.layout import Layout, Member, layout
from jaxlens.truth.lensed_hosts import lensed_magnitudes
from jaxlens.truth.programs import Systems, computed_systems
from jaxlens.truth.sky import sky_position

if TYPE_CHECKING:
    import pandas as pd

# The tables that every configuration has; the others are there where it has such objects.
ALWAYS = ("lens", "host", "images")


def truth_tables(
    simulator: Simulator,
    params: Mapping[str, ArrayLike],
    ids: Sequence[Any] | np.ndarray | None = None,
    ra: ArrayLike | None = None,
    dec: ArrayLike | None = None,
    epochs: bool = False,
    systems: Mapping[str, np.ndarray] | None = None,
    lensed_hosts: bool = False,
) -> dict[str, pd.DataFrame]:
    """The truth tables of systems: lenses, hosts, and each image of each point source.

    Args:
        simulator: the simulator of their configuration.
        params: their parameters, as `Simulator.sample` gives them, {name: (n,) or (n, bands)}.
        ids: what the column `id` has for each system, whole numbers or texts, (n,); by default 0, 1, ...
        ra: the right ascension of each system's origin, degrees, (n,); without it there are offsets alone.
        dec: the declination, degrees, (n,).
        epochs: whether there is a table of magnitudes by epoch, of a time series.
        systems: what is known of the systems from catalogues, (n,) by the name of a column of the table
            "systems".
        lensed_hosts: whether the table of hosts has their magnitudes as they are lensed, for which the light
            of each is computed.

    Returns:
        By name "lens", "host" and "images"; "galaxies" and "stars" where the configuration has others;
        "epochs" and "systems" where they are asked for.  The columns are those of `jaxlens.truth.columns`.

    Raises:
        ValueError: where a parameter is missing, an argument has another length than the parameters, only one
            of `ra` and `dec` is given, or `epochs` is asked for without a time series.

    >>> import jax
    >>> sim = Simulator("galaxy_galaxy")
    >>> tables = truth_tables(sim, sim.sample(1, 2), ids=["a", "b"])
    >>> tables["lens"]["id"].tolist(), tables["host"]["species"].tolist()
    (['a', 'b'], ['SOURCE', 'SOURCE'])
    """
    if epochs and simulator.scene.series is None:
        raise ValueError(f"{simulator.configuration.label} has no TIMESERIES; leave epochs out")
    found = computed_systems(simulator, params)
    count = len(next(iter(found.values.values())))
    places = _Places(_ids(ids, count), *_sky(ra, dec, count))
    tables = {}
    if systems is not None:
        block = Block(np.arange(count), _catalogued(simulator, places, systems))
        tables["systems"] = joined_blocks("systems", [block])
    members = layout(simulator)
    lensed = lensed_magnitudes(simulator, params, members.galaxies["host"]) if lensed_hosts else {}
    for table, own in _blocks(simulator, found, members, epochs, lensed).items():
        blocks = [_whole(simulator, member, block, found, places) for member, block in own]
        tables[table] = joined_blocks(table, blocks or [_empty(places)])
    return tables


class _Places(NamedTuple):
    """The names of the systems, and where they are on the sky (degrees), each (n,)."""

    ids: np.ndarray
    ra: np.ndarray | None
    dec: np.ndarray | None


def _blocks(
    simulator: Simulator,
    found: Systems,
    members: Layout,
    epochs: bool,
    lensed: Mapping[str, np.ndarray],
) -> dict[str, list[tuple[Member, Block]]]:
    """The blocks of each table; `lensed` are the magnitudes of hosts by prefix."""
    scene, configuration, bands = simulator.scene, simulator.configuration, simulator.bands
    blocks: dict[str, list[tuple[Member, Block]]] = {
        table: [(one, galaxy_block(one, found.values, bands, lensed.get(one.prefix))) for one in own]
        for table, own in members.galaxies.items()
        if own or table in ALWAYS
    }
    blocks["images"] = [(one, image_block(one, scene, found, configuration)) for one in members.points]
    if members.stars:
        blocks["stars"] = [(one, star_block(one, found.values, bands)) for one in members.stars]
    if epochs:
        varying = [one for one in (*members.points, *members.stars) if transient_of(scene, one)]
        blocks["epochs"] = [(one, epoch_block(one, scene, found, configuration)) for one in varying]
    return blocks


def _catalogued(
    simulator: Simulator, places: _Places, systems: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The columns of the table of systems."""
    columns = {"id": places.ids, "configuration": texts(simulator.configuration.label, len(places.ids))}
    if places.ra is not None and places.dec is not None:
        columns |= {"ra": places.ra, "dec": places.dec}
    return columns | {name: np.asarray(column) for name, column in systems.items()}


def _whole(simulator: Simulator, member: Member, block: Block, found: Systems, places: _Places) -> Block:
    """A block with the columns that say whose rows they are, and where they are on the sky."""
    count, systems, own = len(block.systems), block.systems, block.columns
    redshift = f"{simulator.configuration.planes[member.plane].label}-OBJECT_1-REDSHIFT"
    columns = {
        "id": places.ids[systems],
        "configuration": texts(simulator.configuration.label, count),
        "object": texts(member.prefix, count),
        "species": texts(member.species.name, count),
    }
    if "x" in own:
        columns |= _on_sky(places, systems, own["x"], own["y"])
        if not _is_star(member):
            columns["redshift"] = found.values[redshift][systems]
    return Block(systems, columns | own)


def _is_star(member: Member) -> bool:
    return isinstance(member.species, PointSource) and member.species.host is None


def _on_sky(places: _Places, systems: np.ndarray, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Right ascension and declination of rows at x and y (arcsec), where systems have any."""
    if places.ra is None or places.dec is None:
        return {}
    ra, dec = sky_position(places.ra[systems], places.dec[systems], x, y)
    return {"ra": ra, "dec": dec}


def _empty(places: _Places) -> Block:
    """No rows of a table of which the configuration has no objects."""
    nothing = np.zeros(0)
    columns = {name: texts(None, 0) for name in ("configuration", "object", "species")}
    columns |= {"id": places.ids[:0], "redshift": nothing, "x": nothing, "y": nothing}
    columns |= {} if places.ra is None else {"ra": nothing, "dec": nothing}
    return Block(np.zeros(0, int), columns)


def _ids(ids: Sequence[Any] | np.ndarray | None, count: int) -> np.ndarray:
    """The names of the systems, (n,): whole numbers, or texts as objects."""
    if ids is None:
        return np.arange(count)
    found = np.asarray(ids)
    if found.shape != (count,):
        raise ValueError(f"ids has the shape {found.shape}; give one for each of the {count} systems")
    if found.dtype.kind in "iu":
        return found.astype(np.int64)
    if found.dtype.kind in "US" or all(isinstance(one, str) for one in found):
        return found.astype(str).astype(object)
    raise ValueError("ids must be whole numbers, or texts")


def _sky(
    ra: ArrayLike | None, dec: ArrayLike | None, count: int
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The positions of the systems in double precision, each (n,); None without."""
    if (ra is None) != (dec is None):
        raise ValueError("give both ra and dec, or neither")
    if ra is None:
        return None, None
    found = []
    for name, given in (("ra", ra), ("dec", dec)):
        array = np.asarray(given, np.float64)
        if array.shape != (count,):
            raise ValueError(f"{name} has the shape {array.shape}; give one for each of the {count} systems")
        found.append(array)
    beyond = found[1][np.abs(found[1]) > 90.0]
    if beyond.size:
        raise ValueError(f"dec has {beyond[0]:g}, which is no declination; give degrees from -90 to 90")
    return found[0], found[1]
