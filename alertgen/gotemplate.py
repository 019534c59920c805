"""Go templates as Prometheus and Alertmanager fill them in: what a text reads, and what is wrong with it.

Only what can be told without running it: Prometheus itself reports a template that does not parse when it loads the
rule, and puts the error into the notification when one fails later; Alertmanager loads it and then cannot notify.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from alertgen.diagnostics import did_you_mean

BUILTINS: Final = frozenset(
    re.findall(r"\w+", "and call eq ge gt html index js le len lt ne not or print printf println slice urlquery")
)
"""The functions of Go's text/template."""

_OF_PROMETHEUS: Final = frozenset(
    re.findall(
        r"\w+",
        """
    args externalURL first graphLink humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp label
    match parseDuration pathPrefix query reReplaceAll safeHtml sortByLabel stripDomain stripPort strvalue tableLink
    title toLower toTime toUpper value
""",
    )
)
"""Those that Prometheus adds (template/template.go); promtool 2.42, 2.53 and 3.5 take each of them."""

_NEWER: Final = frozenset(("now", "toDuration", "urlQueryEscape"))
"""Added after 3.5: promtool, which is as old as the site's Prometheus, decides about them."""

FUNCTIONS: Final = BUILTINS | _OF_PROMETHEUS | _NEWER

_CONSTANTS: Final = frozenset(("true", "false", "nil"))
_BLOCKS: Final = frozenset(("if", "range", "with", "define", "block"))
_WORDS: Final = _BLOCKS | _CONSTANTS | frozenset(("else", "end", "template", "break", "continue"))
_ROOT: Final = ("ExternalLabels", "ExternalURL", "Labels", "Value")
"""What the dot has at the top of an alert's template (AlertTemplateData)."""
_VARIABLES: Final = frozenset(("$", "$externalLabels", "$externalURL", "$labels", "$value"))
"""What is defined in front of every alert's template (rules/alerting.go)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What somebody who fills in templates knows besides Go's own."""

    whose: str
    functions: frozenset[str]
    root: tuple[str, ...]
    """What the dot has at the top."""
    variables: frozenset[str]
    hint: str
    """What to do instead of an unknown function."""


PROMETHEUS: Final = Dialect("an alert's template", FUNCTIONS, _ROOT, _VARIABLES, "a label is '$labels.<name>'")

_COMMENT = re.compile(r"\{\{(?:- )?/\*.*?\*/(?: -)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""
      (?P<end>(?:\s-)?\}\})
    | (?P<space>\s+)
    | (?P<string>"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*')
    | (?P<open>["`'])
    | (?P<variable>\$\w*)
    | (?P<field>\.\w+)
    | (?P<dot>\.)
    | (?P<number>[-+]?[0-9][0-9a-zA-Z_.]*)
    | (?P<word>\w+)
    | (?P<sign>:=|[=|(),])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why Prometheus cannot fill a template in."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """What a template reads of its alert, each label once and in the order of the text, and what is wrong with it."""

    labels: tuple[str, ...] = ()
    shows_value: bool = False
    mistakes: tuple[Mistake, ...] = ()
    uses: tuple[str, ...] = ()
    """The templates that it includes, by name."""
    defines: tuple[str, ...] = ()
    """The templates that it defines itself."""


@functools.lru_cache(maxsize=4096)
def read(text: str, dialect: Dialect = PROMETHEUS) -> Template:
    """Reads a template; most texts are none, which is fine."""
    if "{{" not in text:
        return Template()
    reader = _Reader(dialect)
    reader.read(text)
    return Template(
        tuple(dict.fromkeys(reader.labels)),
        reader.shows_value,
        tuple(reader.mistakes),
        tuple(dict.fromkeys(reader.uses)),
        tuple(dict.fromkeys(reader.defines)),
    )


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    glued: bool = False
    """No space before it: `$labels.x`, not `$labels .x`."""


@dataclass(slots=True)
class _Block:
    """What an `{{ end }}` will close."""

    word: str
    variables: set[str] = field(default_factory=set)

    @property
    def moves_the_dot(self) -> bool:
        """Whether `.` is something else in it."""
        return self.word in ("range", "with", "define", "block")


@dataclass(slots=True)
class _Reader:
    dialect: Dialect
    labels: list[str] = field(default_factory=list)
    shows_value: bool = False
    mistakes: list[Mistake] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blocks.append(_Block("", set(self.dialect.variables)))

    def read(self, text: str) -> None:
        index = 0
        while (start := text.find("{{", index)) >= 0:
            comment = _COMMENT.match(text, start)
            if comment:
                index = comment.end()
                continue
            tokens, end = _action(text, start + 2)
            if end is None:
                self._wrong(
                    "this '{{' is never closed" if tokens[-1].kind != "open" else "a quote in it is never closed",
                    "put '}}' behind what is to be filled in",
                )
                return
            self._read_action(tokens)
            index = end
        if len(self.blocks) > 1:
            self._wrong(f"the '{{{{ {self.blocks[-1].word} }}}}' has no end", "put '{{ end }}' behind it")

    def _wrong(self, message: str, hint: str = "") -> None:
        self.mistakes.append(Mistake(message, hint))

    def _read_action(self, tokens: list[_Token]) -> None:
        if not tokens:
            self._wrong("there is nothing between '{{' and '}}'")
            return
        word = tokens[0].text if tokens[0].kind == "word" else ""
        if word in ("template", "block", "define"):
            self._named(word, tokens[1:2])
        if word in _BLOCKS:
            self.blocks.append(_Block(word))
        elif word == "else" and self.blocks[-1].word not in ("if", "range", "with"):
            self._wrong("this '{{ else }}' belongs to nothing")
        elif word in ("break", "continue") and not any(b.word == "range" for b in self.blocks):
            self._wrong(f"'{{{{ {word} }}}}' is outside of a range")
        elif word == "end":
            self._end()
        if sum((t.text == "(") - (t.text == ")") for t in tokens if t.kind == "sign"):
            self._wrong("its parentheses do not match")
        previous: list[_Token] = [_Token("start", "")]
        for index, token in enumerate(tokens):
            self._read_token(token, previous, tokens[index + 1 : index + 2])
            previous.append(token)

    def _named(self, word: str, name: list[_Token]) -> None:
        if not name or name[0].kind != "string":
            self._wrong(f"'{{{{ {word} }}}}' does not say which template", f'give its name: {{{{ {word} "name" . }}}}')
            return
        (self.uses if word == "template" else self.defines).append(name[0].text[1:-1])

    def _end(self) -> None:
        if len(self.blocks) > 1:
            self.blocks.pop()
        else:
            self._wrong("this '{{ end }}' ends nothing")

    def _read_token(self, token: _Token, previous: list[_Token], following: list[_Token]) -> None:
        before = previous[-1]
        match token.kind:
            case "other":
                self._wrong(f"'{token.text}' means nothing in a template", _instead(token.text))
            case "word" if token.text not in _WORDS | self.dialect.functions:
                near = did_you_mean(token.text, self.dialect.functions)
                self._wrong(f"there is no function '{token.text}'", near or self.dialect.hint)
            case "variable":
                self._variable(token.text, declares=bool(following) and following[0].text in (":=", ","))
            case "field" if not (token.glued and before.kind in ("variable", "field")) and before.text != ")":
                if not self._dot_moved and token.text[1:] not in self.dialect.root:
                    self._wrong(f"{self.dialect.whose} knows no '{token.text}'", self._nearest_root(token.text))
        self._reads(token, previous)

    def _variable(self, name: str, *, declares: bool) -> None:
        if declares:
            self.blocks[-1].variables.add(name)
            return
        known = self._known_variables()
        if name not in known:
            self._wrong(f"there is no variable '{name}'", did_you_mean(name, known))

    def _known_variables(self) -> set[str]:
        known: set[str] = set()
        for block in self.blocks:
            # A `define` is a template of its own: it sees nothing of what is around it.
            known = {"$"} | block.variables if block.word == "define" else known | block.variables
        return known

    @property
    def _dot_moved(self) -> bool:
        return any(block.moves_the_dot for block in self.blocks)

    def _nearest_root(self, name: str) -> str:
        return did_you_mean(name, [f".{root}" for root in self.dialect.root])

    def _reads(self, token: _Token, previous: list[_Token]) -> None:
        """Notes a label or the value of the alert."""
        before = previous[-1]
        if token.text == "$value" or (token.text == ".Value" and self._of_root(token, before)):
            self.shows_value = True
        elif token.kind == "field" and token.glued and self._is_labels(previous):
            self.labels.append(token.text[1:])
        elif token.kind == "string" and self._is_labels(previous) and "index" in (t.text for t in previous[-4:]):
            self.labels.append(token.text[1:-1])

    def _is_labels(self, previous: list[_Token]) -> bool:
        """Whether what was read last are the alert's labels."""
        last = previous[-1]
        return last.text == "$labels" or (last.text == ".Labels" and self._of_root(last, previous[-2]))

    def _of_root(self, token: _Token, before: _Token) -> bool:
        """Whether a field is one of the alert's data, and not of a sample that a query gave."""
        if token.glued and before.kind in ("variable", "field"):
            return before.text == "$" and not any(b.word == "define" for b in self.blocks)
        return before.text != ")" and not self._dot_moved


def _action(text: str, index: int) -> tuple[list[_Token], int | None]:
    """What is between a `{{` and its `}}`, and where the text goes on; None when it is never closed."""
    if text.startswith("- ", index):
        index += 1
    tokens: list[_Token] = []
    glued = False
    for match in _matches(text, index):
        kind = str(match.lastgroup)
        if kind == "end":
            return tokens, match.end()
        if kind != "space":
            tokens.append(_Token(kind, match[0], glued))
        glued = kind != "space"
        if kind == "open":
            break
    return tokens or [_Token("start", "")], None


def _matches(text: str, index: int) -> Iterator[re.Match[str]]:
    while match := _TOKEN.match(text, index):
        yield match
        index = match.end()


_INSTEAD: Final[Mapping[str, str]] = {
    ">": "compare with a function: {{ if gt $value 5.0 }}",
    "<": "compare with a function: {{ if lt $value 5.0 }}",
    "[": 'a label with odd characters is {{ index $labels "name" }}',
    "{": "a '{{' within '{{ }}'? Close the first one",
    "}": "a template ends with '}}'",
    "+": "templates do not calculate: do it in the expression",
    "*": "templates do not calculate: do it in the expression",
    "/": "templates do not calculate: do it in the expression",
}


def _instead(sign: str) -> str:
    return _INSTEAD.get(sign, "")
