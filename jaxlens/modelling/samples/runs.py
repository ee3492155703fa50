"""The run over a sample: each lens is fitted, kept whole, and never stops the others."""

from __future__ import annotations

import traceback
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax

from jaxlens.config import Config, load_config
from jaxlens.engine.stopping import Stopped
from jaxlens.files.checksums import size_and_checksum
from jaxlens.files.version import version
from jaxlens.fitting.observations import Observation
from jaxlens.modelling.lens_fit import fit_lens
from jaxlens.modelling.lens_result import LensFit
from jaxlens.modelling.samples.compilation import timed
from jaxlens.modelling.samples.folders import RECORD, RESULTS, SUMMARY, SampleFolder
from jaxlens.modelling.samples.lenses import Lens, find_lenses
from jaxlens.modelling.samples.published import Published
from jaxlens.modelling.samples.reading import read_lens
from jaxlens.modelling.samples.record import FAILED, Record, record_of_failure
from jaxlens.modelling.samples.results import write_results
from jaxlens.modelling.samples.summary import write_summary
from jaxlens.modelling.samples.table import results_table

if TYPE_CHECKING:
    import pandas as pd

# A function with the arguments of `fit_lens`: a configuration, the images of a lens, and options by name.
Fitter = Callable[..., LensFit]


@dataclass(frozen=True, eq=False)
class Sample:
    """The lenses of a sample that are done.

    Attributes:
        records: of the lenses, in their order.
        folder: where the results are.
        published: values to compare with, or None.
    """

    records: tuple[Record, ...]
    folder: Path
    published: Published | None = None

    def __repr__(self) -> str:
        failed = f", {len(self.failed)} failed" if self.failed else ""
        return f"Sample({len(self.records)} lenses{failed}, in {str(self.folder)!r})"

    @property
    def failed(self) -> tuple[Record, ...]:
        """The lenses whose fit has ended with an error."""
        return tuple(record for record in self.records if record.status == FAILED)

    def table(self) -> pd.DataFrame:
        """A row for each lens, as `jaxlens.modelling.samples.table.results_table`."""
        return results_table(self.records, self.published)


def fit_sample(
    source: str | Path,
    config: Config | str | Path,
    out: str | Path,
    *,
    options: Mapping[str, Any] | None = None,
    published: Published | None = None,
    only: Sequence[str] = (),
    limit: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    retry: bool = False,
    seed: int = 0,
    pages: bool = True,
    fitter: Fitter = fit_lens,
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[Record], object] = lambda record: None,
) -> Sample:
    """Fit all lenses of a folder or a table with one configuration.

    Lenses are fitted one after the other, with the programs that the first one has compiled.  An error in one
    is kept in its record, and the next one follows.  After each lens its folder is whole and `results.csv` is
    replaced, so that a run can be stopped anywhere and resumed.  The random numbers of a lens come from the
    seed and its name, and do not depend on the other lenses.

    Args:
        source: a folder or a table, see `find_lenses`.
        config: a YAML file, the name of a packaged one, or a Config.
        out: the folder of the results.
        options: further arguments of `fit_lens`, such as `starts`; numbers, texts and lists of them.
        published: values to compare with.
        only: the names of the lenses that are fitted; all by default.
        limit: the number of lenses that are fitted, the first ones.
        resume: go on in a folder; lenses stay that are fitted and whose files have not changed.
        overwrite: remove the results that are in the folder.
        retry: of a sample that is resumed, fit those again that have failed.
        seed: of the random numbers.
        pages: whether a page of pictures is drawn of each lens, which needs matplotlib.
        fitter: in place of `fit_lens`.
        stop: is asked after each lens; where it is true the run ends.
        told: is called with the record of each lens, also of one that stays.

    Returns:
        The records.

    Raises:
        ValueError: as `find_lenses`; if a name of `only` is not among the lenses.
        ConfigError: if the configuration is wrong.
        StorageError: if the folder cannot be written, or what is in it is of another run.
        Stopped: if `stop` was true before the last lens.
    """
    lenses = _chosen(find_lenses(source), only, limit)
    loaded = config if isinstance(config, Config) else load_config(config)
    given = dict(options or {})
    folder = SampleFolder(out)
    asked = {"options": given, "seed": seed, "version": version()}
    folder.begin(asked, loaded.text, resume, overwrite)
    records: list[Record] = []
    for lens in lenses:
        kept = folder.record(lens.folder_name) if resume else None
        if kept is None or _is_stale(kept, lens) or (retry and kept.status == FAILED):
            if stop():
                raise Stopped(remark=_remark(len(records), len(lenses)))
            key = _key(seed, lens.name)
            own = given | {"key": key, "fixed": {**_redshifts(lens, loaded), **given.get("fixed", {})}}
            kept = _fitted(lens, loaded, folder, partial(fitter, **own), pages)
        records.append(kept)
        told(kept)
        folder.write(RESULTS, results_table(records, published).to_csv(index=False))
    if published is not None:
        write_summary(records, published, folder.path / SUMMARY)
    return Sample(tuple(records), folder.path, published)


def _chosen(lenses: Sequence[Lens], only: Sequence[str], limit: int | None) -> Sequence[Lens]:
    """The lenses that are asked for."""
    names = {lens.name for lens in lenses}
    for name in only:
        if name not in names:
            raise ValueError(f"{name!r} is none of the lenses, which are {', '.join(sorted(names)[:10])}")
    return [lens for lens in lenses if not only or lens.name in only][:limit]


def _remark(done: int, count: int) -> str:
    """What is said where a run is stopped."""
    return f"{done} of {count} lenses are done; go on with --resume"


def _key(seed: int, name: str) -> jax.Array:
    """The random key of a lens, by its name."""
    return jax.random.fold_in(jax.random.key(seed, impl="threefry2x32"), zlib.crc32(name.encode()))


def _redshifts(lens: Lens, config: Config) -> dict[str, float]:
    """The redshifts of a lens by the names of the parameters, where the table of the sample has them."""
    last = len(config.configurations[0].planes)
    given = {"PLANE_1-OBJECT_1-REDSHIFT": lens.z_lens, f"PLANE_{last}-OBJECT_1-REDSHIFT": lens.z_source}
    return {name: value for name, value in given.items() if value is not None}


def _checksums(lens: Lens) -> dict[str, str]:
    """The checksum of each file of a lens, by its path; those that cannot be read are left to the reader."""
    paths = sorted({path for files in lens.images for path in files.paths()})
    return {str(path): size_and_checksum(path)[1] for path in paths if path.is_file()}


def _is_stale(record: Record, lens: Lens) -> bool:
    """Whether files of a lens have changed since it was fitted."""
    return sorted(record.inputs.values()) != sorted(_checksums(lens).values())


def _fitted(
    lens: Lens,
    config: Config,
    folder: SampleFolder,
    fit: Callable[[Config, Sequence[Observation]], LensFit],
    pages: bool,
) -> Record:
    """Fit a lens and keep what is found; an error is kept in its place."""
    inputs = _checksums(lens)
    with folder.lens(lens.folder_name) as place:
        with timed() as seconds:
            # whatever is wrong with one lens, the others are fitted
            try:
                found: LensFit | Exception = fit(config, read_lens(lens, config.bands))
            except Exception as error:
                found = error
        record = _kept(lens, found, place, pages)
        record = replace(
            record, seconds=seconds.wall - seconds.compiling, compilation=seconds.compiling, inputs=inputs
        )
        (place / RECORD).write_text(record.json(), encoding="utf-8")
    return record


def _kept(lens: Lens, found: LensFit | Exception, place: Path, pages: bool) -> Record:
    """Write what a fit gave, or the error that ended it."""
    if not isinstance(found, Exception):
        try:
            return write_results(lens, found, place, pages)
        except OSError:
            # the disk is full, which is nothing of this lens
            raise
        except Exception as error:
            found = error
    (place / "error.txt").write_text("".join(traceback.format_exception(found)), encoding="utf-8")
    return record_of_failure(lens, found)
