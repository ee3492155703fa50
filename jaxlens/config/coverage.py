"""Which numbers of the file are used: those that no table sets, and where they stand in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jaxlens.config.errors import Place
from jaxlens.config.model import Backgrounds, Column, Configuration, Draw, Joint, Quantity
from jaxlens.config.profile_parameters import entry_of
from jaxlens.config.reader import Node

# What sets parameters in place of the file's own numbers.
Tables = Sequence[Joint | Backgrounds]


def free_bands(name: str, configuration: Configuration, bands: tuple[str, ...], tables: Tables) -> list[str]:
    """The bands in which no table sets a parameter of a configuration.

    Args:
        name: the name of the parameter.
        configuration: the configuration.
        bands: the bands of the file.
        tables: the entries of DISTRIBUTIONS, and BACKGROUNDS.

    Returns:
        The bands; none where tables set the parameter in every band.
    """
    columns = [column for column in _columns(configuration.label, tables) if column.parameter == name]
    series = configuration.series
    if any(column.band is None for column in columns) or (series and name in series.cadence.conditions):
        return []
    return [band for band in bands if band not in {column.band for column in columns}]


def free_draws(
    name: str, quantity: Quantity, configuration: Configuration, bands: tuple[str, ...], tables: Tables
) -> Iterator[tuple[str | None, Draw]]:
    """The draws of a quantity that a configuration uses: (band, draw), where None stands for all bands.

    Args:
        name: the name of the parameter.
        quantity: the quantity.
        configuration: the configuration.
        bands: the bands of the file.
        tables: the entries of DISTRIBUTIONS, and BACKGROUNDS.
    """
    free = free_bands(name, configuration, bands, tables)
    if not quantity.per_band and free:
        yield None, quantity.draws[0]
    elif quantity.per_band:
        yield from ((band, draw) for band, draw in zip(bands, quantity.draws, strict=True) if band in free)


def _columns(label: str, tables: Tables) -> Iterator[Column]:
    """The columns of all tables that set a parameter of the configuration `label`."""
    for table in tables:
        if isinstance(table, Joint) or (table.iterate and label in table.configurations):
            yield from (column for column in table.columns if column.configuration in (None, label))


def is_replaced(configuration: Configuration, tables: Tables) -> bool:
    """Whether observed images replace the noise of the background."""
    return any(
        isinstance(table, Backgrounds)
        and table.mode == "replace"
        and configuration.label in table.configurations
        for table in tables
    )


def place_of(tree: Node, path: str, band: str | None = None) -> Place:
    r"""Where a quantity stands in the file, or the nearest mapping around it where it is a default.

    Args:
        tree: the whole file.
        path: the path of the quantity, without PARAMETERS.
        band: the band whose value is meant, where there is one for each.

    >>> from jaxlens.config.errors import Report
    >>> from jaxlens.config.reader import read_text
    >>> tree = read_text("SURVEY:\n  PARAMETERS:\n    seeing: 0.9", "c.yaml", Report())
    >>> print(place_of(tree, "SURVEY.seeing"))
    c.yaml:3: SURVEY.PARAMETERS.seeing
    """
    node = tree
    for word in path.split("."):
        inner = node.entries.get("PARAMETERS")
        if word not in node.entries and inner is not None:
            node = inner
        entry = entry_of(node, word)
        if entry is None:
            return node.place
        node = entry
    return node.entries[band].place if band in node.entries else node.place
