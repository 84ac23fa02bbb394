"""Where to take hold of an asset, found by geometry and tried in the simulator."""
