"""The gateway: the site's models for API clients, at ``/v1``, in OpenAI's wire format.

``gateway`` routes a request to ``views``; ``completions`` writes what a completion needs before it
runs, ``reply`` buffers its bytes in one of the ``formats``, ``error_bodies`` has the errors.
"""
