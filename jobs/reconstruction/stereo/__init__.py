"""Depth from neighbouring photos, inside what the silhouettes leave."""
