"""Datasets: `make_dataset`, the `Dataset` that it gives, and what is produced in which order.

Batches are made in `jaxlens.engine`; what a file contains is defined in `jaxlens.files`.
"""
