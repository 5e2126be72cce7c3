"""Hard days: killed processes, hostile requests, faults by the thousand, the same by every client.

Each long run is a command, ``python -m tests.chaos.<name>``, that prints its figures and its
seed; a short one of each is in the test suite.
"""
