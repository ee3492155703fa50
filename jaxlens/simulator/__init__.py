"""The Simulator, and the functions of one system mapped over a batch and jitted.

`Simulator` checks arguments and calls `batched`, the one place where datasets, streams and users get the
batch axis from; fits map functions of their own over images and starts.  How many systems are made at a
time, and on which devices, is decided in `jaxlens.engine`.
"""

from jaxlens.simulator.simulator import Simulator

__all__ = ["Simulator"]
