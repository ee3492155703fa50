"""Production: the systems of a file, made into memory or into a folder from which nothing is lost.

A dataset on disk is a folder with a manifest.  Its systems are divided into shards, which are made in any
order, by any process, and are added to the manifest when they are whole; `manifest` says what is recorded,
`layout` how systems are divided and files are called, `lock` that one process writes at a time, `shards`
makes one shard, `folder` decides what becomes of what is there, `run` makes what is missing, `merging` and
`verification` work on finished folders.
"""
