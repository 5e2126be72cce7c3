"""The families of operations, one module for each noun of the service."""
