"""The error for requests that the site refuses, with a sentence for the user."""


class Refused(Exception):
    """The site refuses the request; ``message`` says what the user can change."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


# The key of a request's scope where its body was too large to be read, with the most bytes that it
# may have. The request is answered as if it had no body.
WITHHELD = "parley.body_withheld"


def most_bytes_of(request: object) -> int | None:
    """The most bytes that the body of a request may have; None if it has no more than that."""
    most: int | None = getattr(request, "scope", {}).get(WITHHELD)
    return most
