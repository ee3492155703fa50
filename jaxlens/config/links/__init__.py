"""Links: numbers that follow others, their names, order and checks."""
