"""The recogniser of patterns as spaCy's rulers and Prodigy read them: phrases, and patterns over tokens.

    {"label": "ORG", "pattern": "Apple"}
    {"label": "ORG", "pattern": [{"LOWER": "apple"}, {"LOWER": {"IN": ["inc", "inc."]}, "OP": "?"}], "id": "apple"}

spaCy matches them, as in its `SpanRuler`, on the tokens of the project's language or the documents of a pipeline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from goldspan import tokens
from goldspan.errors import InputError
from goldspan.formats.json_lines import json_object, numbered
from goldspan.formats.spacy_pipeline import plain_reason
from goldspan.report.text import enumerate_names
from goldspan.suggest.list_files import line_rule, listed_file
from goldspan.suggest.recogniser import MODEL_RULE, RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_file
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions, Texts
from goldspan.suggest.spacy_pipeline import documents_of, pipeline_inputs, pipeline_notes, project_pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.matcher import Matcher, PhraseMatcher
    from spacy.tokens import Doc

    from goldspan.annotation import Example
    from goldspan.suggest.recogniser_table import RecogniserTable

FILE = "annotation_guidelines/patterns.jsonl"
MOST_NAMED = 3
MOST_REPEATED = 1000  # tokens: spaCy writes a repetition out, token by token, when it reads a pattern
NUMBER = re.compile(r"[0-9]{1,9}")
REMEDY = 'Write a line as {"label": "ORG", "pattern": "Apple"} or {"label": "ORG", "pattern": [{"LOWER": "apple"}]}.'
# The attributes that tokens have only after a component of a pipeline, and the factories of such components.
COMPONENTS = {
    "POS": ("morphologizer", "attribute_ruler"),
    "TAG": ("tagger",),
    "MORPH": ("morphologizer", "attribute_ruler"),
    "DEP": ("parser",),
    "LEMMA": ("lemmatizer", "trainable_lemmatizer"),
    "SENT_START": ("parser", "senter", "sentencizer"),
    "IS_SENT_START": ("parser", "senter", "sentencizer"),
    **dict.fromkeys(("ENT_TYPE", "ENT_IOB", "ENT_ID"), ("ner", "beam_ner", "entity_ruler", "span_ruler")),
    "ENT_KB_ID": ("entity_linker",),
}


class PatternOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `patterns`.

    Args:
        files: of patterns, a JSON object a line.
        phrase_matcher_attr: by which attribute of their tokens phrases are compared, such as LOWER for any case; that
            of spaCy's rulers of this name.
        model: a spaCy pipeline whose documents are matched; None for the tokens of the language alone.
    """

    files: Texts = Field(default=[FILE], min_length=1, description='a list of files, as in ["patterns.jsonl"]')
    phrase_matcher_attr: Literal["ORTH", "TEXT", "LOWER", "NORM", "SHAPE"] = Field(
        default="ORTH", description='"ORTH", "TEXT", "LOWER", "NORM" or "SHAPE"'
    )
    model: str | None = Field(
        default=None, min_length=1, description="the name of an installed pipeline or the folder of a saved one"
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, and where it is written.

    Args:
        label: as its file has it.
        pattern: a phrase, or a list with an object for each token.
        rule: its id, or else the stem of its file and its line, as `patterns:12`.
        file: of patterns.
        line: there, from 1.
    """

    label: str
    pattern: str | list[dict[str, Any]]
    rule: str
    file: Path
    line: int

    def error(self, message: str, remedy: str = REMEDY) -> InputError:
        """An error about it."""
        return InputError(message, file=self.file, line=self.line, remedy=remedy)


class TokenPatterns:
    """Finds what patterns match.

    Args:
        nlp: the pipeline whose documents are matched.
        matchers: with the patterns; the key of each is its number, as a string.
        patterns: by number, the label of the scheme and the rule of a pattern.
        notes: what a user should know.
        name: under which its spans are known.
    """

    def __init__(
        self,
        nlp: Language,
        matchers: Sequence[Matcher | PhraseMatcher],
        patterns: Sequence[tuple[str, str]],
        notes: Sequence[str],
        name: str,
    ) -> None:
        self.nlp = nlp
        self.nlp.max_length = tokens.LONGEST_TEXT
        self.name = name
        self.notes = tuple(notes)
        self.labels = frozenset(label for label, _ in patterns)
        self._matchers = [matcher for matcher in matchers if len(matcher)]
        self._patterns = tuple(patterns)
        self._numbers = {nlp.vocab.strings[str(number)]: number for number in range(len(patterns))}

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """What the patterns match in each document, whose examples are read one by one.

        Raises:
            InputError: if a component of the pipeline fails.
        """
        with self.nlp.memory_zone():
            texts = [example.text for examples in documents for example in examples if self._matchers]
            found = iter([self._spans(doc) for doc in documents_of(self.nlp, texts, self.name)])
        for examples in documents:
            yield [next(found, []) for _ in examples]

    def _spans(self, doc: Doc) -> list[RecognisedSpan]:
        """The matches, those of the pattern first that is written first."""
        matches = sorted(
            (self._numbers[key], start, end) for matcher in self._matchers for key, start, end in matcher(doc)
        )
        edges = [(token.idx, token.idx + len(token)) for token in doc] if matches else []
        return [
            RecognisedSpan(edges[start][0], edges[end - 1][1], *self._patterns[number])
            for number, start, end in matches
            if start < end
        ]


def of_table(table: RecogniserTable) -> TokenPatterns:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: naming file and line, for what is no pattern, and for a label that the scheme lacks.
        NotFoundError: for a file or a pipeline that is not there.
    """
    options = table.parse(PatternOptions)
    paths = [listed_file(table, name, "files", number) for number, name in enumerate(options.files)]
    patterns = [pattern for path in paths for pattern in read_patterns(path)]
    mapping = LabelMapping.of_files(table, {one.label: one.error for one in reversed(patterns)}, options.labels)
    nlp, notes = _pipeline(table, options)
    matchers = _matchers(nlp, patterns, options)
    _require_match(table, nlp, matchers)
    listed = {pattern.file for pattern in patterns}
    notes += [f"{name} is empty: add patterns to it" for name, path in zip(options.files, paths, strict=True)
              if path not in listed]  # fmt: skip
    labelled = [(mapping.labels[pattern.label], pattern.rule) for pattern in patterns]
    return TokenPatterns(nlp, matchers, labelled, [*mapping.notes, *notes, *_never_matching(patterns)], table.name)


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: the files of patterns, and the pipeline.

    Raises:
        InputError, NotFoundError: as `of_table`, for its keys and for files that are not there.
    """
    options = table.parse(PatternOptions)
    paths = [listed_file(table, name, "files", number) for number, name in enumerate(options.files)]
    pipeline = RecogniserInputs() if options.model is None else pipeline_inputs(table.root, options.model)
    listed = tuple(input_file(table.root, path) for path in paths)
    return RecogniserInputs(files=(*listed, *pipeline.files), packages=pipeline.packages)


def read_patterns(path: Path) -> Iterator[Pattern]:
    """The patterns of a file; none if it is empty.

    Further keys, such as those that Prodigy adds, are left alone.

    Raises:
        InputError: naming the line, for what is no pattern.
    """
    for number, raw in numbered(path):
        if raw.strip():
            yield _pattern(json_object(raw, path, number, REMEDY), path, number)


def _pattern(value: Mapping[str, Any], path: Path, line: int) -> Pattern:
    if wrong := _wrong_key(value):
        raise InputError(wrong, file=path, line=line, remedy=REMEDY)
    rule = line_rule(path.stem, line) if value.get("id") in (None, "") else str(value["id"])
    pattern = Pattern(value["label"], value["pattern"], rule, path, line)
    if rule.startswith(MODEL_RULE):
        raise pattern.error(f"the id {rule!r} is that of a model", f"Give it an id without {MODEL_RULE!r} before it.")
    return pattern


def _wrong_key(value: Mapping[str, Any]) -> str | None:
    for key in ("label", "pattern"):
        if key not in value:
            return f"the key {key!r} is missing"
    label, pattern, name = value["label"], value["pattern"], value.get("id")
    if not isinstance(label, str) or not label:
        return f"the label is {label!r:.60}, not a name"
    if not isinstance(name, (str, int, type(None))) or isinstance(name, bool):
        return f"the id is {name!r:.60}, not a text"
    if isinstance(pattern, str) and pattern.strip():
        return None
    if isinstance(pattern, list) and pattern and all(isinstance(token, dict) for token in pattern):
        return None
    return "the pattern is empty" if pattern in ("", []) or str(pattern).isspace() else (
        f"the pattern is {pattern!r:.60}, neither a phrase nor a list with an object for each token"
    )  # fmt: skip


def _pipeline(table: RecogniserTable, options: PatternOptions) -> tuple[Language, list[str]]:
    """The pipeline whose documents are matched, and notes about it."""
    if options.model is None:
        return tokens.pipeline(table.scheme.language), []
    nlp = project_pipeline(table, options.model)
    return nlp, pipeline_notes(nlp, table.scheme.language)


def _matchers(nlp: Language, patterns: Sequence[Pattern], options: PatternOptions) -> tuple[Matcher, PhraseMatcher]:
    """The matchers that a span ruler has, for token patterns and for phrases, with the numbers of the patterns as keys.

    Raises:
        InputError: for a pattern that spaCy refuses, or an attribute that no component of the pipeline sets.
    """
    from spacy.matcher import Matcher, PhraseMatcher

    matcher = Matcher(nlp.vocab, validate=True)
    phrases = PhraseMatcher(nlp.vocab, attr=options.phrase_matcher_attr)
    for number, pattern in enumerate(patterns):
        if isinstance(pattern.pattern, str):
            phrases.add(str(number), [nlp.make_doc(pattern.pattern)])
        else:
            _require_attributes(nlp, pattern, pattern.pattern)
            _require_few_repetitions(pattern, pattern.pattern)
            _add(matcher, str(number), pattern)
    return matcher, phrases


def _require_match(table: RecogniserTable, nlp: Language, matchers: Sequence[Matcher | PhraseMatcher]) -> None:
    """Try the matchers on a word: spaCy refuses some attributes only where it meets a document that lacks them.

    Raises:
        InputError: for such an attribute, or if a component of the pipeline fails.
    """
    for doc in documents_of(nlp, ["word"], table.name):
        for matcher in matchers:
            try:
                len(matcher) and matcher(doc)
            except ValueError as error:
                message = f"the patterns do not fit the pipeline: {plain_reason(error)}"
                raise table.refusal(message, "Choose another pipeline, or other attributes.", "model") from None


def _add(matcher: Matcher, key: str, pattern: Pattern) -> None:
    from spacy.errors import MatchPatternError

    try:
        matcher.add(key, [pattern.pattern])  # type: ignore[list-item]  # a list of tokens here
    except MatchPatternError as error:
        raise pattern.error(_reason(str(error))) from None
    except re.error as error:
        raise pattern.error(f"not a regular expression: {error}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise pattern.error(plain_reason(error)) from None


def _require_attributes(nlp: Language, pattern: Pattern, described: Sequence[dict[str, Any]]) -> None:
    for token in described:
        for attribute in token:
            _require_attribute(nlp, pattern, attribute.upper())


def _require_attribute(nlp: Language, pattern: Pattern, attribute: str) -> None:
    if attribute == "_":
        raise pattern.error("an extension attribute (`_`) is set by code, and there is none here", "Use another one.")
    needed = COMPONENTS.get(attribute, ())
    factories = {nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}
    if needed and factories.isdisjoint(needed):
        raise pattern.error(
            f"the attribute {attribute} is set by a component ({' or '.join(needed)}), and "
            + (f"the pipeline has {enumerate_names(nlp.pipe_names)}" if nlp.pipe_names else "tokens alone lack it"),
            'Name a pipeline that has one in goldspan.toml, as in model = "en_core_web_sm", or use LOWER, TEXT, SHAPE, '
            "REGEX, IS_… or LIKE_….",
        )


def _require_few_repetitions(pattern: Pattern, described: Sequence[dict[str, Any]]) -> None:
    operators = [value for token in described for key, value in token.items() if key.upper() == "OP"]
    numbers = [int(number) for value in operators if isinstance(value, str) for number in NUMBER.findall(value)]
    if sum(numbers) > MOST_REPEATED:
        raise pattern.error(
            f"it repeats tokens {max(numbers):,} times",
            f"Write + or * for any number of times; counted, up to {MOST_REPEATED:,} tokens make a pattern.",
        )


def _reason(message: str) -> str:
    """What spaCy says of a token pattern, on one line: the first of its findings."""
    found = re.findall(r"^- \[pattern -> (\d+)(?: -> ([^\]]*))?\] (.+)$", message, re.MULTILINE)
    if not found:
        return " ".join(message.split())
    token, place, why = found[0]
    keys = [key for key in place.split(" -> ") if key and not re.search(r"[a-z]", key)]
    where = f"token {int(token) + 1}" + (f", {' '.join(keys)}" if keys else "")
    return f"{where}: {why.replace('Extra inputs are not permitted', 'spaCy has no such attribute')}"


def _never_matching(patterns: Sequence[Pattern]) -> list[str]:
    """Patterns whose lower-case text is compared with capitals."""
    wrong = [f"{one.file.name}:{one.line}" for one in patterns if _has_capitals_in_lower(one)]
    if not wrong:
        return []
    places = enumerate_names(wrong, most=MOST_NAMED)
    return [f"LOWER is compared with capitals, and so matches nothing: {places}"]


def _has_capitals_in_lower(pattern: Pattern) -> bool:
    for token in pattern.pattern if isinstance(pattern.pattern, list) else ():
        for key, value in token.items():
            listed = value.get("IN", ()) if isinstance(value, dict) else [value]
            if key.upper() == "LOWER" and listed and all(text != text.lower() for text in listed):
                return True
    return False
