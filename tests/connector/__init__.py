"""Tests of `iotmi.connector`."""
