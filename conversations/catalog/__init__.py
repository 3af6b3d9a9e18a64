"""Providers and the models that they offer: what each takes, and the way to ask it.

``providers`` and ``listing`` keep the list of models, ``siliconflow`` knows one service's names;
``parameters`` and ``schemas`` check what a model is asked, ``choosing`` finds the model by its
name. ``connections`` is the one place that attaches an upstream key, ``bulkhead`` its queue.
"""
