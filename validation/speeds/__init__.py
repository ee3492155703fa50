"""What `python -m validation.speed` measures: the workloads, jaxlens and its peers on them, the machine."""
