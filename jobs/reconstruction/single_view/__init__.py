"""A guess at a shape from one picture, without weights."""
