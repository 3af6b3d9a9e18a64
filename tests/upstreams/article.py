"""A long text with code, tables, mathematics, lists and quotations."""

_SECTION = """## Section {number}

A paragraph with *emphasis*, **strong words**, `code` and a [link](https://example.org/{number}),
long enough to look like what a model writes when it explains something to a patient reader.

- the first item, with some words
- the second item with **strength** and $a_{number}^2 + b^2$
  1. nested
  2. again

```python
def section_{number}(values: list[int]) -> int:
    # Adds what is even.
    return sum(value for value in values if value % 2 == {number})
```

| Name | Value |
|:-----|------:|
| one  |     1 |
| two  |     2 |

> A quotation of a line or two, which is
> continued here.

$$
\\frac{{x^{number}}}{{2}}
$$

"""
CHARACTERS = 20_000
ARTICLE = "".join(_SECTION.format(number=number) for number in range(40))[:CHARACTERS]
