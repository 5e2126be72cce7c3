"""Runs in which processes are killed and calls fail, longer than the test suite has time for."""
