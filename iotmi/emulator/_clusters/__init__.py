"""The behavior of emulated devices by cluster: the initial state, and the effects of commands."""
