"""What `jaxlens.fit_population` is made of: image statistics, their distance, the file's numbers."""
