"""Functions of cloud connectors, and the delivery of the service's requests to them."""
