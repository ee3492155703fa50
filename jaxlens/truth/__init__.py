"""Truth tables: what a system has, as rows of lenses, hosts, and of each image of each point source."""
