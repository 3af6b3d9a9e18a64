"""The error for requests that the site refuses, with a sentence for the user."""


class Refused(Exception):
    """The site refuses the request; ``message`` says what the user can change."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
