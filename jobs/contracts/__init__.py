"""Documents that cross a container boundary."""
