"""`${…}` in the texts of a site's own pattern: words and small sums of numbers and durations, evaluated here. Pure.

    ${service}    ${threshold * 2}    ${window / 2}    ${for / evaluation_interval + 5}

`$${` stands for `${` itself. Only the four operations and parentheses exist; nothing is ever handed to Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from alertgen.diagnostics import did_you_mean
from alertgen.quantity import MAX_DURATION, Duration, number

Value = str | Duration | Decimal | int
"""What a word stands for: a name, a span of time, or a number."""

MAX_LENGTH: Final = 100
"""The longest `${…}`, in characters; a longer one is a bracket that was never closed."""

_ROUNDED = Context(prec=17)
"""What a float holds: a third is written with so many digits, and 0.3 as it is."""
_LARGEST = Fraction(10) ** 300
_OPEN = re.compile(r"\$?\$\{")
_WORD = re.compile(r"[a-z_]+")
_TOKEN = re.compile(
    r"\s*(?:(?P<time>(?:[0-9]+[ywdhms])+)|(?P<number>[0-9]*\.?[0-9]+)|(?P<word>\w+)|(?P<sign>[-+*/()]))"
)


class InterpolationError(ValueError):
    """A `${…}` that cannot be read or evaluated; `index` is where in the text."""

    def __init__(self, index: int, message: str, hint: str = "", code: str = "bad-interpolation") -> None:
        super().__init__(message)
        self.index = index
        self.message = message
        self.hint = hint
        self.code = code


Put = Callable[[Value, str], str]
"""How a value is written after this much of the text. Raises ValueError when it cannot stand there."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its values put in, which still knows where each character came from."""

    text: str
    _starts: tuple[tuple[int, int, bool], ...]
    """Where a piece starts in the filled text and in the original, and whether it stood there literally."""

    def origin(self, index: int) -> int:
        """The place in the original text of a place in this one; for a value, where its `${` is."""
        start, source, literal = next(s for s in reversed(self._starts) if s[0] <= index)
        return source + (index - start if literal else 0)


@dataclass(frozen=True)
class Template:
    """A text with `${…}` in it, taken apart."""

    text: str
    _pieces: tuple[str | _Formula, ...]
    _places: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Raises InterpolationError for what is not a sum of words, numbers and durations."""
        pieces: list[str | _Formula] = []
        places: list[int] = []
        end = 0
        for match in _OPEN.finditer(text):
            if match.start() < end:
                continue
            pieces.append(text[end : match.start()])
            places.append(end)
            if match[0] == "$${":
                pieces.append("${")
                places.append(match.start() + 1)
                end = match.end()
                continue
            end = text.find("}", match.end()) + 1
            if not end:
                raise InterpolationError(match.start(), "this '${' is never closed", "add the '}', or write '$${'")
            pieces.append(_Formula(text[match.end() : end - 1], match.end()))
            places.append(match.start())
        return cls(text, (*pieces, text[end:]), (*places, end))

    @cached_property
    def words(self) -> Mapping[str, int]:
        """The words it uses, and where each is used first."""
        found: dict[str, int] = {}
        for piece in self._pieces:
            if isinstance(piece, _Formula):
                for word, index in piece.words:
                    found.setdefault(word, index)
        return found

    def fill(self, values: Mapping[str, Value], put: Put) -> Filled:
        """The text with every `${…}` replaced. Raises InterpolationError."""
        text = ""
        starts: list[tuple[int, int, bool]] = []
        for piece, place in zip(self._pieces, self._places, strict=True):
            literal = isinstance(piece, str)
            starts.append((len(text), place, literal))
            if isinstance(piece, str):
                text += piece
                continue
            value = piece.value(values)
            try:
                text += put(value, text)
            except ValueError as error:
                raise InterpolationError(place, str(error)) from None
        return Filled(text, tuple(starts))


def plain(value: Value, _before: str = "") -> str:
    """Text as it is, numbers in decimal notation, durations as Prometheus writes them."""
    return value if isinstance(value, str) else str(value) if isinstance(value, Duration) else number(value)


def seconds(value: Value, _before: str = "") -> str:
    """A number; a duration in seconds. Raises ValueError for a name."""
    if not isinstance(value, str):
        return number(value)
    raise ValueError(f"'{value}' is a name; a number belongs here")


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number, or a span of time in seconds; exact on the way to the result."""

    value: Fraction
    time: bool


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    index: int


class _Formula:
    """What stands between `${` and `}`; `start` is where in the text."""

    def __init__(self, text: str, start: int) -> None:
        if len(text) > MAX_LENGTH:
            hint = "add the '}', or write '$${'"
            raise InterpolationError(start - 2, f"a '${{…}}' of more than {MAX_LENGTH} characters", hint)
        self.tokens = (*_tokens(text, start), _Token("end", "", start + len(text)))
        self.words = tuple((t.text, t.index) for t in self.tokens if t.kind == "word")
        if not self.words:
            hint = "for a '${' that is part of the text, write '$${'"
            raise InterpolationError(start - 2, f"there is no word in '${{{text}}}'", hint)
        # Whatever the words stand for, the sum must have the form of one.
        _Evaluation(self.tokens, None).result()

    def value(self, values: Mapping[str, Value]) -> Value:
        """The result: a name, a Duration, or a number."""
        first = self.tokens[0]
        if first.kind == "word" and len(self.tokens) == 2 and isinstance(values.get(first.text), str):
            return values[first.text]
        amount = _Evaluation(self.tokens, values).result()
        if not amount.time:
            return _decimal(amount.value, first.index)
        if amount.value.denominator != 1:
            length = number(_decimal(amount.value, first.index))
            raise InterpolationError(first.index, f"{length} seconds is not a whole number of seconds")
        if not 0 <= amount.value <= MAX_DURATION:
            what = "negative" if amount.value < 0 else "more than a hundred years"
            raise InterpolationError(first.index, f"a duration of {amount.value} seconds is {what}")
        return Duration(amount.value)


def _decimal(value: Fraction, index: int) -> Decimal:
    if abs(value) > _LARGEST:
        raise InterpolationError(index, "the result is too large")
    exact = value.denominator == 1
    return Decimal(value.numerator) if exact else _ROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))


def _tokens(text: str, start: int) -> Iterator[_Token]:
    end = 0
    stripped = text.rstrip()
    while end < len(stripped):
        match = _TOKEN.match(stripped, end)
        if match is None or match.lastgroup is None:
            index = start + end + len(stripped[end:]) - len(stripped[end:].lstrip())
            message = f"'{stripped[index - start]}' cannot stand in a '${{…}}'"
            raise InterpolationError(index, message, "there are words, numbers, durations, + - * / and parentheses")
        token = _Token(match.lastgroup, match[match.lastgroup], start + match.start(match.lastgroup))
        if token.kind == "word" and not _WORD.fullmatch(token.text):
            raise InterpolationError(token.index, f"'{token.text}' is neither a word nor a number nor a duration")
        yield token
        end = match.end()


class _Evaluation:
    """One walk over a formula's tokens. Without values it only looks at the form."""

    def __init__(self, tokens: tuple[_Token, ...], values: Mapping[str, Value] | None) -> None:
        self._tokens = iter(tokens)
        self._values = values
        self._token = next(self._tokens)

    def result(self) -> _Amount:
        amount = self._sum()
        if self._token.kind != "end":
            raise self._error(self._token, f"'{self._token.text}' cannot stand here", "is an operator missing?")
        return amount

    def _next(self) -> _Token:
        token, self._token = self._token, next(self._tokens, self._token)
        return token

    def _sum(self) -> _Amount:
        left = self._product()
        while self._token.text in ("+", "-"):
            sign = self._next()
            right = self._product()
            if self._values is not None and left.time is not right.time:
                raise self._error(sign, "a duration and a number cannot be added or subtracted", "30s is a duration")
            left = _Amount(left.value + right.value if sign.text == "+" else left.value - right.value, left.time)
        return left

    def _product(self) -> _Amount:
        left = self._factor()
        while self._token.text in ("*", "/"):
            sign = self._next()
            right = self._factor()
            if self._values is None:
                continue
            left = self._times(sign, left, right) if sign.text == "*" else self._over(sign, left, right)
        return left

    def _times(self, sign: _Token, left: _Amount, right: _Amount) -> _Amount:
        if left.time and right.time:
            raise self._error(sign, "two durations cannot be multiplied")
        return _Amount(left.value * right.value, left.time or right.time)

    def _over(self, sign: _Token, left: _Amount, right: _Amount) -> _Amount:
        if right.time and not left.time:
            raise self._error(sign, "a number cannot be divided by a duration", "divide two durations for a count")
        if right.value == 0:
            raise self._error(sign, "this divides by zero")
        return _Amount(left.value / right.value, left.time and not right.time)

    def _factor(self) -> _Amount:
        token = self._next()
        if token.kind == "number":
            return _Amount(Fraction(token.text), time=False)
        if token.kind == "time":
            return self._duration(token)
        if token.kind == "word":
            return self._word(token)
        if token.text == "-":
            amount = self._factor()
            return _Amount(-amount.value, amount.time)
        if token.text == "(":
            amount = self._sum()
            if self._next().text != ")":
                raise self._error(token, "this '(' is never closed")
            return amount
        if token.kind == "end":
            raise self._error(token, "something is missing before the '}'")
        raise self._error(token, f"a word, a number or a duration is missing before this '{token.text}'")

    def _duration(self, token: _Token) -> _Amount:
        try:
            return _Amount(Fraction(Duration.parse(token.text)), time=True)
        except ValueError as error:
            raise self._error(token, str(error)) from None

    def _word(self, token: _Token) -> _Amount:
        if self._values is None:
            return _Amount(Fraction(1), time=False)
        value = self._values.get(token.text)
        if value is None:
            hint = did_you_mean(token.text, self._values) or f"known: {', '.join(sorted(self._values))}"
            raise InterpolationError(token.index, f"unknown word '{token.text}'", hint, "unknown-word")
        if not isinstance(value, str):
            return _Amount(Fraction(value), isinstance(value, Duration))
        raise self._error(token, f"'{token.text}' is a name; it cannot be calculated with")

    @staticmethod
    def _error(token: _Token, message: str, hint: str = "") -> InterpolationError:
        return InterpolationError(token.index, message, hint)
