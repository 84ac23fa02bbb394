"""Convex shapes that stand in for an object in collisions."""
