"""Tests of `iotmi.events`."""
