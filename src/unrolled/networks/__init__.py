"""Networks: their plain description, the cells, the torch modules, and the Markov chain beside them."""
