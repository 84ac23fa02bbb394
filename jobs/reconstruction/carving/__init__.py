"""Silhouettes to a closed surface."""
