"""Hard days for the emulator: killed processes, hostile requests, the same steps by every client.

Each long run is a command, ``python -m tests.chaos.<name>``, that prints its figures and its
seed; a short one of each is in the test suite.
"""
