"""The arguments of make_dataset, checked."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

from jaxlens.engine.devices import Devices, chosen
from jaxlens.files.contents import ArrayName
from jaxlens.files.formats import IMAGE_FORMATS, ImageFormat

# Systems that are kept in memory with `store_sample`, as in deeplenstronomy.
SAMPLE = 5


@dataclass(frozen=True)
class Arguments:
    """The arguments of make_dataset that say how a file is made; `make_dataset` documents each.

    Raises:
        ValueError: if one is wrong, or two do not go together.
    """

    save_to_disk: bool = False
    store_in_memory: bool = True
    verbose: bool = False
    store_sample: bool = False
    image_file_format: ImageFormat = "npy"
    return_planes: bool = False
    skip_image_generation: bool = False
    solve_lens_equation: bool = False
    batch_size: int | None = None
    csv: bool = True
    progress: bool | None = None
    configurations: tuple[str, ...] | None = None
    devices: Devices | None = None

    def __post_init__(self) -> None:
        chosen(self.devices)
        if self.image_file_format not in IMAGE_FORMATS:
            raise ValueError(f"image_file_format is {self.image_file_format!r}; it must be 'npy' or 'h5'")
        if self.batch_size is not None and not (
            isinstance(self.batch_size, Integral) and self.batch_size >= 1
        ):
            raise ValueError(f"batch_size is {self.batch_size}; it must be a whole number of at least 1")
        if not self.skip_image_generation:
            return
        if self.solve_lens_equation:
            raise ValueError("you cannot skip image generation and solve the lens equation; leave one out")
        if self.return_planes:
            raise ValueError("you cannot skip image generation and return planes; leave one out")
        if self.save_to_disk and not self.csv:
            raise ValueError("without images and without the CSV nothing is left to save; leave one out")

    @property
    def idle(self) -> tuple[str, ...]:
        """What has no effect beside the other arguments, as warnings."""
        found = []
        if not self.save_to_disk and self.image_file_format != "npy":
            found.append("image_file_format has no effect without save_to_disk")
        if not self.save_to_disk and not self.csv:
            found.append("csv has no effect without save_to_disk")
        if self.store_sample and self.store_in_memory:
            found.append("store_sample has no effect beside store_in_memory, which keeps every system")
        if not (self.save_to_disk or self.store_in_memory or self.store_sample):
            found.append("nothing is kept; give save_to_disk, store_in_memory or store_sample")
        return tuple(found)

    @property
    def arrays(self) -> tuple[ArrayName, ...]:
        """What is made beside the metadata."""
        if self.skip_image_generation:
            return ()
        return ("images", "planes") if self.return_planes else ("images",)

    @property
    def kept(self) -> int | None:
        """How many systems of a configuration are kept in memory; None for all."""
        return None if self.store_in_memory else SAMPLE if self.store_sample else 0

    @property
    def progress_bar(self) -> bool | None:
        """Whether there is a progress bar; None for one in a terminal only."""
        return True if self.verbose else self.progress
