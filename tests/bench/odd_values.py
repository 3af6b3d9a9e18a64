"""Values that programs take apart wrongly, and requests that are made of them."""

import random
import string
from dataclasses import dataclass, field
from urllib.parse import quote, quote_from_bytes, urlencode

# As bytes, since not all of them are text.
ODD = [
    b"",
    b" ",
    b"0",
    b"-1",
    b"+1",
    b" 1 ",
    b"1_000",
    b"1e400",
    b"NaN",
    b"-Infinity",
    b"0x10",
    b"9" * 30,
    b"-" + b"9" * 30,
    b"9" * 5_000,
    b"1." + b"9" * 400,
    b"2147483648",
    b"9223372036854775808",
    b"\x00",
    b"a\x00b",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "²".encode(),
    "٣".encode(),
    "１２".encode(),
    "½".encode(),
    "\u202e\u2066".encode(),
    "😀".encode() * 20,
    b"e\xcc\x81" * 100,
    b"\xef\xbf\xbe",
    b"\xef\xbb\xbf",
    b"\r\nX: y",
    b"\t\x0b\x0c",
    b"0000-00-00",
    b"2026-02-30",
    b"9999-12-31",
    b"10000-01-01",
    b"0001-01-01",
    b"-0001-01-01",
    b"0001-01-01T00:00:00+23:59",
    b"9999-12-31T23:59:59-23:59",
    b"2026-11-29T25:61:61Z",
    b"2026-W53-7",
    b"12/31/99999",
    b"24:00",
    b"23:59:60",
    b"P1Y",
    b"00000000-0000-0000-0000-000000000000",
    b"{00000000-0000-0000-0000-000000000000}",
    b"ffffffff-ffff-ffff-ffff-ffffffffffffg",
    b"true",
    b"on",
    b"null",
    b"[]",
    b"{}",
    b'{"a":' * 500,
    b"[" * 3_000,
    b'"\\ud800"',
    b'{"a":1e999}',
    b"../../etc/passwd",
    b"..\\..\\",
    b"%(a)s",
    b"{0.__class__}",
    b"${7*7}",
    b"';--",
    b"<script>",
    b"a@b",
    b"a@" + b"b" * 300 + b".example",
    b"@",
    "ü@ü.example".encode(),
    b"http://[::1",
    b"//x",
    b"javascript:alert(1)",
    b"http://x:99999/",
    b"127.0.0.1",
    b"::ffff:1.2.3.4/129",
    b"1.2.3.4/33",
    b"x" * 255,
    b"x" * 9_000,
    b"a,b,,c",
    b",",
    b";",
    b"=",
    b"&",
    b"|",
    b"__",
    b"password",
    b"__gt",
]
HEADERS = [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cookie",
    "Content-Type",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Unmodified-Since",
    "Origin",
    "Range",
    "Referer",
    "User-Agent",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Requested-With",
    "Idempotency-Key",
    "Forwarded",
    "HX-Request",
    "Sec-Fetch-Site",
    "Upgrade",
]
WORDS = [
    b"gzip;q=abc",
    b"de;q=2, *;q=",
    b"bytes=0-",
    b"bytes=9-1,,",
    b'W/"x", *',
    b"Mon, 99 Foo 2026 00:00:00 GMT",
    b"multipart/form-data",
    b"multipart/form-data; boundary=" + b"b" * 300,
    b"text/plain; charset=utf-99",
    b"application/x-www-form-urlencoded; charset=utf-16",
    b'application/json; charset="',
    b"Basic !!!",
    b"Bearer \xff",
    b"null",
    b"Digest a=b",
    b'for="[::1]:99999";proto=x',
    b"websocket",
    b'sessionid=; sessionid="\\777"; =x; ;;',
    b"messages=W10:1:x",
    b"csrftoken=\x80\x81",
    b"django_language=../x",
]
METHODS = ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO"]
PATH_ENDS = [
    b"%00",
    b"%ff",
    b"/%2e%2e/",
    b"//",
    b"/..",
    b";a=b",
    b"?",
    b"%",
    b"%zz",
    b"%25%30",
    b"\\",
    b".json",
    b"%e2%80%ae",
]


@dataclass
class Request:
    """One request, in bytes where it may be no text."""

    method: str
    path: bytes
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    body: bytes = b""

    def __str__(self) -> str:
        headers = "".join(f" {name}: {value[:60]!r}" for name, value in self.headers)
        return f"{self.method} {self.path[:200]!r}{headers} {self.body[:300]!r}"


class Maker:
    """Makes requests by chance; one seed makes the same ones again."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def odd(self) -> bytes:
        """A value, or two that follow each other."""
        value = self.chance.choice(ODD)
        if self.chance.random() < 0.1:
            value += self.chance.choice(ODD)
        if self.chance.random() < 0.1:
            value += self.chance.randbytes(self.chance.randrange(1, 20))
        return value

    def query(self, names: list[str]) -> bytes:
        """A query with names that the site knows, and some that it does not."""
        known = [*names, "q", "p", "o", "page", "before", "next", "a" * 300, "", "\x00"]
        picked = self.chance.choices(known, k=self.chance.randrange(1, 5))
        parts = [
            quote(name).encode() + b"=" + quote_from_bytes(self.odd()).encode() for name in picked
        ]
        return b"&".join(parts)[:6_000]

    def form(self, fields: dict[str, str]) -> bytes:
        """A form whose fields have their values, but for some that have odd ones."""
        sent = {name: value.encode("utf-8", "replace") for name, value in fields.items()}
        for name in self.chance.sample(sorted(sent), min(len(sent), self.chance.randrange(0, 4))):
            sent[name] = self.odd()
        if self.chance.random() < 0.2:
            sent[
                self.chance.choice(["action", "_save", "_continue", "post", "x\x00", "_popup"])
            ] = self.odd()
        return urlencode(sent).encode()[:15_000]

    def body(self, fields: dict[str, str]) -> tuple[bytes, bytes]:
        """A body and its type."""
        kind = self.chance.random()
        if kind < 0.75:
            return self.form(fields), b"application/x-www-form-urlencoded"
        if kind < 0.85:
            return self.odd()[:10_000], b"application/json"
        if kind < 0.95:
            return self.multipart(fields), b"multipart/form-data; boundary=b"
        return self.chance.randbytes(200), self.chance.choice(WORDS)

    def multipart(self, fields: dict[str, str]) -> bytes:
        """A form in parts, with files and headers that are none."""
        head = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        ends = [
            b"",
            b'; filename="x.csv"',
            b'; filename="%s"' % self.odd()[:50],
            b"; filename*=utf-9''%ff",
        ]
        parts = [
            head % (name.encode(), self.chance.choice(ends), self.odd()[:2_000])
            for name in list(fields)[:6]
        ]
        return b"".join(parts)[:14_000] + self.chance.choice([b"--b--\r\n", b"--b", b""])

    def headers(self) -> list[tuple[str, bytes]]:
        """Some headers, with values that a server lets through."""
        picked = self.chance.sample(HEADERS, self.chance.choice([0, 0, 0, 1, 2, 4]))
        return [(name, self.header_value()) for name in picked]

    def header_value(self) -> bytes:
        """A value of a header: neither its end nor a NUL."""
        value = self.chance.choice([*WORDS, self.odd()])[:3_000]
        return value.translate(None, b"\r\n\x00\x0b\x0c").strip()

    def place(self, known: str) -> bytes:
        """Values in place of an id in an address."""
        if known and self.chance.random() < 0.6:
            return known.encode()
        return quote_from_bytes(self.odd()[:300], safe="").encode()

    def end(self) -> bytes:
        """Ends that may follow an address."""
        return self.chance.choice(PATH_ENDS) if self.chance.random() < 0.06 else b""

    def letters(self, number: int) -> str:
        """Letters and digits."""
        return "".join(self.chance.choices(string.ascii_letters + string.digits, k=number))
