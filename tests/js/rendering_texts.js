/** Texts as models and people write them, for tests of the renderer. */

export const TEXTS = [
  "",
  " \n\n",
  "# One\n\nTwo\n===\n\n###### Six *a* **b** ~~c~~ `d`",
  "a\nb  \nc\\\nd",
  "Prices of $5 and $10, then $x$, \\(y_1\\) and $$z^2$$.\n\n\\[\n\\frac{a}{\\sqrt{b}}\n\\]",
  "\\[\\begin{aligned} a &= b + c \\\\ &= d \\end{aligned}\\]",
  "$\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix} \\overbrace{x}^n \\color{red}{y} \\vec{v}$",
  "Broken: $\\frac{1$ and \\(\\ce{H2O}\\).",
  "3. a\n4. b\n   - c\n\n     d\n   - e\n\n- [ ] open\n- [x] done",
  "> a\n> > b\n> > - c\n\n- > d\n  > e",
  "|a|b|c|\n|-|-:|:-:|\n|1|`2`|**3**|\n|$x$|a \\| b|",
  "```python\ndef f(x):\n    return '<&>' * x\n```\n\n    indented & plain\n\n~~~klingon\nx < y\n~~~",
  `\`\`\`js\n${"/* a\nb */ let x = `1\n2`;\n".repeat(20)}\`\`\``,
  "```mermaid\ngraph TD; A-->B\n```\n\n```\nno language\n```\n\n```sh\nnever closed",
  "[a](https://b.example/?x=1&amp;y=2 'T') [b](/settings) [c][d] https://e.example/é?f=[1]\n\n[d]: <https://d.example/x y>",
  "![A cat](https://u:p@b.example:80/cat.png) ![](https://例え.jp/a) ![no](data:,x) [x](javascript:alert(1))",
  "&mdash; &amp;lt; AT&T &nosuch; &#x41; &#0; &#xD800; &copyright; `&lt;` &ngE;",
  "<b>x</b> <script>alert(1)</script> <!-- c -->",
  "数学と👩‍👩‍👧 **强调** 한국어 *기울임* עברית e\u0301 𝄞",
  "- a\n\n      code in an item\n\n  | a |\n  |---|\n  | 1 |\n- $$x$$",
];
