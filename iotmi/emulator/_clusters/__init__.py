"""How emulated devices behave, cluster by cluster: the state at first, and what commands do."""
