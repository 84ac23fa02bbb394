"""What the surface looks like, and pictures of it."""
