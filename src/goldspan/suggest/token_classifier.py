"""A token classifier of the library transformers: the probabilities of tags for the tokens of a text, and its spans.

The model reads pieces of words; a token has the tags of the first piece of its own. A text longer than the model
reads is read in windows that overlap; a token is judged in the window where it stands farthest from the edges.

Tags are those of IOB1, IOB2, IOBES or BILOU, or labels without a prefix. Their probabilities are added up to those of
three states for each label: that a token begins a span, that it continues one, and that it is in none. The spans are
those of the most probable sequence of states (Viterbi 1967), in which a span may begin with either of the first two
where no span of its label stands before. The probability of a span is the product over its tokens and the one behind
it, which does not continue it: the tags of a text are taken as independent, as the model does.
"""

from __future__ import annotations

import contextlib
import warnings
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from goldspan.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

EXTRA_REMEDY = "Run: pip install 'goldspan[torch]'"
BEGINS, CONTINUES = frozenset("BSU"), frozenset("IEL")
OUTSIDE_TAG = "O"
LONGEST_WINDOW = 512  # pieces
SHARED = 4  # the share of a window, as its inverse, that the next one reads again
WINDOWS = 8  # at once
LEAST = 0.001  # the lowest probability of a candidate
TINY = 1e-12
# models whose positions are counted from behind the padding, so that they read fewer pieces than they have positions
OFFSET_POSITIONS = frozenset({"camembert", "longformer", "mpnet", "roberta", "xlm-roberta", "xlm-roberta-xl"})


class ClassifiedSpan(NamedTuple):
    """A span of tokens, from the first to before the last, with its probability."""

    first: int
    stop: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class TokenStates:
    """The probabilities of the states of the tokens of a text; each row of the three together sums to 1.

    Args:
        labels: the columns of the next two.
        begins: that a token begins a span of a label; shape (tokens, labels).
        continues: that it continues one.
        outside: that it is in no span; shape (tokens,).
    """

    labels: tuple[str, ...]
    begins: Numbers
    continues: Numbers
    outside: Numbers

    def spans(self) -> list[ClassifiedSpan]:
        """The spans of the most probable sequence of states, in the order of the text."""
        return [
            ClassifiedSpan(first, stop, self.labels[label], self._probability(first, stop, label))
            for first, stop, label in _runs(self._best_states(), len(self.labels))
        ]

    def candidates(self) -> Iterator[ClassifiedSpan]:
        """Every span whose probability is not very low, those of `spans` included."""
        for label, name in enumerate(self.labels):
            for first in range(len(self.outside)):
                inner = self._entry(first, label)
                stop = first + 1
                while inner >= LEAST:
                    probability = inner * self._ends(stop, label)
                    if probability >= LEAST:
                        yield ClassifiedSpan(first, stop, name, probability)
                    if stop == len(self.outside):
                        break
                    inner *= float(self.continues[stop, label])
                    stop += 1

    def _probability(self, first: int, stop: int, label: int) -> float:
        inner = self._entry(first, label) * float(np.prod(self.continues[first + 1 : stop, label]))
        return inner * self._ends(stop, label)

    def _entry(self, first: int, label: int) -> float:
        """The probability that a span of a label begins at a token."""
        before = float(self.begins[first - 1, label] + self.continues[first - 1, label]) if first else 0.0
        return float(self.begins[first, label] + self.continues[first, label] * (1.0 - before))

    def _ends(self, stop: int, label: int) -> float:
        """The probability that the token behind a span does not continue it."""
        return 1.0 if stop == len(self.outside) else 1.0 - float(self.continues[stop, label])

    def _best_states(self) -> list[int]:
        """The most probable sequence: 0 for outside, then begins and continues of each label in turn."""
        size = len(self.labels)
        if not len(self.outside):
            return []
        begin, inside, out = (np.log(np.maximum(one, TINY)) for one in (self.begins, self.continues, self.outside))
        enter = np.log(np.maximum(self.begins + self.continues, TINY))
        score = np.concatenate([[out[0]], enter[0], np.full(size, -np.inf)])
        back = []
        for token in range(1, len(out)):
            begun, continued = score[1 : 1 + size], score[1 + size :]
            of_label = np.maximum(begun, continued)
            best = int(score.argmax())
            # a span of another label, or of none, may begin with either state; one behind its own label with `begins`
            other = np.array([_best_without(score, label, size) for label in range(size)])
            opening, after_own = score[other] + enter[token], of_label + begin[token]
            from_own = np.where(begun >= continued, 1 + np.arange(size), 1 + size + np.arange(size))
            back.append(np.concatenate([[best], np.where(after_own > opening, from_own, other), from_own]))
            score = np.concatenate(
                [[score[best] + out[token]], np.maximum(opening, after_own), of_label + inside[token]]
            )
        states = [int(score.argmax())]
        for pointers in reversed(back):
            states.append(int(pointers[states[-1]]))
        return states[::-1]


class TokenClassifier:
    """A model that classifies the pieces of a text, with the tokenizer that makes them.

    Args:
        model: of transformers.
        tokenizer: of the library tokenizers, which knows the offsets of pieces.
        name: of the model, for messages.

    Raises:
        InputError: for a tokenizer without offsets, or tags of no known form.
    """

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:  # noqa: ANN401  (of a library without types)
        if not getattr(tokenizer, "is_fast", False):
            raise InputError(
                f"the tokenizer of {name!r} does not say where its pieces stand in the text",
                remedy="Choose a model that has a tokenizer.json.",
            )
        self.model = model
        self.tokenizer = tokenizer
        self.name = name
        tags = {int(number): str(tag) for number, tag in model.config.id2label.items()}
        self._tags = [tags[number] for number in sorted(tags)]
        self.labels = tuple(dict.fromkeys(label for tag in self._tags if (label := _parse(tag)[1])))
        self.window = window_of(model, tokenizer)

    @classmethod
    def read(cls, folder: Path) -> TokenClassifier:
        """The model of a folder.

        Raises:
            InputError: if it is no token classifier.
            NotFoundError: if torch or transformers is not installed.
        """
        transformers = require_library()
        try:
            with quiet_library():
                tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
                model = transformers.AutoModelForTokenClassification.from_pretrained(
                    str(folder), local_files_only=True, trust_remote_code=False
                )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, TypeError) as error:
            reason = " ".join(str(error).split())[:300]
            raise InputError(
                f"no token classifier of transformers can be read: {reason}",
                file=folder,
                remedy="Name a folder with config.json, the weights and tokenizer.json.",
            ) from None
        model.eval()
        return cls(model, tokenizer, str(folder))

    def states(self, texts: Sequence[str], tokens: Sequence[Sequence[tuple[int, int]]]) -> Iterator[TokenStates]:
        """The states of the tokens of each text.

        Args:
            texts: the texts.
            tokens: of each text, the start and end of each token in code points.
        """
        windows: defaultdict[int, list[tuple[Sequence[tuple[int, int]], Numbers]]] = defaultdict(list)
        for number, offsets, table in self._windows(texts) if texts else ():
            windows[number].append((offsets, table))
        for number, extents in enumerate(tokens):
            yield self._text_states(windows[number], extents)

    def _text_states(
        self, windows: Sequence[tuple[Sequence[tuple[int, int]], Numbers]], extents: Sequence[tuple[int, int]]
    ) -> TokenStates:
        size = len(self.labels)
        begins, continues = np.zeros((len(extents), size)), np.zeros((len(extents), size))
        outside = np.ones(len(extents))  # also of a token without a piece, such as a control character
        room = np.full(len(extents), -1)
        for offsets, table in windows:
            last = len(offsets) - 1
            for token, piece in piece_of_token(offsets, extents).items():
                margin = min(piece, last - piece)
                if margin > room[token]:
                    room[token] = margin
                    begins[token], continues[token], outside[token] = 0.0, 0.0, 0.0
                    self._add(table[piece], token, begins, continues, outside)
        return TokenStates(self.labels, begins, continues, outside)

    def _add(self, row: Numbers, token: int, begins: Numbers, continues: Numbers, outside: Numbers) -> None:
        for tag, share in zip(self._tags, row, strict=True):
            is_beginning, label = _parse(tag)
            if not label:
                outside[token] += share
            else:
                (begins if is_beginning else continues)[token, self.labels.index(label)] += share

    def _windows(self, texts: Sequence[str]) -> Iterator[tuple[int, list[tuple[int, int]], Numbers]]:
        """The number of the text of each window, the offsets of its pieces, and the probabilities of their tags."""
        import torch

        pieces = encoded(self.tokenizer, texts, self.window)
        offsets, of_text = pieces.pop("offset_mapping"), pieces.pop("overflow_to_sample_mapping")
        for begin in range(0, len(of_text), WINDOWS):
            part = {name: values[begin : begin + WINDOWS] for name, values in pieces.items()}
            batch = self.tokenizer.pad(part, return_tensors="pt").to(self.model.device)
            with torch.no_grad():
                table = self.model(**batch).logits.softmax(-1).to("cpu", torch.float64).numpy()
            for number, mask in enumerate(batch["attention_mask"].bool().cpu().numpy(), start=begin):
                yield of_text[number], offsets[number], table[number - begin][mask]


def require_library() -> Any:  # noqa: ANN401  (a library without types)
    """The library transformers, with torch.

    Raises:
        NotFoundError: if one of them is not installed.
    """
    try:
        with quiet_library():
            import torch  # noqa: F401  (transformers imports without it, and fails later)
            import transformers
    except ImportError as error:
        raise NotFoundError(
            f"the package {error.name or 'torch'} is not installed, which models of transformers need",
            remedy=EXTRA_REMEDY,
        ) from None
    return transformers


@contextlib.contextmanager
def quiet_library() -> Iterator[None]:
    """A block in which the libraries neither warn of their own use of others nor print what they load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from transformers.utils import logging
        except ImportError:
            yield
            return
        verbosity, has_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
            if has_bar:
                logging.enable_progress_bar()


def encoded(tokenizer: Any, texts: Sequence[str], window: int) -> dict[str, list[Any]]:  # noqa: ANN401  (as above)
    """The pieces of texts in windows: their numbers, their offsets, and the number of the text of each window."""
    return dict(
        tokenizer(
            list(texts),
            truncation=True,
            max_length=window,
            stride=window // SHARED,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
    )


def window_of(model: Any, tokenizer: Any) -> int:  # noqa: ANN401  (of a library without types)
    """How many pieces a model reads at once, special ones included."""
    positions = getattr(model.config, "max_position_embeddings", None) or LONGEST_WINDOW
    padding = getattr(model.config, "pad_token_id", None)
    if getattr(model.config, "model_type", "") in OFFSET_POSITIONS and padding is not None:
        positions -= padding + 1
    return int(min(positions, tokenizer.model_max_length, LONGEST_WINDOW))


def piece_of_token(offsets: Sequence[tuple[int, int]], extents: Sequence[tuple[int, int]]) -> dict[int, int]:
    """For each token that has a piece the first one that touches no token before it, or else the first that touches it.

    A piece may begin with the space before its word.

    Args:
        offsets: the start and end of each piece; those of special pieces are empty.
        extents: the start and end of each token, in the order of the text.
    """
    found: dict[int, int] = {}
    shared: dict[int, int] = {}
    token = 0
    for piece, (start, end) in enumerate(offsets):
        if start >= end:
            continue
        while token < len(extents) and extents[token][1] <= start:
            token += 1
        number = token
        while number < len(extents) and extents[number][0] < end:
            (found if number == token else shared).setdefault(number, piece)
            number += 1
    return shared | found


def _parse(tag: str) -> tuple[bool, str]:
    """Whether a tag begins a span, and its label; empty for a tag of no span."""
    if tag == OUTSIDE_TAG:
        return False, ""
    prefix, dash, label = tag.partition("-")
    if dash and prefix in BEGINS | CONTINUES and label:
        return prefix in BEGINS, label
    return False, tag


def _best_without(score: Numbers, label: int, size: int) -> int:
    """The best state before a span of a label that begins, other than those of the label itself."""
    masked = score.copy()
    masked[[1 + label, 1 + size + label]] = -np.inf
    return int(masked.argmax())


def _runs(states: Sequence[int], size: int) -> Iterator[tuple[int, int, int]]:
    """The first token, the one behind the last, and the number of the label of each span."""
    first, label = 0, -1
    for token, state in enumerate([*states, 0]):
        if label >= 0 and (state == 0 or state <= size or (state - 1) % size != label):
            yield first, token, label
            label = -1
        if 0 < state <= size or (state > size and label < 0):
            first, label = token, (state - 1) % size
