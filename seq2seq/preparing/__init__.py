"""From text to tensors, written down as traces: how a text is cut into pieces, how sentences become a batch. No torch."""
