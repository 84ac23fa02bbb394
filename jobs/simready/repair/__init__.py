"""A mesh becomes one closed, outward oriented solid."""
