"""Changing parameters in the dictionary of a configuration file, by their names in the metadata.

`Dataset.update_param`, `Dataset.update_param_dist` and `fit_population` write changed files with these
functions.  A `Config` is frozen; a changed one is read from the changed dictionary.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from jaxlens.config.columns import known_names
from jaxlens.config.copies import MAX, NUMBER, POSITION
from jaxlens.config.errors import Report, nearest
from jaxlens.config.files import FROM_DICT
from jaxlens.config.haloes.keys import halo_keys
from jaxlens.config.instrument import COSMOLOGY, FIXED, IMAGE, SURVEY
from jaxlens.config.model import LINE_OF_SIGHT, Config, Configuration, Draw, Galaxy, PointSource, Quantity
from jaxlens.config.model_names import population_name
from jaxlens.config.naming import BY_EPOCH, MICROLENSING, in_pixels, named_quantities
from jaxlens.config.profile_parameters import list_entry
from jaxlens.config.reader import Node, read_text
from jaxlens.config.short_names import ShortNames, object_names
from jaxlens.config.text import plain, yaml_text
from jaxlens.config.transients.timeseries import SERIES_KEYS
from jaxlens.kernels.relations import RELATIONS

# A configuration file as nested dictionaries.
Tree = dict[str, Any]

# The keys of DATASET.PARAMETERS that can be changed.
_DATASET = ("SIZE", "OUTDIR", "SEED")
# The sections of SPECIES and GEOMETRY whose numbers are not under the key PARAMETERS.
_WITHOUT_PARAMETERS = ("MODEL", "TIMESERIES")


@dataclass(frozen=True)
class KeyPath:
    """The keys that lead to one entry of the file, and whether the entry may differ by band."""

    keys: tuple[str, ...]
    by_band: bool = False


def config_dict(config: Config) -> Tree:
    """The whole file as a dictionary; SIZE, OUTDIR and SEED are those of `config`."""
    tree = cast(Tree, plain(read_text(config.text, FROM_DICT, Report(), numbered=False)))
    seed = {} if config.seed is None else {"SEED": config.seed}
    tree["DATASET"]["PARAMETERS"] |= {"SIZE": config.size, "OUTDIR": config.outdir} | seed
    return tree


def config_text(config: Config, seed: int) -> str:
    """The whole file as YAML text, with the SIZE and image_dtype of `config` and a SEED.

    OUTDIR is that of the file.

    Args:
        config: the configuration.
        seed: the seed of its systems.

    Returns:
        Text in which words and numbers are written as in the file, so that it reads as the same file.
    """
    tree = read_text(config.text, FROM_DICT, Report(), numbered=False)
    given: dict[str, int | str] = {"SIZE": config.size, "SEED": seed}
    parameters = tree.entries["DATASET"].entries["PARAMETERS"].entries
    if "image_dtype" in parameters or config.image_dtype != Config.image_dtype:
        given["image_dtype"] = config.image_dtype
    return yaml_text(_with_values(tree, ("DATASET", "PARAMETERS"), given), {})


def _with_values(tree: Node, keys: tuple[str, ...], values: Mapping[str, int | str]) -> Node:
    """The tree in which the mapping at `keys` has these whole numbers and words."""
    if keys:
        inner = _with_values(tree.entries[keys[0]], keys[1:], values)
        return Node(tree.place, {**tree.entries, keys[0]: inner})
    new = {name: _scalar(tree, value) for name, value in values.items()}
    return Node(tree.place, {**tree.entries, **new})


def _scalar(tree: Node, value: int | str) -> Node:
    """A whole number or a word, at the place of a mapping."""
    return Node(tree.place, value if isinstance(value, str) else float(value), str(value))


def set_parameters(tree: Tree, config: Config, label: str, values: Mapping[str, object]) -> None:
    """Set parameters of one configuration in the dictionary of its file.

    Args:
        tree: the dictionary, which is changed.
        config: the configuration that was read from it.
        label: the label or NAME of the configuration whose parameters are set.
        values: `<parameter>` or `<parameter>-<band>` -> the new entry of the file: a number, or a mapping
            with DISTRIBUTION.  A linked parameter is then linked no more; the numbers of its link are set by
            names of their own, as `<parameter>-TIMES`.  With a band only that band's value is changed; the
            band is ignored where a parameter is the same in all bands (mass, positions, redshifts, the
            cosmology).  Names may be short, see `jaxlens.config.short_names`.

    Raises:
        ValueError: if a name is not that of one parameter of this configuration; then nothing is changed.
    """
    known = dict(_entries(config, config.configuration(label)))
    names = _short_names(known, config.bands, config.configuration(label))
    found = [_find(name, known, names, config.bands, label) for name in values]
    # on a copy first, so that nothing is changed where one of the values raises an error
    for target in (copy.deepcopy(tree), tree):
        for (entry, band), value in zip(found, values.values(), strict=True):
            _set(target, entry.keys, band if entry.by_band else None, config.bands, value)


def distribution_entry(name: str, description: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of the file for `{"name": ..., "parameters": {...}, "truncate": [low, high]}`.

    Only `name` is required.

    Raises:
        ValueError: if `description` lacks the name or has another key; the message starts with `name`.

    >>> distribution_entry("seeing", {"name": "uniform", "parameters": {"minimum": 0.8, "maximum": 1.0}})
    {'DISTRIBUTION': {'NAME': 'uniform', 'PARAMETERS': {'minimum': 0.8, 'maximum': 1.0}}}
    """
    keys = ("name", "parameters", "truncate")
    if not isinstance(description, Mapping) or "name" not in description:
        raise ValueError(f"{name}: give a dictionary like {{'name': 'uniform', 'parameters': {{...}}}}")
    for key in description:
        if key not in keys:
            raise ValueError(f"{name}: {key!r} is not part of a distribution; {nearest(str(key), keys)}")
    given = {key.upper(): copy.deepcopy(description[key]) for key in keys if key in description}
    return {"DISTRIBUTION": given}


def columns_of_objects(config: Config, part: str) -> dict[str, list[str]]:
    """The USERDIST columns of every object's parameters whose names contain `part`, by the object's NAME."""
    found: dict[str, list[str]] = {}
    for configuration in config.configurations:
        names = [name for name, _ in named_quantities(config.cosmology, config.instrument, configuration)]
        for plane in configuration.planes:
            for label, species in plane.members:
                prefix = f"{plane.label}-{label}-"
                own = [n for n in names if n.startswith(prefix) and part in n.removeprefix(prefix)]
                heads = [f"{configuration.label}-{n}" for n in own if not n.endswith("-REDSHIFT")]
                if heads:
                    columns = [f"{head}-{band}" for head in heads for band in config.bands]
                    found.setdefault(species.name, []).extend(columns)
    return found


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


def _set(tree: Tree, keys: tuple[str, ...], band: str | None, bands: tuple[str, ...], value: object) -> None:
    """Set the entry under `keys`, or its value in one band."""
    *outer, last = keys
    for key in outer:
        if key == "MODEL" and isinstance(tree.get(key), str):
            tree[key] = {"NAME": population_name(tree[key])}
        entry = list_entry(key)
        if key not in tree and entry and isinstance(tree.get(entry[0]), list):
            tree = tree[entry[0]][entry[1]]
            continue
        if key == "PARAMETERS" and (tree.get("NAME") in RELATIONS or LINE_OF_SIGHT in outer):
            # all arguments of a relation, and all numbers of haloes, may have their defaults
            tree.setdefault(key, {})
        if not isinstance(tree.get(key), dict):
            raise ValueError(f"config_dict has no {'.'.join(outer)}; it was changed by hand")
        tree = tree[key]
    value = copy.deepcopy(value)
    if last == MICROLENSING and isinstance(value, dict):
        # how often the factors are drawn is not a part of their distribution
        value = {key: one for key, one in _mapping(tree.get(last)).items() if key == BY_EPOCH} | value
    entry = list_entry(last)
    if last not in tree and entry and isinstance(tree.get(entry[0]), list):
        _set_entry(tree[entry[0]], entry[1], band, bands, value)
        return
    tree[last] = value if band is None else _by_band(tree, last, bands) | {band: value}


def _set_entry(items: list[Any], i: int, band: str | None, bands: tuple[str, ...], value: object) -> None:
    """Set one entry of a list, or its value in one band."""
    items[i] = value if band is None else _by_band({"": items[i]}, "", bands) | {band: value}


def _mapping(value: object) -> Mapping[str, Any]:
    """A value that is a mapping; an empty one for any other."""
    return value if isinstance(value, dict) else {}


def _by_band(tree: Mapping[str, Any], key: str, bands: tuple[str, ...]) -> dict[str, Any]:
    """The value under `key` as a mapping by band; one value for all bands is copied to each band."""
    if key not in tree:
        raise ValueError(f"{key} is not in the file; set it for all bands first")
    old = tree[key]
    if isinstance(old, dict) and old.keys().isdisjoint(("DISTRIBUTION", "SAME_AS", "RELATION")):
        return dict(old)
    return {band: copy.deepcopy(old) for band in bands}
