"""The estimate of the bytes that a dataset takes."""

import pytest

IMAGE_FORMATS = ("h5", "npy")
BOTH = ("images", "planes")


@pytest.mark.parametrize("image_format", IMAGE_FORMATS)
def test_the_estimate_is_not_below_what_a_dataset_takes(tmp_path, image_format, contents, write):
    paths = write(tmp_path, image_format, count=3000, chunk=1000, attributes={})
    taken = sum(path.stat().st_size for path in paths if path.suffix != ".h5")
    assert contents(3000).bytes_on_disk(parameters=5, with_csv=True) >= 0.8 * taken


def test_half_precision_takes_half_the_space(contents):
    pixels = 10 * 2 * 4 * 4
    whole, half = contents(), contents(dtype="float16")
    assert whole.bytes_on_disk(5, True) - half.bytes_on_disk(5, True) == 2 * pixels


def test_planes_count_in_the_estimate(contents):
    alone, both = contents(), contents(arrays=BOTH)
    images = 4 * 10 * 2 * 4 * 4
    assert both.bytes_on_disk(5, True) == alone.bytes_on_disk(5, True) + 4 * images
