"""Closed meshes, mesh files and their units, distances; shared by jobs that hold meshes."""
