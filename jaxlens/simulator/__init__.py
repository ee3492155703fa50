"""The Simulator, and the one place where the batch axis is added and `jax.jit` is called.

`Simulator` checks arguments and calls `batched`, whose functions are pure.  How many systems are made at a
time, and on which devices, is the matter of `jaxlens.engine`.
"""
