"""Inputs that a newcomer runs, and the scripts that made them."""
