"""`jaxlens info`: say what a dataset on disk is."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.files.names import is_of_haloes
from jaxlens.production.lock import named, owner_of
from jaxlens.production.manifest import Manifest, Section
from jaxlens.production.verification import dataset_manifest


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "info", run, "say what a dataset on disk is, and how much of it is made")
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of the dataset")


def run(arguments: argparse.Namespace) -> int:
    """Print what the manifest says."""
    manifest, owner = dataset_manifest(arguments.folder), owner_of(arguments.folder)
    print("\n".join(_lines(manifest)))
    if owner is not None:
        print(f"{named(owner)} is writing it")
    return 0


def _haloes(section: Section) -> str:
    """In how many files the haloes of a configuration are, and how large these are; "" where it has none."""
    records = [record for shard in section.shards for record in shard.files]
    own = [record.bytes for record in records if is_of_haloes(Path(record.name))]
    return f", haloes in {len(own)} file{'s' * (len(own) > 1)} ({sum(own) / 1e9:.3g} GB)" if own else ""


def _lines(manifest: Manifest) -> Iterator[str]:
    part = "" if manifest.part is None else f", part {manifest.part[0]} of {manifest.part[1]}"
    yield f"{manifest.name}: seed {manifest.seed}, {'complete' if manifest.complete else 'incomplete'}{part}"
    for label, section in manifest.configurations.items():
        whole = sum(shard.whole for shard in section.shards)
        yield (
            f"{label} ({section.name}): {section.systems} systems, {whole} of {len(section.shards)} shards "
            f"made, {section.shard_size} systems a shard, {section.batch_size} a batch{_haloes(section)}"
        )
    size = sum(record.bytes for record in manifest.files())
    made = [name for name, value in manifest.options.items() if value]
    yield f"format {manifest.format}, {manifest.dtype}, {size / 1e9:.3g} GB; {', '.join(made)}"
    versions = ", ".join(f"{name} {number}" for name, number in manifest.versions.items())
    yield f"made in {manifest.precision} on {manifest.devices} x {manifest.device_kind}, by {versions}"
    yield f"configuration {manifest.config_sha256}"
    for path, sha256 in manifest.inputs.items():
        yield f"{path} {sha256}"
