"""Texts for the Markdown renderer, as models and attackers write them."""

DOCUMENTS = {
    "prose": """# A title

Some *emphasis*, **strong words** and ***both***, `code`, ~~gone~~ and a [link](https://a.example/).
A line break is kept, snake_case_names too. A < B & C &mdash; &copy; &unknown; &#169; done.

Setext one
==========

Setext two
---

* * *

Escapes: \\*not\\* \\[x\\] and <https://auto.example/?a=1&b=2>
and www.example.com, mail@example.org.
Last line without a break""",
    "code": """Before.

```python
def f(x):
    return "`" * x  # ``` inside

```

~~~
tildes with ``` inside
~~~

````markdown
```js
nested()
```
````

    indented code
    more of it

```
no language
""",
    "lists": """Things:
- one
- two
  continued lazily
and lazily again
- three

  a second paragraph makes it loose

1. first
2. second
   - nested
     1. deeper
        ```sh
        echo in a list
        ```
   - again
3. third

7) seven
8) eight

- [ ] open
- [x] done
- [X] **done** too

* other
+ markers
""",
    "tables": """| Name | Size | Price |
|:-----|-----:|:-----:|
| a    |    1 | $x^2$ |
| `b|` | **2** | a \\| b |
| c

| No | body |
|----|------|

edge | less
---|---
1 | 2

Text right after.
""",
    "math": """Inline $E = mc^2$ and \\(\\frac{a}{b}\\), prices of $5 and $10, a lone $ sign.

$$
\\sum_{i=1}^n i = \\frac{n(n+1)}{2}
$$

Text with $$a^2$$ inside.

\\[
x
=
y
- z
\\]

Broken: $\\frac{1$ and $\\undefined{x}$ and \\$5 and $20,000 and `$code$`.

$$ never closed

Afterwards.
""",
    "references": """See [the manual][1], [Other] and ![picture][pic], [none][missing].

A paragraph between.

> Quoted [the manual][1]
lazy continuation
>
> - a list
> - in a quote

- a list with [Other]
- and more

[1]: https://one.example/ "One"
[other]: <https://two.example/>
[pic]: https://three.example/p.png
""",
    "unused definitions": """[Answer]: 42
[Other]: 43

Sources [^1] here.

[^1]: https://one.example/

- [Item]: 44
- more

[last]: https://two.example/ "Title"
""",
    "html": """<div class="x">
**bold** in a div
</div>

Text with <b>tags</b>, <br> and <!-- a comment -->.
<pre>
code?
</pre>

<script>alert(1)</script>

a <span style="color:red">styled</span> end
""",
    "nesting": """> quote
> > deeper
> > ```js
> > let x = 1;
> > ```
> back

- item

      indented code in item

  > quote in item

- item
  Title in item
  ---

  | a | b |
  |---|---|
  | 1 | 2 |
""",
    "prices": """From $100-$200, 5$/mo, $HOME/bin:$PATH and US$5; **$x$** and 求$x^2$的值, \\(y\\).

| a | b |
|---|---|
| $5 | **注意：**请 |
| one<br>two | $z$ |
""",
    "Chinese": """**注意：**请先保存*（重要）*，大约 3~5 天，~~旧价：~~新价。

- **第一：**见 https://example.com/docs（中文说明）
- **第二：**"引号"**"强调"**的

> 求$x$、**「$y$」**。""",
    "directions": """Google هي شركة كبيرة تعمل

- `npm` يثبت الحزم
- Google محرك بحث
  - English item
- عنصر

| الاسم | value |
|---|---|
| واحد | one |

# כותרת

English again.
""",
    "line endings": "One\r\ntwo\r\n\r\n```\r\ncode\r\n```\r\n\r\n- a\r\n- b\rc\r\n",
    "scripts": """# 数学と👩‍👩‍👧

中文**强调**，한국어 *기울임*, עברית, e\u0301, 𝄞.

- א
- ב

`コード` [链接](https://例え.jp/パス)
""",
}

_OUTSIDE = "https://outside.example"

HOSTILE = [
    "<script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    f"<img src={_OUTSIDE}/a.png>",
    f"<img srcset='{_OUTSIDE}/a.png 2x'>",
    "<svg onload=pwned()>",
    f"<svg><image href={_OUTSIDE}/a.png></svg>",
    f"<svg><use href='{_OUTSIDE}/a.svg#x'/></svg>",
    "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
    "<math><mtext><mglyph><style><img src=x onerror=pwned()></style></mglyph></mtext></math>",
    f"<iframe src={_OUTSIDE}></iframe>",
    "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    f"<object data={_OUTSIDE}></object><embed src={_OUTSIDE}>",
    f"<link rel=stylesheet href={_OUTSIDE}/a.css>",
    f"<link rel=prefetch href={_OUTSIDE}/a>",
    f"<link rel=dns-prefetch href={_OUTSIDE}>",
    f"<style>@import url({_OUTSIDE}/a.css)</style>",
    f"<p style='background:url({_OUTSIDE}/a.png)'>x</p>",
    f"<video src={_OUTSIDE}/a.mp4 autoplay></video><audio src={_OUTSIDE}/a.mp3></audio>",
    f"<video poster={_OUTSIDE}/a.png></video>",
    f"<meta http-equiv=refresh content='0;url={_OUTSIDE}'>",
    f"<base href={_OUTSIDE}/>",
    f"<form action={_OUTSIDE}><button autofocus onfocus=pwned()>x</button></form>",
    "<input autofocus onfocus=pwned()>",
    "<details open ontoggle=pwned()>x</details>",
    "<body onload=pwned()>",
    "<a href=javascript:pwned()>x</a>",
    "<template><script>pwned()</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=pwned()>'>",
    "<!--><img src=x onerror=pwned()>-->",
    "<![CDATA[<img src=x onerror=pwned()>]]>",
    "</main></body><script>pwned()</script>",
    "[x](javascript:pwned())",
    "[x](JaVaScRiPt:pwned())",
    "[x](java\tscript:pwned())",
    "[x](<java\nscript:pwned()>)",
    "[x](&#106;avascript:pwned())",
    "[x](javascript&colon;pwned())",
    "[x](&#x6A&#x61vascript:pwned())",
    "[x](\x01javascript:pwned())",
    "[x](data:text/html,<script>pwned()</script>)",
    "[x](vbscript:pwned())",
    "[x](file:///etc/passwd)",
    "[x](blob:https://a.example/1)",
    "[x](//outside.example/relative)",
    "[x](/accounts/logout/)",
    "[x](https://a.example/ \"' onmouseover='pwned()\")",
    '[x](https://a.example/" onmouseover="pwned())',
    "<javascript:pwned()>",
    "[x][r]\n\n[r]: javascript:pwned()",
    f"![x]({_OUTSIDE}/a.png)",
    f"![x][r]\n\n[r]: {_OUTSIDE}/a.png",
    f"[![x]({_OUTSIDE}/a.png)](javascript:pwned())",
    "![x](javascript:pwned())",
    "![x](data:image/svg+xml,<svg/onload=pwned()>)",
    '![" onerror="pwned()](https://a.example/)',
    "`<img src=x onerror=pwned()>`",
    "```<img src=x onerror=pwned()>\n<script>pwned()</script>\n```",
    '```js" onclick="pwned()\nx\n```',
    "```html\n<img src=x onerror=pwned()>\n<script>pwned()</script>\n```",
    "| <img src=x onerror=pwned()> |\n|---|\n| <script>pwned()</script> |",
    "- [x] <img src=x onerror=pwned()>",
    "# <img src=x onerror=pwned()>",
    "$\\href{javascript:pwned()}{x}$",
    f"$\\includegraphics{{{_OUTSIDE}/a.png}}$",
    "$\\htmlData{x=y}{x}\\htmlStyle{color:red}{x}\\htmlClass{a}{x}\\htmlId{message}{x}$",
    f"$$\\url{{{_OUTSIDE}}}$$",
    "$\\def\\a{\\a\\a}\\a$",
    "$\\rule{9999999em}{9999999em}$",
    "$<img src=x onerror=pwned()>$ \\(</script><script>pwned()</script>\\)",
    "&lt;img src=x onerror=pwned()&gt; &#60;script&#62;pwned()&#60;/script&#62;",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>pwned()</x:script>",
    "<a id=message name=body><form id=x><input name=parentNode></form>",
]

# Sources of about 100 to 200 kB that are known to make Markdown parsers slow.
HEAVY = {
    "emphasis": "**a**" * 20_000,
    "open emphasis": "*a _b " * 20_000,
    "open brackets": "[" * 100_000,
    "open links": "[a](" * 40_000,
    "open images": "![" * 50_000,
    "backticks": " ".join("`" * length for length in range(400)),
    "quotes": ">" * 50_000,
    "list markers": "- " * 50_000,
    "indented list": "\n".join(" " * (2 * (line % 200)) + "- a" for line in range(900)),
    "addresses": "a." * 80_000 + "@",
    "dollars": "$a" * 60_000,
    "open display math": "$$a\n" * 40_000,
    "open brackets of math": "\\[a\n" * 40_000,
    "line breaks": "\n" * 150_000,
    "underlines": "a\n" * 50_000 + "=",
    "table": "|a" * 60 + "\n" + "|-" * 60 + "\n" + ("|x" * 60 + "\n") * 900,
    "one long line": "word " * 40_000,
    "definitions": "[a]: b\n" * 20_000,
    "references": "&amp;" * 30_000,
}
