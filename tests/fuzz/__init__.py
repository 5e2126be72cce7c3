"""Long runs over random and mutated inputs, begun by hand or at night."""
