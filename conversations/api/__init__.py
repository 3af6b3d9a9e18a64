"""The gateway: the site's models for programs, at ``/v1``, in OpenAI's wire format."""
