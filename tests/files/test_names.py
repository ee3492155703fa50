"""Names of files of images, of shards and of what is beside them."""

from pathlib import Path

import pytest

from jaxlens.files.names import beside, images_name


@pytest.mark.parametrize(
    "name", ["CONFIGURATION_1_planes.h5", "_images.h5", "a_images", "a_images-1.h5", "images.h5"]
)
def test_other_names_are_no_images(name: str) -> None:
    assert images_name(Path(name)) is None


def test_a_partial_file_is_no_image() -> None:
    assert images_name(Path("CONFIGURATION_1_images.h5.abc.partial")) is None


def test_what_is_beside_keeps_the_label() -> None:
    assert beside(Path("a/b_images_images.npy"), "planes", "npy") == Path("a/b_images_planes.npy")
    assert images_name(Path("b_images_images.npy")) == ("b_images", None, "npy")
