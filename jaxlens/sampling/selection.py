"""Which attempt of each system is kept: the first one that meets all criteria, whatever the batch.

System i makes the attempts 0, 1, 2, ..., each with a key of its own, and the first that passes is the system.
The criteria are functions that the caller gives, the cheapest first.  A loop under vmap would go on for all
systems of a batch until the last one has passed.  So each test of a batch has places, which are given to the
systems that still need an attempt: several attempts of one system at once, where there are fewer systems than
places.  Which attempts are tested together changes nothing, since the first in order that passes is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from zlib import crc32

import jax
import jax.numpy as jnp

# Folded in before the number of an attempt, so that it cannot be taken for the name of a parameter.
_ATTEMPT = crc32(b"attempt of a selection")

# (systems (k,), attempts (k,)) -> which of them pass, (k,); systems are numbers from 0 on, as positions in a
# batch.
Test = Callable[[jax.Array, jax.Array], jax.Array]


class Stage(NamedTuple):
    """Criteria that are tested together.

    Attributes:
        test: says which attempts pass.
        places: how many attempts are tested at a time.
    """

    test: Test
    places: int


class _Places(NamedTuple):
    """Places in order, those of one system side by side.

    Attributes:
        system: the system of each place, (places,).
        rank: the number of the place among those of its system, (places,).
        first: the first place of each system, (systems,).
        number: the number of places of each system, (systems,).
    """

    system: jax.Array
    rank: jax.Array
    first: jax.Array
    number: jax.Array


def attempt_key(key: jax.Array, attempt: jax.Array) -> jax.Array:
    """The key from which an attempt of a system draws: the system's own for attempt 0.

    Args:
        key: the key of the system, ().
        attempt: the number of earlier attempts, (), uint32.

    Returns:
        The key, ().
    """
    again = jax.random.fold_in(jax.random.fold_in(key, _ATTEMPT), attempt)
    return jnp.where(attempt == 0, key, again)


def first_passing(systems: int, stages: Sequence[Stage], max_tries: int) -> tuple[jax.Array, jax.Array]:
    """The first attempt of each system that passes all stages.

    Args:
        systems: the number of systems.
        stages: the tests, the cheapest first; an attempt is tested only where it has passed the ones before.
        max_tries: the number of attempts after which a system is given up.

    Returns:
        The attempt of each system, (systems,), int32, 0 where none passes; and whether one passes,
        (systems,).
    """
    every = jnp.arange(systems, dtype=jnp.int32)
    one_each = _Places(every, jnp.zeros_like(every), every, jnp.ones_like(every))
    attempts, found, _ = _next_passing(stages, max_tries, jnp.zeros_like(every), one_each)
    return jnp.where(found, attempts, 0), found


def _next_passing(
    stages: Sequence[Stage], max_tries: int, begin: jax.Array, wanted: _Places
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The next attempts of each system that pass all stages, as many as it has places.

    Args:
        stages: the tests.
        max_tries: the number of attempts.
        begin: the attempt from which on they are sought, by system, (systems,).
        wanted: the places to fill.

    Returns:
        The attempt in each place, (places,); whether there is one, (places,); and the attempt from which on
        nothing is known, (systems,).
    """
    if not stages:
        attempts = begin[wanted.system] + wanted.rank
        return attempts, attempts < max_tries, jnp.minimum(begin + wanted.number, max_tries)
    *before, last = stages
    systems, places = len(begin), len(wanted.system)

    def lacking(state: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        _, filled, begin = state
        return (filled < wanted.number) & (begin < max_tries)

    def fill(state: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        stored, filled, begin = state
        tried = _shared(lacking(state), last.places)
        attempts, exist, after = _next_passing(before, max_tries, begin, tried)
        passes = exist & last.test(tried.system, jnp.minimum(attempts, max_tries - 1))
        # the number of earlier places of the same system that pass
        running = jnp.cumsum(passes) - passes
        earlier = running - running[tried.first[tried.system]]
        taken = passes & (earlier < (wanted.number - filled)[tried.system])
        place = (wanted.first + filled)[tried.system] + earlier
        stored = stored.at[jnp.where(taken, place, places)].set(attempts, mode="drop")
        # what passes and finds no place is found again: the search goes on behind the last one that was taken
        passed = jax.ops.segment_sum(passes.astype(jnp.int32), tried.system, systems)
        more = jax.ops.segment_sum(taken.astype(jnp.int32), tried.system, systems)
        last_taken = jax.ops.segment_max(jnp.where(taken, attempts, -1), tried.system, systems)
        begin = jnp.where(passed > more, last_taken + 1, after)
        return stored, filled + more, begin

    start = jnp.zeros((places,), jnp.int32), jnp.zeros_like(begin), begin
    stored, filled, begin = jax.lax.while_loop(lambda state: jnp.any(lacking(state)), fill, start)
    return stored, wanted.rank < filled[wanted.system], begin


def _shared(needing: jax.Array, places: int) -> _Places:
    """Places shared out evenly among the systems that need one; the first of them, where these are more.

    Args:
        needing: which systems need one, (systems,); at least one does.
        places: the number of places.
    """
    systems = len(needing)
    # at least one, also where a loop under vmap goes on for others
    served = jnp.clip(jnp.sum(needing, dtype=jnp.int32), 1, places)
    numbers = jnp.arange(places, dtype=jnp.int32)
    turn = numbers * served // places
    order = jnp.nonzero(needing, size=places, fill_value=0)[0].astype(jnp.int32)
    starts = -(-jnp.arange(places + 1, dtype=jnp.int32) * places // served)
    ends = jnp.where(jnp.arange(places) < served, starts[1:], starts[:-1])
    system = order[turn]
    first = jnp.zeros((systems,), jnp.int32).at[system].set(starts[turn])
    number = jnp.zeros((systems,), jnp.int32).at[system].set((ends - starts[:-1])[turn])
    return _Places(system, numbers - starts[turn], first, number)
