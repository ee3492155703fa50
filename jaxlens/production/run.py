"""From the arguments of make_dataset to systems in files and in memory."""

from __future__ import annotations

import contextlib
import secrets
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import jax

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.identity import config_digest
from jaxlens.config.users_line import users_line
from jaxlens.engine.ahead import compiled_ahead
from jaxlens.engine.batch_size import default_size, planned
from jaxlens.engine.completion import CompletePrograms, refuse_not_finite
from jaxlens.engine.devices import chosen
from jaxlens.engine.executable import batch_indices
from jaxlens.engine.job import Job
from jaxlens.engine.progress import Progress
from jaxlens.files.at_once import write_at_once
from jaxlens.files.writer import prepare, remove_partials
from jaxlens.production.arguments import Arguments
from jaxlens.production.chunks import Chunks
from jaxlens.production.folder import CONFIG, finish_replacement, manifest_to_resume, target
from jaxlens.production.identity import described
from jaxlens.production.lock import FolderLock
from jaxlens.production.making import Making
from jaxlens.production.manifest import Manifest, Shard, write_manifest
from jaxlens.production.products import Memory, Product, Run
from jaxlens.production.recipe import Recipe, recipe_of
from jaxlens.production.virtual import with_virtual_files


@dataclass(frozen=True)
class Produced:
    """A dataset, made.

    Attributes:
        seed: the seed that was used.
        folder: where its files are; None for one in memory alone.
        products: by label, in the file's order.
    """

    seed: int
    folder: Path | None
    products: Mapping[str, Product]


def produce(config: Config, arguments: Arguments, check: Callable[[], None] = lambda: None) -> Produced:
    """Make every configuration that is asked for.

    Args:
        config: the configuration file.
        arguments: how they are made and what becomes of them.
        check: is called between batches, and raises where the work should end.

    Raises:
        StorageError: if OUTDIR cannot be written, holds another dataset, is written by another process, or
            the disk is or becomes full.
        MemoryError: if there is not enough memory for one system at a time.
        ValueError: if a configuration that is asked for is not in the file, or the format does not have the
            file's `image_dtype`.
    """
    seed = _seed(config, arguments)
    dtype = arguments.image_dtype or config.image_dtype
    arguments, config = replace(arguments, image_dtype=dtype), replace(config, image_dtype=dtype)
    recipe, devices = recipe_of(config, seed, arguments), chosen(arguments.devices)
    labels = [one.label for one in config.chosen(arguments.configurations)]
    jobs = {label: recipe.job(label, devices, arguments.batch_size) for label in labels}
    for text in arguments.idle:
        warnings.warn(text, stacklevel=users_line())
    if arguments.solve_lens_equation:
        _warn_of_nothing_to_solve(jobs.values())
    for job in jobs.values():
        _refuse_impossible_selection(job)
    if not arguments.save_to_disk:
        return Produced(seed, None, _in_memory(recipe, jobs, arguments, check))
    folder = arguments.folder(config.outdir)
    prepare(folder, 0)
    with FolderLock(folder):
        return Produced(seed, folder, _on_disk(folder, recipe, jobs, arguments, check))


def _seed(config: Config, arguments: Arguments) -> int:
    """The seed of the file, that of a dataset that is resumed, or a new one."""
    if config.seed is not None:
        return config.seed
    if arguments.part is not None:
        raise ValueError("the parts of a dataset need one seed; give the file a SEED, or use --seed")
    if arguments.save_to_disk and arguments.resume:
        old = manifest_to_resume(arguments.folder(config.outdir), arguments.overwrite)
        if old is not None:
            return old.seed
    return secrets.randbits(32)


def _in_memory(
    recipe: Recipe, jobs: Mapping[str, Job], arguments: Arguments, check: Callable[[], None]
) -> dict[str, Product]:
    """The configurations, in memory alone."""
    products = {}
    total = sum(job.count for job in jobs.values())
    ready = contextlib.closing(compiled_ahead(list(jobs.values())))
    with Progress(total, arguments.progress_bar) as progress, ready as compiled:
        for label, job in jobs.items():
            began = time.perf_counter()
            progress.announce(f"compiling {label}")
            next(compiled)
            plan = planned(job) if job.count else None
            size = plan.executable.size if plan else default_size(job)
            memory, first = Memory(recipe.contents(job, size), arguments.kept), 0.0
            with contextlib.closing(iter(Chunks(job, plan))) as made:
                for chunk in made:
                    first = first or time.perf_counter()
                    memory.append(chunk)
                    progress.update(chunk.count)
                    check()
            seconds = time.perf_counter() - began
            run = Run(job.count, size, seconds, first - began, (), memory.epochs)
            products[label] = Product(run, None if arguments.kept == 0 else memory.kept())
    return products


def _on_disk(
    folder: Path,
    recipe: Recipe,
    jobs: Mapping[str, Job],
    arguments: Arguments,
    check: Callable[[], None],
) -> dict[str, Product]:
    """The configurations in files, of which the folder's lock is held."""
    old = manifest_to_resume(folder, arguments.overwrite) if arguments.resume else None
    wanted = described(recipe, jobs, arguments, old)
    place, manifest = target(folder, wanted, arguments)
    jobs = {
        label: replace(job, batch_size=manifest.configurations[label].batch_size)
        for label, job in jobs.items()
    }
    missing = [(label, shard) for label, shard in manifest.shards() if not shard.whole]
    prepare(place, _needed(recipe, jobs, missing))
    # the manifest first: a config.yaml without one is somebody else's
    write_manifest(place, manifest)
    recipe = _as_begun(recipe, place, manifest)
    write_at_once(place / CONFIG, recipe.text)
    making = Making(place, recipe, jobs, arguments, manifest, wanted)
    total = sum(shard.stop - shard.start for _, shard in missing)
    try:
        with Progress(total, arguments.progress_bar) as progress:
            making.make(missing, progress, check)
    finally:
        remove_partials(place)
    making.manifest = with_virtual_files(place, making.manifest)
    write_manifest(place, making.manifest)
    if place != folder:
        finish_replacement(folder)
    return making.products(folder)


def _as_begun(recipe: Recipe, place: Path, manifest: Manifest) -> Recipe:
    """The recipe with the YAML text that the dataset was begun with, since the files repeat it.

    The same configuration may be written otherwise now: in another order, or with another OUTDIR.
    """
    try:
        begun = load_config(place / CONFIG, configurations=tuple(manifest.configurations))
    except (ConfigError, OSError):
        return recipe
    if config_digest(begun) != manifest.config_sha256:
        return recipe
    return replace(recipe, config=replace(recipe.config, text=begun.text))


def _needed(recipe: Recipe, jobs: Mapping[str, Job], missing: Iterable[tuple[str, Shard]]) -> int:
    """The bytes that the missing shards need on the disk."""
    return sum(
        recipe.bytes_on_disk(replace(jobs[label], count=shard.stop - shard.start)) for label, shard in missing
    )


def _refuse_impossible_selection(job: Job) -> None:
    """ValueError, before anything is written, where a system of the first batch never meets SELECT."""
    if job.simulator.configuration.selection is None or not job.count:
        return
    plan = planned(replace(job, count=min(job.count, default_size(job))))
    wanted, size = min(job.count, plan.executable.size), plan.executable.size
    programs = CompletePrograms(job, plan.executable)
    made = programs.run(job.key, batch_indices(job.start, size), wanted, plan.first)
    batch = jax.tree.map(lambda leaf: leaf[:wanted], plan.executable.unpack(made))
    refuse_not_finite(job, range(job.start, job.start + wanted), batch)


def _warn_of_nothing_to_solve(jobs: Iterable[Job]) -> None:
    """Warn of configurations for which solve_lens_equation does nothing."""
    for job in jobs:
        scene = job.simulator.scene
        if not (scene.lensed_points or scene.lensed_centres):
            name = job.simulator.configuration.name
            finding = "has no point source and no galaxy with light behind a mass"
            warnings.warn(
                f"{job.label} ({name}) {finding}; solve_lens_equation adds no columns to its metadata",
                stacklevel=users_line(),
            )
