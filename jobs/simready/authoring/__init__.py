"""The asset's files: USD, MJCF, URDF."""
