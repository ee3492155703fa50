"""Datasets of made-up files, and one galaxy on 8 x 8 pixels of which one program makes all images."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jaxlens import make_dataset
from jaxlens.config import load_config
from jaxlens.production.arguments import Arguments
from jaxlens.production.layout import Grid, Part
from jaxlens.production.manifest import FileRecord, Manifest, Section, Shard, write_manifest
from jaxlens.production.recipe import Recipe, recipe_of

LABEL = "CONFIGURATION_1"
# Every dataset that is rendered has the batches of one program.
BATCH = 4


def made_up(seed: int = 1, shards: int = 3, part: tuple[int, int] | None = None, **changed: Any) -> Manifest:
    """The manifest of shards of two systems each, of which none is whole."""
    grid = Grid(2 * shards, 2, 2)
    own = Part(*part).of(shards) if part else range(shards)
    section = Section(
        "FIELD", grid.systems, 2, 2, shards, tuple(Shard(number, *grid.range(number)) for number in own)
    )
    manifest = Manifest(
        name="Demo",
        seed=seed,
        config_sha256="ab" * 32,
        inputs={},
        format="npy",
        dtype="float32",
        options={"csv": True},
        precision="float32",
        device_kind="cpu Test",
        devices=1,
        versions={"jaxlens": "1"},
        part=part,
        configurations={LABEL: section},
    )
    return replace(manifest, **changed)


def with_files(folder: Path, manifest: Manifest, whole: int | None = None) -> Manifest:
    """Write files of the first `whole` shards, or of all, and the manifest; their text tells the seed."""
    folder.mkdir(parents=True, exist_ok=True)
    section = manifest.configurations[LABEL]
    for shard in section.shards[:whole]:
        records = []
        for content, ending in (("images", "npy"), ("metadata", "csv")):
            name = f"{LABEL}_{content}-{shard.number:05d}-of-{section.count:05d}.{ending}"
            text = f"{content} {shard.number} of seed {manifest.seed}".encode()
            (folder / name).write_bytes(text)
            records.append(FileRecord(name, len(text), f"sha256:{hashlib.sha256(text).hexdigest()}"))
        manifest = manifest.with_shard(LABEL, replace(shard, files=tuple(records)))
    (folder / "config.yaml").write_text(f"seed: {manifest.seed}\n")
    write_manifest(folder, manifest)
    return manifest


def contents(folder: Path) -> dict[str, bytes]:
    """The content of every file in a folder and its folders."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def field(outdir: Path, size: int = 10, seed: int = 1, **image: Any) -> dict[str, Any]:
    """One galaxy on 8 x 8 pixels in one band, as the dictionary of a file."""
    near = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.3, "maximum": 0.6}}}
    light = {"NAME": "SERSIC", "PARAMETERS": {"magnitude": 20.0, "R_sersic": near, "n_sersic": 1.5}}
    pixels = {"exposure_time": 1000, "numPix": 8, "pixel_scale": 0.25, "psf_type": "NONE", "read_noise": 5}
    survey = {"BANDS": "g", "seeing": 0.7, "magnitude_zero_point": 27.0, "sky_brightness": 22.0}
    plane = {"OBJECT_1": "GALAXY", "PARAMETERS": {"REDSHIFT": 0.4}}
    return {
        "DATASET": {"NAME": "Field", "PARAMETERS": {"SIZE": size, "OUTDIR": str(outdir), "SEED": seed}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": pixels | image},
        "SURVEY": {"PARAMETERS": survey | {"num_exposures": 2}},
        "SPECIES": {"GALAXY_1": {"NAME": "GALAXY", "LIGHT_PROFILE_1": light}},
        "GEOMETRY": {LABEL: {"NAME": "FIELD", "FRACTION": 1.0, "PLANE_1": plane}},
    }


def field_recipe(outdir: Path, **arguments: Any) -> Recipe:
    """What is made of `field`."""
    asked = Arguments(**{"save_to_disk": True, "image_file_format": "h5"} | arguments)
    return recipe_of(load_config(field(outdir)), 1, asked)


def generate(outdir: Path, size: int = 10, seed: int = 1, **arguments: Any) -> Any:
    """Make the dataset of `field` in shards of one batch."""
    asked = {"batch_size": BATCH, "shard_size": BATCH, "image_file_format": "h5", "store_in_memory": False}
    return make_dataset(field(outdir, size, seed), save_to_disk=True, **(asked | arguments))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dataset of three shards, which no test changes."""
    folder = tmp_path_factory.mktemp("undisturbed") / "field"
    generate(folder)
    return folder


@pytest.fixture
def dataset(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of that dataset."""
    folder = tmp_path / "field"
    folder.mkdir()
    for name, content in contents(undisturbed).items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets the process end at one of its renames: n of them happen before, or all where n is -1."""
    rename, left = Path.replace, [-1]

    def counted(path: Path, target: Path) -> Path:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", counted)
    return lambda count: left.__setitem__(0, count)


class Killed(BaseException):
    """Stands for the end of the process."""
