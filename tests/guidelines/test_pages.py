"""The fenced blocks of the guidelines: found where Markdown finds them, read as written, refused by name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from goldspan.annotation import Span
from goldspan.errors import InputError, NotFoundError
from goldspan.guidelines import pages

FIXED = ["```", "````", "~~~", "  ```", "    ```", "```ner", "   ~~~~ner", "```ner-fails a-b", "text", "  text", ""]


def page(folder, text, name="page.md"):
    (folder / name).write_bytes(text.encode())
    return folder


def refusal(folder, text):
    with pytest.raises(InputError) as caught:
        pages.read_blocks(page(folder, text))
    assert caught.value.file == folder / "page.md"
    return caught.value


def test_a_block_is_an_example_with_its_place(tmp_path):
    text = "# Rivers\n\n```ner\nThe [Drin]{LOCATION} rose.\nIt fell.\n```\n"
    [block] = pages.read_blocks(page(tmp_path, text))
    assert (block.file, block.line, block.expects) == (tmp_path / "page.md", 3, None)
    assert (block.example.id, block.example.text) == ("page.b01", "The Drin rose.\nIt fell.")
    assert block.example.spans == (Span(4, 8, "LOCATION"),)


def test_a_failing_block_names_the_check_that_it_expects(tmp_path):
    [block] = pages.read_blocks(page(tmp_path, "```ner-fails leading-article\n[the Drin]{LOCATION}\n```"))
    assert block.expects == "leading-article"


def test_blocks_come_by_file_and_line(tmp_path):
    page(tmp_path, "```ner\nc\n```\n", "b.md")
    page(tmp_path, "```ner\na\n```\n```toml\nx = 1\n```\n```ner\nb\n```\n", "a.md")
    page(tmp_path, "```ner\nd\n```\n", "notes.txt")
    found = [(b.example.id, b.line, b.example.text) for b in pages.read_blocks(tmp_path)]
    assert found == [("a.b01", 1, "a"), ("a.b02", 7, "b"), ("b.b01", 1, "c")]


def test_a_shorter_fence_inside_a_longer_one_is_text(tmp_path):
    [block] = pages.read_blocks(page(tmp_path, "````\n```ner\nno block\n```\n````\n````ner\n```\n````\n"))
    assert (block.line, block.example.text) == (6, "```")


def test_the_indentation_of_the_fence_is_taken_from_its_lines(tmp_path):
    [block] = pages.read_blocks(page(tmp_path, "  ```ner\n  a\n    b\nc\n   ```\n"))
    assert block.example.text == "a\n  b\nc"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_markdown(tmp_path, newline):
    text = newline.join(["one\u2028still one", "```ner", "a\u0085b", "c", "```", ""])
    [block] = pages.read_blocks(page(tmp_path, text))
    assert (block.line, block.example.text) == (2, "a\u0085b\nc")


def test_an_escaped_bracket_is_text(tmp_path):
    [block] = pages.read_blocks(page(tmp_path, "```ner\n\\[sic\\] [Lima]{LOCATION}\n```\n"))
    assert block.example.text == "[sic] Lima"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\n```ner\nLima\n", 2, "never closed"),
        ("\n\n```toml\nx = 1\n", 3, "never closed"),
        ("````ner\nLima\n```\n", 1, "never closed"),
        ("x\n```ner-fails\nLima\n```\n", 2, "ner-fails"),
        ("```ner-fails two words\nLima\n```\n", 1, "two words"),
        ("```ner leading-article\nLima\n```\n", 1, "leading-article"),
        ("```NER\nLima\n```\n", 1, "NER"),
        ("```ner-fail x\nLima\n```\n", 1, "ner-fail"),
        ("```ner\n```\n", 1, "empty"),
        ("```ner\n \n\n```\n", 1, "empty"),
        ("x\n\n```ner\n[Lima{LOCATION}\n```\n", 3, "never closed"),
        ("```ner\nLima]{LOCATION}\n```\n", 1, "closes nothing"),
        ("```ner\n[Lima]\n```\n", 1, "no label"),
        ("```ner\n[[Lima]{LOCATION}]{LOCATION}\n```\n", 1, "twice"),
        ("- a list\n\n    ```ner\n    Lima\n    ```\n", 3, "would not be checked"),
        ("> ```ner\n> Lima\n> ```\n", 1, "would not be checked"),
        ("- ```ner-fails x\n  Lima\n", 1, "would not be checked"),
    ],
)
def test_a_broken_block_is_refused_with_its_line(tmp_path, text, line, words):
    error = refusal(tmp_path, text)
    assert error.line == line
    assert words in error.message


def test_a_refusal_names_the_block(tmp_path):
    error = refusal(tmp_path, "```ner\na\n```\n```ner\n[b]\n```\n")
    assert error.example == "page.b02"
    assert error.remedy


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotFoundError):
        pages.read_blocks(tmp_path / "nowhere")


@given(st.lists(st.sampled_from(FIXED), max_size=12))
def test_fences_are_those_that_markdown_sees(lines):
    try:
        ours = list(pages._fences(lines, Path("page.md")))
    except InputError:
        return
    theirs = [token for token in MarkdownIt().parse("\n".join(lines)) if token.type == "fence"]
    assert [(f.line, f.info, "".join(f"{line}\n" for line in f.content)) for f in ours] == [
        (t.map[0] + 1, t.info.strip(), t.content) for t in theirs
    ]
