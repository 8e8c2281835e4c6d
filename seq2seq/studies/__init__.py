"""What the pages look into: models that came with the studio or were just trained, and what was measured with them."""
