"""Providers and their models: the list of models, their parameters, and the connections.

``providers`` and ``listing`` maintain the list, ``siliconflow`` has the models of one service;
``parameters`` and ``schemas`` check requests, ``choosing`` finds a model by its name.
``connections`` is the only module that uses upstream keys; ``line`` bounds those that run at once.
"""
