"""Real faults: processes that are killed, disks that fill, files that are damaged; nothing may be lost.

`laboratory` has the dataset and the processes, `outcome` the table; each other module has faults of one kind.
"""
