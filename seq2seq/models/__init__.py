"""Networks. Each has a fast path to train by and a glass path, over the same weights, to look into.

Nothing is imported here, so that `seq2seq.models.config` costs no torch.
"""
