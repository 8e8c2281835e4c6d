"""What overviews of layered encoder-decoders share: where their rows lie, and the marks they are drawn with."""
