"""Is an asset what the industry's own validators ask for?"""
