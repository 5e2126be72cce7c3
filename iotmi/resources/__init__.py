"""One module for each family of operations: its types, values, requests and table."""
