"""Datasets: `make_dataset`, the `Dataset` that it gives, and what is produced in which order.

How a batch is made is the matter of `jaxlens.engine`, and what stands in a file that of `jaxlens.files`.
"""
