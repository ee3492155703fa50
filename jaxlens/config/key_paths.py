"""Where the entry of each parameter stands in a configuration file, by the parameter's name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jaxlens.config.columns import known_names
from jaxlens.config.copies import MAX, NUMBER, POSITION
from jaxlens.config.haloes.keys import halo_keys
from jaxlens.config.instrument import COSMOLOGY, FIXED, IMAGE, SURVEY
from jaxlens.config.model import LINE_OF_SIGHT, Config, Configuration, Draw, Galaxy, PointSource, Quantity
from jaxlens.config.naming import in_pixels, named_quantities
from jaxlens.config.short_names import ShortNames, object_names
from jaxlens.config.transients.timeseries import SERIES_KEYS

# The keys of DATASET.PARAMETERS that can be changed.
_DATASET = ("SIZE", "OUTDIR", "SEED")
# The sections of SPECIES and GEOMETRY whose numbers are not under the key PARAMETERS.
_WITHOUT_PARAMETERS = ("MODEL", "TIMESERIES")


@dataclass(frozen=True)
class KeyPath:
    """The keys that lead to one entry of the file, and whether the entry may differ by band."""

    keys: tuple[str, ...]
    by_band: bool = False


def key_paths(config: Config, label: str, names: Iterable[str]) -> list[tuple[KeyPath, str | None]]:
    """The keys of the entry that each name means, and the band at its end (None without one).

    Args:
        config: the configuration file.
        label: the label or NAME of the configuration.
        names: full or short names of parameters, with a band or without.

    Raises:
        ValueError: if a name is not that of one parameter of this configuration.
    """
    known = dict(_entries(config, config.configuration(label)))
    short = _short_names(known, config.bands, config.configuration(label))
    return [_find(name, known, short, config.bands, label) for name in names]


def _entries(config: Config, configuration: Configuration) -> Iterator[tuple[str, KeyPath]]:
    """Every name that can be set, and the keys of its entry."""
    for name in _DATASET:
        yield name, KeyPath(("DATASET", "PARAMETERS", name))
    given = dict((*config.cosmology, *config.instrument.quantities))
    for section, rules in (("COSMOLOGY", COSMOLOGY), ("IMAGE", IMAGE), ("SURVEY", SURVEY)):
        for name, rule in rules.items():
            own = (section, "PARAMETERS", name)
            yield name, KeyPath(own, rule.by_band)
            if name in given:
                yield from _link_entries(name, own, given[name], config.bands)
    for name in FIXED:
        yield name, KeyPath(("IMAGE", "PARAMETERS", name), by_band=name == "kernel_point_source")
    yield "BANDS", KeyPath(("SURVEY", "PARAMETERS", "BANDS"))
    for label, _ in configuration.noise:
        yield f"{label}-NAME", KeyPath(("GEOMETRY", configuration.label, label))
    if configuration.series:
        for name in SERIES_KEYS:
            yield name, KeyPath(("GEOMETRY", configuration.label, "TIMESERIES", name))
    yield from ((name, KeyPath(keys)) for name, keys in halo_keys(configuration))
    for plane in configuration.planes:
        for label, species in plane.objects:
            if isinstance(species, PointSource):
                yield f"{plane.label}-{label}-MODEL", KeyPath(("SPECIES", species.label, "MODEL"))
            elif isinstance(species, Galaxy):
                yield from _integers(f"{plane.label}-{label}", species)
        for copies in plane.copies:
            for name in (NUMBER, MAX, POSITION):
                keys = ("GEOMETRY", configuration.label, plane.label, copies.label, name)
                yield f"{plane.label}-{copies.label}-{name}", KeyPath(keys)
    yield from _objects(config, configuration)


def _integers(prefix: str, galaxy: Galaxy) -> Iterator[tuple[str, KeyPath]]:
    """The whole numbers of a galaxy's profiles, and the keys of their entries."""
    for profile in (*galaxy.light, *galaxy.mass, *galaxy.shear):
        for name, _ in profile.integers:
            keys = ("SPECIES", galaxy.label, profile.label, "PARAMETERS", name)
            yield f"{prefix}-{profile.label}-{name}", KeyPath(keys)


def _objects(config: Config, configuration: Configuration) -> Iterator[tuple[str, KeyPath]]:
    """The parameters of planes, objects and noise, and the keys of their entries.

    A plane's redshift has several names (see `columns.Names`).
    """
    names = known_names(config.cosmology, config.instrument, (configuration,))
    rules = names.rules[configuration.label]
    quantities = dict(named_quantities(config.cosmology, config.instrument, configuration))
    for written, parameter in names.parameters[configuration.label].items():
        quantity = quantities[parameter]
        words = quantity.path.split(".")
        # the positions of foreground stars and of copies are random and have no entry in the file
        is_placed = parameter in in_pixels(configuration) or POSITION in words or words[-1] == NUMBER
        if words[0] in ("SPECIES", "GEOMETRY", LINE_OF_SIGHT) and not (is_placed or quantity.part):
            between = () if words[2:] and words[2] in _WITHOUT_PARAMETERS else ("PARAMETERS",)
            keys = (*words[:-1], *between, words[-1])
            yield written, KeyPath(keys, rules[parameter].by_band)
            yield from _link_entries(written, keys, quantity, config.bands)


def _link_entries(
    name: str, keys: tuple[str, ...], quantity: Quantity, bands: tuple[str, ...]
) -> Iterator[tuple[str, KeyPath]]:
    """The numbers of the links of a quantity, as `<name>-TIMES`, or `<name>-TIMES-<band>` by band.

    Args:
        name: the name of the quantity.
        keys: the keys that lead to it.
        quantity: the quantity.
        bands: the names of the bands.
    """
    for band, draw in zip(bands if quantity.per_band else ("",), quantity.draws, strict=True):
        for own, more in _link_keys(draw):
            ends = "-".join(filter(None, (name, *own, band)))
            yield ends, KeyPath((*keys, *filter(None, (band,)), *more))


def _link_keys(draw: Draw) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words of the name and the keys of each number of a link, and of the links in its arguments."""
    if draw.link is None:
        return
    parts: dict[str, Draw | None] = {key: None for key, _ in draw.parameters} | dict(draw.link.parts)
    for key, part in parts.items():
        head, _, last = key.rpartition(".")
        keys = (head, "PARAMETERS", last) if head else (last,)
        yield (last,), keys
        for own, more in _link_keys(part) if part else ():
            yield (last, *own), (*keys, *more)


def _short_names(
    known: Mapping[str, KeyPath], bands: tuple[str, ...], configuration: Configuration
) -> ShortNames:
    """What the full and short names of entries mean, with a band at their end or without."""
    first: dict[KeyPath, str] = {}
    # a plane's redshift has several names
    meant = {name: first.setdefault(path, name) for name, path in known.items()}
    banded = {f"{name}-{band}": f"{own}-{band}" for band in bands for name, own in meant.items()}
    return ShortNames(banded | meant, object_names(configuration))


def _find(
    name: str, known: Mapping[str, KeyPath], names: ShortNames, bands: tuple[str, ...], label: str
) -> tuple[KeyPath, str | None]:
    """The keys of the entry that a name means, and the band at its end (None without one)."""
    if name not in known and names.meant(name):
        name = names.full(name)
    if name in known:
        return known[name], None
    for band in bands:
        if name.endswith(f"-{band}") and name.removesuffix(f"-{band}") in known:
            return known[name.removesuffix(f"-{band}")], band
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else "dataset.search(...) lists names"
    raise ValueError(f"{name!r} is no parameter of {label}; {advice}")
