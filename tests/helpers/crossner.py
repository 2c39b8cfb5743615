"""Sentences of CrossNER: a word and its IOB2 tag a line, an empty line after each sentence."""

from goldspan.annotation import Example, Span


def read_sentences(path):
    """The sentences of a file as examples, each an article of its own."""
    blocks = path.read_text("utf-8").strip().split("\n\n")
    return [_sentence(f"{path.stem}{number:04}", block) for number, block in enumerate(blocks)]


def _sentence(name, block):
    text, spans = "", []
    for line in block.split("\n"):
        word, tag = line.split("\t")
        start = len(text) + 1 if text else 0
        text = f"{text} {word}".strip() if text else word
        if tag.startswith("I-") and spans and spans[-1][2] == tag[2:] and spans[-1][1] == start - 1:
            spans[-1][1] = len(text)
        elif tag != "O":
            spans.append([start, len(text), tag[2:]])
    return Example(name, text, tuple(Span(*span) for span in spans))
