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
- `in_turn(branches, rounds, state)`: plain form
  `for k in range(rounds): for branch in branches: state = branch(k, state)`.  May go once XLA's CPU
  compiler does not repeat a branch's computation for each use of its result.

Two more workarounds are where they act, because they are the way in which a function is written:
`elementary.inverse_root` (sqrt(x) / x in place of 1 / sqrt(x)) and the loop of `lensing.roots.newton`,
which uses a point's rays one turn after they are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp

T = TypeVar("T")


def computed_apart(
    function: Callable[..., Any], *operands: jax.Array, elsewhere: Callable[..., Any] | None = None
) -> Any:
    """`function(*operands)`, fused neither with what makes the operands nor with what uses the result.

    XLA's CPU compiler would compute an image inside of the operation that pads it, pixel by pixel and its
    edge twice, and a filter inside of a sum, without vector instructions.  The operands and the result of a
    conditional are written to memory, and the barrier hides from the compiler that the condition is constant.

    Args:
        function: a function of arrays that returns a pytree of arrays.
        operands: its arguments.
        elsewhere: a function that computes the same, for other platforms than CPUs; by default `function`.

    Returns:
        What `function` returns.
    """

    def conditional(*operands: jax.Array) -> Any:
        holds = jax.lax.optimization_barrier(jnp.asarray(True))
        return jax.lax.cond(holds, function, zeros, *operands)

    def zeros(*operands: jax.Array) -> Any:
        shapes = jax.eval_shape(function, *operands)
        return jax.tree.map(lambda shape: jnp.zeros(shape.shape, shape.dtype), shapes)

    return jax.lax.platform_dependent(*operands, cpu=conditional, default=elsewhere or function)


def computed_once(tree: T) -> T:
    """The same pytree, computed once however often it is used: `jax.lax.optimization_barrier` on a CPU.

    Without it XLA's CPU compiler fuses random numbers into each of their uses and draws them again there.
    Its compiler for GPUs weighs that itself, and with the barrier each number would be a kernel of its own.

    >>> print(computed_once({"x": jnp.arange(2.0)}))
    {'x': Array([0., 1.], dtype=float32)}
    """
    return jax.lax.platform_dependent(tree, cpu=jax.lax.optimization_barrier, default=lambda tree: tree)


def in_turn(branches: tuple[Callable[[jax.Array, T], T], ...], rounds: int, state: T) -> T:
    """The state after the branches have been applied one after the other, `rounds` times.

    XLA compiles the branches of a conditional separately.  In one computation it would compute the result of
    one branch again for each of its uses in the next.

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

    def step(k: jax.Array, state: T) -> T:
        return jax.lax.switch(k % len(branches), branches, k // len(branches), state)

    return jax.lax.fori_loop(0, len(branches) * rounds, step, state)
