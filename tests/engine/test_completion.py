"""Batches are made again until all images of point sources are there, and refused where one is not finite."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from jaxlens.config.model import LineOfSight
from jaxlens.engine.completion import CompletePrograms, refuse_not_finite
from jaxlens.engine.executable import Executable, batch_indices
from jaxlens.engine.job import Job
from jaxlens.simulator.generation import Batch

KEY = np.zeros(2, np.uint32)


class CountedJob(Job):
    """System i has i images of its point source; `compiled` are the numbers of slots that were asked for.

    Where `haloes` says how many haloes there is room for it has i haloes too; `rooms` are the rooms that were
    asked for.
    """

    compiled: list[int]
    rooms: list[int]
    haloes: int | None = None

    def executable(self, size: int, image_slots: int | None = None, halo_room: int = 1) -> Executable:
        slots = image_slots or 6
        self.compiled.append(slots)
        self.rooms.append(halo_room)

        def run(key: np.ndarray, indices: np.ndarray) -> Batch:
            images: Any = np.full(size, slots, np.float32)
            own = indices[:, 0]
            batch = Batch(images, {"images": own}, own > slots, own < 10**6, {})
            if self.haloes is None:
                return batch
            more: Any = own > self.haloes * halo_room
            batch.values["LINE_OF_SIGHT-NUMBER"] = own
            return batch._replace(halo_overflow=more)

        return Executable(size, run, lambda batch: batch, None, 0.0)


def job(source: str = "", points: tuple[str, ...] = ("PLANE_2-OBJECT_2",)) -> CountedJob:
    scene = SimpleNamespace(image_slots=6, lensed_points=points)
    haloes = LineOfSight("", "TNFW", "diemer_joyce", "200c", (), bound=4)
    configuration = SimpleNamespace(label="CONFIGURATION_1", planes=(), line_of_sight=haloes)
    simulator: Any = SimpleNamespace(scene=scene, configuration=configuration)
    made = CountedJob(simulator, KEY, 8, 4, (), source=source)
    object.__setattr__(made, "compiled", [])
    object.__setattr__(made, "rooms", [])
    return made


@pytest.mark.parametrize(
    ("start", "slots"), [(0, [6]), (7, [6, 12]), (20, [6, 12, 24]), (100, [6, 12, 24, 48, 96])]
)
def test_slots_are_doubled_until_every_image_has_one(start: int, slots: list[int]) -> None:
    asked = job()
    programs = CompletePrograms(asked, asked.executable(4))
    batch = programs.run(KEY, batch_indices(start, 4))
    assert asked.compiled == slots
    assert batch.images is not None
    assert set(np.asarray(batch.images)) == {slots[-1]}
    programs.run(KEY, batch_indices(start, 4))
    assert asked.compiled == slots, "each program is compiled once"


def test_room_for_haloes_is_doubled_before_images_are_searched_for() -> None:
    asked = job()
    object.__setattr__(asked, "haloes", 4)
    programs = CompletePrograms(asked, asked.executable(4))
    programs.run(KEY, batch_indices(9, 4), wanted=3)
    assert list(zip(asked.compiled, asked.rooms, strict=True)) == [(6, 1), (6, 4), (12, 4)]
    programs.run(KEY, batch_indices(9, 4), wanted=3)
    assert len(asked.rooms) == 3, "each program is compiled once"
    with pytest.raises(ValueError, match=r"system 257 has more haloes than 64 times.*larger MAX_HALOES"):
        programs.run(KEY, batch_indices(254, 4))


def test_systems_that_are_not_wanted_need_no_more_slots() -> None:
    asked = job()
    CompletePrograms(asked, asked.executable(4)).run(KEY, batch_indices(4, 4), wanted=3)
    assert asked.compiled == [6]


def test_images_that_are_missing_even_so_are_named() -> None:
    asked = job(source=" of the stream")
    programs = CompletePrograms(asked, asked.executable(4))
    with pytest.warns(UserWarning, match="more than 96 images in system 97, 99 of the stream; some of them"):
        programs.warn_of_missing_images([99, 1, 97, 99], np.array([True, False, True, True]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        programs.warn_of_missing_images([1, 2], np.array([False, False]))


def test_images_of_galaxies_are_missing_from_the_metadata() -> None:
    asked = job(points=())
    programs = CompletePrograms(asked, asked.executable(4))
    with pytest.warns(UserWarning, match="a galaxy's centre has more than 96 .* missing from the metadata"):
        programs.warn_of_missing_images([99], np.array([True]))


def test_a_value_or_an_image_that_is_not_finite_is_named() -> None:
    finite: Any = np.array([True, False])
    values: dict[str, Any] = {"H0": np.array([70.0, np.nan])}
    batch = Batch(None, values, finite, finite, {})
    with pytest.raises(
        ValueError, match=r"^CONFIGURATION_1: H0 is not finite in system 5; give DISTRIBUTIONs"
    ):
        refuse_not_finite(job(), [4, 5], batch)
    fine = batch._replace(values={"H0": np.array([70.0, 70.0])})
    with pytest.raises(ValueError, match="the image is not finite in system 5 of the stream; give"):
        refuse_not_finite(job(" of the stream"), [4, 5], fine)
    refuse_not_finite(job(), [4, 5], batch._replace(finite=~finite | finite))
