"""Workarounds for the XLA compiler.

Each function returns what plain JAX would, and is here because XLA compiles the plain form to a slow
program.  All were needed with jax 0.8 to 0.10.  To see whether one may be deleted, replace it by the plain
form below and compare `python -m validation.speed --quick` before and after, on a CPU; where no ratio falls
the workaround may go.

- `computed_apart(function, *operands)`: plain form `function(*operands)`.  May go once XLA's CPU compiler
  no longer fuses a pad or a reduction into the filters that read it.
- `computed_once(tree)`: plain form `tree`.  May go once XLA's CPU compiler does not repeat cheap
  operations, such as random bits, in every fusion that uses them.  It also keeps rounding the same however
  many results are used, so compare the parameters of a dataset bit by bit as well.
- `folded(step, first, items, unroll)`: plain form `jax.lax.scan(step, first, items, unroll=True)`.  May go
  once XLA's CPU compiler compiles a long formula quickly and does not compute a step again for each use.
- `repeated(step, rounds, state)`: plain form `for _ in range(rounds): state = step(state)`.  As `folded`.
- `in_turn(branches, rounds, state)`: plain form
  `for k in range(rounds): for branch in branches: state = branch(k, state)`.  May go once XLA's CPU
  compiler does not repeat a branch's computation for each use of its result.

Two more workarounds are where they act, because they are the way in which a function is written:
`elementary.inverse_root` (sqrt(x) / x in place of 1 / sqrt(x)) and the loop of `lensing.roots.newton`,
which uses a point's rays one turn after they are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax.experimental.xla_metadata import set_xla_metadata

T = TypeVar("T")
X = TypeVar("X")
Y = TypeVar("Y")


def computed_apart(
    function: Callable[..., Any], *operands: Any, elsewhere: Callable[..., Any] | None = None
) -> Any:
    """`function(*operands)`, fused neither with what makes the operands nor with what uses the result.

    XLA's CPU compiler would compute an image inside of the operation that pads it, pixel by pixel and its
    edge twice, and a filter inside of a sum, without vector instructions.  It compiles a function that is not
    inlined by itself, and writes its operands and its result to memory.

    Args:
        function: a function of pytrees of arrays that returns a pytree of arrays.
        operands: its arguments.
        elsewhere: a function that computes the same, for other platforms than CPUs; by default `function`.

    Returns:
        What `function` returns.
    """

    def inlined(*operands: Any) -> Any:
        with set_xla_metadata(inlineable="true"):
            return function(*operands)

    def called(*operands: Any) -> Any:
        with set_xla_metadata(inlineable="false"):
            return jax.jit(inlined)(*operands)

    return jax.lax.platform_dependent(*operands, cpu=called, default=elsewhere or function)


def computed_once(tree: T) -> T:
    """The same pytree, computed once however often it is used: `jax.lax.optimization_barrier` on a CPU.

    Without it XLA's CPU compiler fuses random numbers into each of their uses and draws them again there.
    Its compiler for GPUs weighs that itself, and with the barrier each number would be a kernel of its own.

    >>> print(computed_once({"x": jnp.arange(2.0)}))
    {'x': Array([0., 1.], dtype=float32)}
    """
    return jax.lax.platform_dependent(tree, cpu=jax.lax.optimization_barrier, default=lambda tree: tree)


def folded(
    step: Callable[[T, X], tuple[T, Y]], first: T, items: X, reverse: bool = False, unroll: int = 1
) -> tuple[T, Y]:
    """`jax.lax.scan`, as a loop on a CPU and written out in full elsewhere.

    On a GPU a loop is a kernel launch a step, whose arrays are written to memory and read again.

    Args:
        step: `(carry, item)` -> (next carry, output).
        first: the first carry.
        items: a pytree of arrays, with the items along their first axis.
        reverse: whether the last item comes first; static.
        unroll: steps in a turn of the loop on a CPU; static.

    Returns:
        The last carry, and the outputs along a first axis.

    >>> total, sums = folded(lambda a, b: (a + b, a + b), jnp.zeros(()), jnp.arange(3.0))
    >>> print(total, sums)
    3.0 [0. 1. 3.]
    """
    loop = partial(jax.lax.scan, jax.jit(step), reverse=reverse)
    in_full = partial(loop, unroll=len(jax.tree.leaves(items)[0]))
    return jax.lax.platform_dependent(first, items, cpu=partial(loop, unroll=unroll), default=in_full)


def repeated(step: Callable[[T], T], rounds: int, state: T) -> T:
    """The state after `rounds` steps: in a loop on a CPU, written out in full elsewhere, as `folded`.

    Args:
        step: a function from the state to the next state.
        rounds: how many steps there are; static.
        state: the first state, a pytree.

    Returns:
        The last state.

    >>> int(repeated(lambda x: 2 * x, 3, jnp.asarray(1)))
    8
    """
    traced = jax.jit(step)

    def in_full(state: T) -> T:
        for _ in range(rounds):
            state = traced(state)
        return state

    def loop(state: T) -> T:
        return jax.lax.fori_loop(0, rounds, lambda _, state: traced(state), state)

    return jax.lax.platform_dependent(state, cpu=loop, default=in_full)


def in_turn(branches: tuple[Callable[[jax.Array, T], T], ...], rounds: int, state: T) -> T:
    """The state after the branches have been applied one after the other, `rounds` times.

    XLA's CPU compiler compiles the branches of a conditional separately.  In one computation it would compute
    the result of one branch again for each of its uses in the next.  Elsewhere that is the plain form.

    Args:
        branches: functions of the round (an int32 scalar) and the state that return the next state.
        rounds: how often all branches are applied.
        state: the first state, a pytree whose shapes stay.

    Returns:
        The last state.

    >>> double, increment = lambda k, x: 2 * x, lambda k, x: x + k
    >>> int(in_turn((double, increment), 3, jnp.asarray(1)))
    12
    """
    traced = [jax.jit(branch) for branch in branches]

    def step(k: jax.Array, state: T) -> T:
        return jax.lax.switch(k % len(traced), traced, k // len(traced), state)

    def conditionals(state: T) -> T:
        return jax.lax.fori_loop(0, len(traced) * rounds, step, state)

    def plain(state: T) -> T:
        for k in range(rounds):
            for branch in traced:
                state = branch(jnp.asarray(k, jnp.int32), state)
        return state

    return jax.lax.platform_dependent(state, cpu=conditionals, default=plain)
