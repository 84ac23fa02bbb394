"""RGB-D scans: frames with poses to separate closed objects, with their layout."""
