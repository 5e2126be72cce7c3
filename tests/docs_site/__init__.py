"""Tests of the documentation site: its build, its reference, and its pages in a browser."""
