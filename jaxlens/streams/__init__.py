"""What `jaxlens.stream` is made of: which system stands where, the programs, and batches for others."""
