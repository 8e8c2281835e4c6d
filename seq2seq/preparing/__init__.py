"""From text to tensors, written down as traces: a text cut into pieces, sentences put into batches. No torch."""
