"""What the commands do that have options of their own; `__main__` only names them."""
