"""Does the asset behave in other simulators as in ours?"""
