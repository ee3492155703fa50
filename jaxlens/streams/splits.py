"""Streams for training, validation and test that have no system in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import jax

from jaxlens.sampling.indices import INDEX_LIMIT
from jaxlens.streams.batches import Transform
from jaxlens.streams.mixed_files import Source, Weights
from jaxlens.streams.stream import Stream, stream

# The index at which the systems for validation begin, and that at which those for the test do.
_VALIDATION = INDEX_LIMIT // 2
_TEST = _VALIDATION + INDEX_LIMIT // 4


def train_test_streams(
    config: Source | Sequence[Source],
    batch_size: int,
    seed: int = 0,
    labels: str | Sequence[str] | None = None,
    *,
    validation: bool = False,
    devices: Iterable[jax.Device] | None = None,
    configurations: str | Iterable[str] | None = None,
    survey: str | None = None,
    bands: str | Sequence[str] | None = None,
    image_dtype: str | None = None,
    weights: Weights | None = None,
    transform: Transform | None = None,
) -> tuple[Stream, ...]:
    """Streams for training and test, and one for validation between them where it is asked for.

    They are three ranges of the indices of one stream: training has those below 2^62, validation those from
    there to 3 x 2^61, and the test those up to 2^63.  So no system is in two of them, whatever the batch
    size, however many workers there are, and wherever a training run is taken up again.  The stream for
    training is `stream` with the same arguments.

    A test set of a fixed size is `test.source(10)`, ten batches, or the first ten batches of `test`.

    Args:
        config: as in `stream`, and so are all others.
        batch_size: systems a batch.
        seed: the seed of all of them.
        labels: the parameters that each batch has as labels.
        validation: whether there is a stream for validation too.
        devices: the devices that share each batch.
        configurations: those that are mixed.
        survey: the survey whose IMAGE and SURVEY take the place of the file's.
        bands: the bands that are used.
        image_dtype: the precision of the images.
        weights: how often systems are of each file, or of each configuration.
        transform: what is made of the images.

    Returns:
        (train, test), or (train, validation, test).

    Raises:
        ConfigError: if the configuration is wrong.
        ValueError: if an argument is wrong; the message says what would be right.

    >>> from jaxlens.streams.splits import train_test_streams
    >>> train, validation, test = train_test_streams("lens_or_not", 32, validation=True)
    >>> train.index, validation.index == 2**62, test.index == 3 * 2**61
    (0, True, True)
    """
    whole = stream(
        config,
        batch_size,
        seed,
        labels,
        devices=devices,
        configurations=configurations,
        survey=survey,
        bands=bands,
        image_dtype=image_dtype,
        weights=weights,
        transform=transform,
    )
    train, test = whole.between(0, _VALIDATION), whole.between(_TEST, INDEX_LIMIT)
    return (train, whole.between(_VALIDATION, _TEST), test) if validation else (train, test)
