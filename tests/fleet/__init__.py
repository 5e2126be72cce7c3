"""Tests of fleets, and the runs in which jobs are killed or measured."""
