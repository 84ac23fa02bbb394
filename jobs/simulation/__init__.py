"""The simulator seam: probe, load, step, render."""
