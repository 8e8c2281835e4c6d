"""What the studio promises, measured: `python -m seq2seq bench`. Development only; the app needs none of this."""
