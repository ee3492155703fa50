"""Changing parameters in the dictionary of a configuration file, by their names in the metadata.

`Dataset.update_param`, `Dataset.update_param_dist` and `fit_population` write changed files with these
functions.  A `Config` is frozen; a changed one is read from the changed dictionary.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

from jaxlens.config.errors import Report, nearest
from jaxlens.config.files import FROM_DICT
from jaxlens.config.key_paths import key_paths
from jaxlens.config.model import LINE_OF_SIGHT, Config
from jaxlens.config.model_names import population_name
from jaxlens.config.naming import BY_EPOCH, MICROLENSING, named_quantities
from jaxlens.config.profile_parameters import list_entry
from jaxlens.config.reader import Node, read_text
from jaxlens.config.text import plain, yaml_text
from jaxlens.config.used_bands import BANDS, BANDS_USED
from jaxlens.kernels.relations import RELATIONS

# A configuration file as nested dictionaries.
Tree = dict[str, Any]


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
    found = key_paths(config, label, values)
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
    if last == BANDS:
        # all of the new ones are used
        tree.pop(BANDS_USED, None)
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
