"""Which configurations of which files a stream mixes, and in which proportions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from jaxlens.config import Config, issue_warnings, load_config
from jaxlens.config.model import Configuration
from jaxlens.streams.arguments import selected

Source: TypeAlias = Config | str | PathLike[str] | Mapping[str, Any]
# The proportions of configurations by label or NAME, or of files in their order.
Weights: TypeAlias = Mapping[str, float] | Sequence[float]


@dataclass(frozen=True)
class Mixed:
    """A configuration that a stream mixes with others.

    Attributes:
        config: its file.
        file: the place of the file among those of the stream.
        configuration: the configuration.
        name: its name in the stream.
        fraction: its share of the systems; shares need not add up to one.
    """

    config: Config
    file: int
    configuration: Configuration
    name: str
    fraction: float


@dataclass(frozen=True)
class MixedFiles:
    """The files of a stream.

    Attributes:
        names: the name of each file: that of a path without its ending, else that of the dataset.
        configs: the files.
        configurations: the labels or NAMEs of those of a single file that are mixed; None for all.
        weights: as in `stream`, as a tuple of pairs or of numbers; None for FRACTIONs and equal files.
    """

    names: tuple[str, ...]
    configs: tuple[Config, ...]
    configurations: tuple[str, ...] | None = None
    weights: tuple[Any, ...] | None = None

    def mixed(self) -> list[Mixed]:
        """The configurations that are mixed, in the order of the files.

        Raises:
            ValueError: if there are none, one has no share, or weights are wrong.
        """
        if len(self.configs) == 1:
            return self._of_one_file()
        shares = _numbers(self.weights or (1.0,) * len(self.configs))
        if len(shares) != len(self.configs):
            raise ValueError(
                f"there are {len(self.configs)} files and {len(shares)} weights; give one for each"
            )
        found = []
        for k, (name, config, share) in enumerate(zip(self.names, self.configs, shares, strict=True)):
            own = selected(config, None)
            whole = sum(one.fraction for one in own)
            found += [
                Mixed(config, k, one, f"{name}/{one.name}", share * one.fraction / whole) for one in own
            ]
        return found

    def _of_one_file(self) -> list[Mixed]:
        """The configurations of the only file."""
        (config,) = self.configs
        if self.weights is None:
            chosen = selected(config, self.configurations)
            return [Mixed(config, 0, one, one.name, one.fraction) for one in chosen]
        shares = dict(self.weights)
        _numbers(shares.values())
        by_label = {one.label: shares[name] for name in shares for one in config.chosen((name,))}
        chosen = list(config.chosen(tuple(shares)))
        return [Mixed(config, 0, one, one.name, by_label[one.label]) for one in chosen]


def mixed_files(
    config: Source | Sequence[Source],
    configurations: str | Iterable[str] | None,
    weights: Weights | None,
    survey: str | None,
    bands: str | Sequence[str] | None = None,
) -> MixedFiles:
    """The files that a stream is asked for.

    Args:
        config: as in `stream`.
        configurations: as in `stream`.
        weights: as in `stream`.
        survey: as in `stream`.
        bands: as in `stream`.

    Raises:
        ConfigError: if a file is wrong.
        ValueError: if `configurations` or `weights` do not belong to these files, or bands differ.
    """
    sources = [config] if isinstance(config, Config | str | PathLike | Mapping) else list(config)
    if not sources:
        raise ValueError("there is no file; give one, or several as a list")
    several = len(sources) > 1
    if isinstance(weights, Mapping) if several else not isinstance(weights, Mapping | None):
        right = (
            "a number for each file, in their order"
            if several
            else "a mapping from configurations to numbers"
        )
        raise ValueError(f"weights is {weights!r}; give {right}")
    names = (configurations,) if isinstance(configurations, str) else configurations
    chosen = None if names is None else tuple(names)
    if chosen is not None and (several or weights is not None):
        other = "several files" if several else "weights, which name those that are mixed"
        raise ValueError(f"configurations cannot be given with {other}; leave it out")
    wanted = tuple(weights) if isinstance(weights, Mapping) else chosen
    loaded = tuple(load_config(source, survey, wanted, bands) for source in sources)
    for source, one in zip(sources, loaded, strict=True):
        if not isinstance(source, Config):
            # of the line that calls `stream`
            issue_warnings(one.passed_over)
    _refuse_different_bands(loaded)
    pairs = None if weights is None else tuple(weights.items() if isinstance(weights, Mapping) else weights)
    return MixedFiles(_names(sources, loaded), loaded, chosen, pairs)


def _refuse_different_bands(configs: Sequence[Config]) -> None:
    bands = {config.bands: config.name for config in configs}
    if len(bands) > 1:
        listed = ", ".join(f"{name} has {', '.join(own)}" for own, name in bands.items())
        raise ValueError(f"a stream needs images of the same bands, but {listed}; give `survey` or `bands`")


def _names(sources: Sequence[Source], configs: Sequence[Config]) -> tuple[str, ...]:
    """A name for each file; one that would be there twice gets a number."""
    found: list[str] = []
    for source, config in zip(sources, configs, strict=True):
        own = Path(source).stem if isinstance(source, str | PathLike) else config.name
        taken = sum(name == own or name.startswith(f"{own}-") for name in found)
        found.append(f"{own}-{taken + 1}" if taken else own)
    return tuple(found)


def _numbers(weights: Iterable[Any]) -> tuple[float, ...]:
    """Weights as numbers above 0, or a ValueError."""
    given = tuple(weights)
    for weight in given:
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise ValueError(f"weights are {list(given)}; give numbers above 0")
    return given
