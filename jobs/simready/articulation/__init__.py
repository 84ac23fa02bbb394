"""From the part meshes of a thing to its links and joints."""
