"""A closed mesh becomes a physical asset: colliders, mass, friction; as USD, MJCF and URDF."""
