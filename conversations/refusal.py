"""What cannot be done as asked, in words for the person who asked."""


class Refused(Exception):
    """What was asked cannot be done as asked; ``message`` tells the person what to change."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
