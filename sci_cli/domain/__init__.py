"""What an activation is and what must hold for it: pure values and rules, standard library only."""
