"""Measured processes: each runs one client in the client's own environment.

This package must import only the standard library and the client's own packages. The parent copies
it next to each environment, without the rest of the tests.
"""
