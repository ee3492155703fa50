"""Which dataset it is: the manifest of what is to be made, and how two manifests differ."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version as version_of
from pathlib import Path

from jaxlens.config.identity import config_digest, input_digests
from jaxlens.engine.batch_size import default_size
from jaxlens.engine.devices import Devices
from jaxlens.engine.job import Job
from jaxlens.files.version import version
from jaxlens.production.arguments import Arguments
from jaxlens.production.layout import Grid, shard_size
from jaxlens.production.manifest import Manifest, Section, Shard
from jaxlens.production.recipe import Recipe

# The packages that images depend on, beside jaxlens.
_PACKAGES = ("jax", "jaxlib", "numpy")
_CPUINFO = Path("/proc/cpuinfo")
# What may differ between two runs of which only float rounding differs.
_KIND = ("device_kind", "devices", "versions")
# What an entry of the manifest is called as an argument, where that is another word.
_WORDS = {"dtype": "image_dtype"}


def described(
    recipe: Recipe, jobs: Mapping[str, Job], arguments: Arguments, old: Manifest | None
) -> Manifest:
    """The manifest of a dataset of which nothing is made yet.

    Args:
        recipe: what is made.
        jobs: all systems of each configuration, by label.
        arguments: those of make_dataset.
        old: the manifest of a dataset that is resumed, whose sizes count where none are asked for.
    """
    devices = next(iter(jobs.values())).devices
    config = replace(recipe.config, seed=recipe.seed)
    return Manifest(
        name=config.name,
        seed=recipe.seed,
        config_sha256=config_digest(config),
        inputs=input_digests(config),
        format=recipe.format,
        dtype=recipe.dtype,
        options={
            "return_planes": "planes" in recipe.arrays,
            "skip_image_generation": not recipe.arrays,
            "solve_lens_equation": recipe.positions,
            "csv": recipe.csv,
            "compression": recipe.compression,
        }
        # as the manifests of datasets without products have always been
        | ({"products": True} if recipe.products else {}),
        precision="float64" if recipe.x64 else "float32",
        device_kind=device_kind(devices),
        devices=len(devices),
        versions=versions(),
        part=None if arguments.part is None else (int(arguments.part[0]), int(arguments.part[1])),
        configurations={label: _section(recipe, job, arguments, old) for label, job in jobs.items()},
    )


def device_kind(devices: Devices) -> str:
    """The kind of the devices, on which the last bits of an image may depend.

    For a CPU it is the processor's name, since the compiler uses what that processor can do.
    """
    kind = str(devices[0].device_kind)
    if devices[0].platform != "cpu":
        return kind
    try:
        lines = _CPUINFO.read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{kind} {names[0] if names else platform.processor() or platform.machine()}"


def versions() -> dict[str, str]:
    """The versions of jaxlens and of the packages that images depend on."""
    return {"jaxlens": version()} | {name: version_of(name) for name in _PACKAGES}


def differences(old: Manifest, new: Manifest) -> list[str]:
    """How a dataset differs from the one that is asked for, as texts; empty where it is the same."""
    found = []
    if old.config_sha256 != new.config_sha256:
        changed = sorted(path for path in old.inputs if old.inputs[path] != new.inputs.get(path))
        files = f", in {', '.join(changed)}" if changed else ""
        found.append(f"its configuration is another{files}")
    for name in ("seed", "format", "dtype", "precision", "part"):
        if getattr(old, name) != getattr(new, name):
            word = _WORDS.get(name, name)
            found.append(f"its {word} is {getattr(old, name)}, not {getattr(new, name)}")
    for name in sorted({*old.options, *new.options}):
        if old.options.get(name) != new.options.get(name):
            found.append(f"its {name} is {old.options.get(name)}, not {new.options.get(name)}")
    if old.configurations.keys() != new.configurations.keys():
        labels = ", ".join(old.configurations) or "none"
        found.append(f"its configurations are {labels}, not {', '.join(new.configurations)}")
        return found
    for label, section in old.configurations.items():
        other = new.configurations[label]
        for name in ("systems", "batch_size", "shard_size"):
            if getattr(section, name) != getattr(other, name):
                found.append(f"the {name} of {label} is {getattr(section, name)}, not {getattr(other, name)}")
    return found


def differences_of_kind(old: Manifest, new: Manifest) -> list[str]:
    """How what the last bits of images depend on differs, as texts; empty where it is the same."""
    found = []
    for name in _KIND:
        one, other = getattr(old, name), getattr(new, name)
        if name == "versions":
            found += [
                f"{package} was {one.get(package)}, and is {other.get(package)}"
                for package in sorted({*one, *other})
                if one.get(package) != other.get(package)
            ]
        elif one != other:
            found.append(f"its {name} was {one}, and is {other}")
    return found


def _section(recipe: Recipe, job: Job, arguments: Arguments, old: Manifest | None) -> Section:
    before = old.configurations.get(job.label) if old else None
    batch_size = job.rounded(arguments.batch_size) if arguments.batch_size else 0
    batch_size = batch_size or (before.batch_size if before else default_size(job))
    part = arguments.own_part
    if before and arguments.shard_size is None:
        size = before.shard_size
    else:
        size = shard_size(
            arguments.shard_size, batch_size, recipe.bytes_of_system(job), job.count, part.parts
        )
    grid = Grid(job.count, batch_size, size)
    shards = tuple(Shard(number, *grid.range(number)) for number in part.of(grid.count))
    name = job.simulator.configuration.name
    return Section(name, job.count, batch_size, size, grid.count, shards)
