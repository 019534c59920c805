"""PromQL that a person wrote: taken into tokens, put on one line, and searched for the place of a mistake. Pure.

promql-parser says what is wrong but not where, and lags behind promtool's newest syntax. What is found here is certain;
where only the parser complains and its words leave room for newer syntax, promtool has to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from alertgen.diagnostics import did_you_mean
from alertgen.promql import PromQLError, pretty

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>\#[^\n]*)
    | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
    | (?P<open>["'`])
    | (?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+(?:ms|[smhdwy]))+|(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<sign>=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}\[\],@:])
    | (?P<other>.)
    """,
    re.VERBOSE,
)
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_OPERATORS: Final = frozenset(
    ("+", "-", "*", "/", "%", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or", "unless", "atan2")
)
_MATCHERS: Final = frozenset(("=", "=~", "!~"))
_MATCHING: Final = frozenset(("on", "ignoring", "group_left", "group_right"))
_GROUPING: Final = frozenset(("by", "without"))
_NEWER: Final = frozenset(("smoothed", "anchored", "fill", "fill_left", "fill_right"))
"""Words of Prometheus 3.x that promql-parser does not know."""

_FUNCTIONS: Final = frozenset(
    re.findall(
        r"\w+",
        """
    abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max
    clamp_min cos cosh count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv
    double_exponential_smoothing exp floor histogram_avg histogram_count histogram_fraction histogram_quantile
    histogram_stddev histogram_stdvar histogram_sum hour idelta increase info irate label_join label_replace
    last_over_time ln log10 log2 mad_over_time max_over_time min_over_time minute month pi predict_linear
    present_over_time quantile_over_time rad rate resets round scalar sgn sin sinh sort sort_by_label
    sort_by_label_desc sort_desc sqrt stddev_over_time stdvar_over_time sum_over_time tan tanh time timestamp
    ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time vector year sum min max avg group stddev stdvar
    count count_values bottomk topk quantile limitk limit_ratio
""",
    )
)
"""For "did you mean": a name that is like none of them may be newer than this list."""

_PERHAPS_NEWER: Final = (
    "invalid promql query",
    "unexpected character inside brackets",
    "bad number or duration syntax",
)
"""How promql-parser refuses, among others, syntax that only Prometheus 3.x has."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of PromQL and where it begins; `kind` is a group of the pattern above."""

    kind: str
    text: str
    index: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why an expression is no PromQL, and where. When it is not `certain`, a newer promtool may take it."""

    index: int
    message: str
    hint: str = ""
    certain: bool = True


def tokens(text: str) -> Iterator[Token]:
    """All pieces, spaces and comments too. A quote that is never closed is a piece of kind `open`, and the last one."""
    in_range = 0
    end = 0
    while match := _TOKEN.match(text, end):
        kind, piece = str(match.lastgroup), match[0]
        if in_range and piece.startswith(":"):  # the step of a subquery, not the name of a recorded series
            kind, piece = "sign", ":"
        in_range += (piece == "[") - (piece == "]")
        yield Token(kind, piece, end)
        end += len(piece)
        if kind == "open":
            return


def one_line(text: str) -> str:
    """The same expression without comments and line breaks."""
    line = ""
    for token in tokens(text):
        if token.kind not in ("space", "comment"):
            line += token.text
        elif line and not line.endswith(" "):
            line += " "
    return line.strip()


def inside(text: str) -> str:
    """What is open where the text ends: a quote, `[` within a range or after `offset`, or nothing."""
    opened, last = "", None
    for token in tokens(text):
        if token.kind == "open":
            return token.text
        if token.text in ("[", "]"):
            opened = token.text.strip("]")
        if token.kind not in ("space", "comment") and token.text != "-":
            last = token
    return "[" if last is not None and last.text == "offset" else opened


def mistake(text: str) -> Mistake | None:
    """What is wrong with the expression, or None when it parses."""
    try:
        pretty(text)
    except PromQLError as error:
        reason = str(error)
    else:
        return None
    found = list(tokens(text))
    pieces = [t for t in found if t.kind not in ("space", "comment")]
    if not pieces:
        return Mistake(0, "there is no expression here")
    newer = any(t.text in _NEWER for t in pieces)
    wrong = _unbalanced(pieces) or (None if newer else _misplaced(pieces, len(text.rstrip())))
    return wrong or _in_words(reason, text, pieces)


def _unbalanced(pieces: list[Token]) -> Mistake | None:
    opened: list[Token] = []
    for token in pieces:
        if token.kind == "open":
            return Mistake(token.index, "this quote is never closed")
        if token.kind != "sign":
            continue
        if token.text in _PAIRS:
            opened.append(token)
        elif token.text in _PAIRS.values():
            if not opened:
                return Mistake(token.index, f"this '{token.text}' closes nothing")
            if _PAIRS[opened[-1].text] != token.text:
                return _unclosed(opened[-1])
            opened.pop()
    return _unclosed(opened[-1]) if opened else None


def _unclosed(token: Token) -> Mistake:
    return Mistake(token.index, f"this '{token.text}' is never closed", f"add the '{_PAIRS[token.text]}'")


def _misplaced(pieces: list[Token], end: int) -> Mistake | None:
    """Two operands without an operator between them, or an operator without an operand."""
    operand_before = False
    previous: Token | None = None
    skip_to = 0
    for position, token in enumerate(pieces):
        if position < skip_to:
            continue
        after = pieces[position + 1].text if position + 1 < len(pieces) else ""
        word = token.text.lower() if token.kind == "word" else token.text
        if token.kind == "other":
            return Mistake(token.index, f"'{token.text}' means nothing in PromQL")
        if token.text in _MATCHERS:
            return Mistake(token.index, f"'{token.text}' stands between a label and its value only", "'==' compares")
        if word in _MATCHING or word in _GROUPING:
            skip_to = _closing(pieces, position + 1) + 1 if after == "(" else position + 1
            follows = pieces[skip_to] if skip_to < len(pieces) else None
            if word in _GROUPING and not operand_before and (follows is None or follows.text != "("):
                return Mistake(follows.index if follows else end, f"a '(' is missing after '{word} (…)'")
        elif word == "bool" and not operand_before:
            pass
        elif word == "offset" and operand_before:
            skip_to = position + (3 if after == "-" else 2)
        elif word == "@" and operand_before:
            skip_to = position + (4 if after in ("start", "end") else 2)
        elif word in _OPERATORS:
            if not operand_before and word not in ("+", "-"):
                return Mistake(token.index, f"there is nothing before this '{token.text}' that it could work on")
            operand_before = False
        elif token.kind in ("word", "number", "string"):
            if operand_before:
                return Mistake(token.index, f"there is no operator before '{token.text}'")
            # A name with an opening bracket behind it is a call or an aggregation, whose operand is in the bracket.
            operand_before = not (token.kind == "word" and (after == "(" or after.lower() in _GROUPING))
        elif word == "(":
            if operand_before:
                return Mistake(token.index, "there is no operator before this '('")
        elif word in ("[", "{"):
            if word == "[" and not operand_before:
                return Mistake(token.index, "there is nothing before this '[' that it could be a range of")
            if word == "{" and operand_before and (previous is None or previous.kind != "word"):
                return Mistake(token.index, "there is no operator before this '{'")
            skip_to, operand_before = _closing(pieces, position) + 1, True
        elif word in (")", ","):
            empty_call = previous is not None and previous.text == "("
            if not operand_before and not (empty_call and word == ")"):
                return Mistake(token.index, f"something is missing before this '{word}'")
            operand_before = word == ")"
        previous = token
    return None if operand_before else Mistake(end, "the expression ends where something must follow")


def _closing(pieces: list[Token], position: int) -> int:
    """Where the bracket at `position` is closed; the brackets are known to be balanced."""
    depth = 0
    for index in range(position, len(pieces)):
        depth += (pieces[index].text in _PAIRS) - (pieces[index].text in _PAIRS.values())
        if depth == 0:
            return index
    return len(pieces)


def _in_words(reason: str, text: str, pieces: list[Token]) -> Mistake:
    """The parser's own complaint, at the first piece of text that it names."""
    name = re.search(r"unknown function with name '(\w+)'", reason)
    if name:
        index = next((t.index for t in pieces if t.text == name[1]), 0)
        near = did_you_mean(name[1], _FUNCTIONS)
        return Mistake(index, f"there is no function '{name[1]}'", near, certain=bool(near))
    regex = re.search(r"illegal regex for (.+)", reason)
    named = [next(filter(None, groups)) for groups in re.findall(r"function '(\w+)'|'([^']+)'|string: (.+)", reason)]
    places = [
        *(t.index for t in pieces if regex and t.kind == "string" and regex[1] in t.text),
        *(t.index for word in named for t in pieces if t.text == word),
        *(text.index(word) for word in named if word in text),
        pieces[0].index,
    ]
    bool_missing = "must use BOOL" in reason
    message = "two numbers are compared, not a series with a number" if bool_missing else reason
    return Mistake(places[0], message, certain=not reason.startswith(_PERHAPS_NEWER))
