"""Which of somebody's texts is which article."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import Example
from goldspan.rebuild.text_search import LEAST, LEAST_NAMED, SURE, WantedArticle, find_texts
from goldspan.rebuild.texts import TextFolder
from goldspan.standoff.examples import FingerprintSettings
from goldspan.standoff.fingerprints import standoff_examples

SETTINGS = FingerprintSettings(size=4, step=2, rounds=1, salt="00ff")


def words(prefix, number=100):
    return " ".join(f"{prefix}{place}" for place in range(number))


def wanted(name, text, file=None):
    """An article of one example."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    examples = tuple(standoff_examples(text, [Example(f"{name}.p01", text)], SETTINGS))
    return WantedArticle(id=name, file=file or f"{name}.txt", sha256=digest, examples=examples)


def search(articles, folder, texts):
    """What is found in a folder with these texts: per article how, where, and how like it is."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with TextFolder(folder) as read:
        return find_texts(articles, read, SETTINGS)


def places(matches):
    return {name: (match.how, match.text.place) for name, match in matches.found.items()}


def test_what_is_found_by_hash_or_a_sure_name_costs_no_fingerprint_of_others(tmp_path):
    texts = {f"other{number}.txt": words(f"o{number}-") for number in range(9)}
    texts |= {"a.txt": words("a"), "b.txt": words("b") + " more"}
    matches = search([wanted("a", words("a")), wanted("b", words("b"))], tmp_path, texts)
    assert places(matches) == {"a": ("hash", "a.txt"), "b": ("name", "b.txt")}
    assert matches.compared == 1


@pytest.mark.parametrize("name", ["b.txt", "B.TXT", "x/b.md", "file.txt", "x/File.txt", "file.md"])
def test_a_name_is_that_of_the_file_or_the_id_in_any_folder(tmp_path, name):
    matches = search([wanted("b", words("b"), "file.txt")], tmp_path, {name: words("b") + " more"})
    assert places(matches) == {"b": ("name", name)}


@pytest.mark.parametrize(("share", "is_found"), [(LEAST_NAMED - 0.03, False), (LEAST_NAMED + 0.03, True)])
def test_a_text_of_the_name_needs_some_of_the_words(tmp_path, share, is_found):
    part = " ".join(words("a").split()[: round(100 * share)])
    matches = search([wanted("a", words("a"))], tmp_path, {"a.txt": f"{part} {words('x')}"})
    assert bool(matches.found) == is_found
    assert bool(matches.refused) != is_found
    if not is_found:
        assert 0 < matches.refused["a"][0].likeness < LEAST_NAMED


@pytest.mark.parametrize(("share", "is_found"), [(LEAST - 0.04, False), (LEAST + 0.04, True)])
def test_a_text_of_another_name_needs_more(tmp_path, share, is_found):
    part = " ".join(words("a").split()[: round(100 * share)])
    assert bool(search([wanted("a", words("a"))], tmp_path, {"x.txt": f"{part} {words('x')}"}).found) == is_found


def test_a_doubtful_text_of_the_name_gives_way_to_a_better_one(tmp_path):
    half = " ".join(words("a").split()[: round(100 * (SURE - 0.1))])
    texts = {"a.txt": f"{half} x", "z.txt": words("a") + " x"}
    assert places(search([wanted("a", words("a"))], tmp_path, texts)) == {"a": ("fingerprints", "z.txt")}
    (tmp_path / "z.txt").unlink()
    assert places(search([wanted("a", words("a"))], tmp_path, {})) == {"a": ("name", "a.txt")}


def test_a_text_is_that_of_one_article(tmp_path):
    articles = [wanted("a", f"{words('s')} {words('a', 20)}"), wanted("b", f"{words('s')} {words('b', 20)}")]
    both = search(articles, tmp_path, {"x.txt": f"{words('s')} {words('b', 20)} x"})
    assert places(both) == {"b": ("fingerprints", "x.txt")}


def test_an_article_of_a_few_words_is_known_by_all_of_them(tmp_path):
    short = wanted("a", "Two words")
    assert not short.has_windows
    assert places(search([short], tmp_path / "1", {"a.txt": "Two words"})) == {"a": ("hash", "a.txt")}
    found = search([short], tmp_path / "2", {"a.txt": "\ufeffTwo words", "b.txt": "Two"})
    assert places(found) == {"a": ("name", "a.txt")}
    assert not search([short], tmp_path / "3", {"a.txt": "Two  words"}).found


def test_the_search_ends_once_every_article_has_a_whole_text(tmp_path):
    texts = {f"{number:04}/x.txt": words(f"{number}-") for number in range(500)}
    matches = search([wanted("a", words("7-"))], tmp_path, texts | {"0007/x.txt": words("7-") + " x"})
    assert places(matches) == {"a": ("fingerprints", "0007/x.txt")}
    assert matches.compared < 100


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_how_a_system_lists_files(tmp_path_factory, letters, random):
    folder = tmp_path_factory.mktemp("any")
    names = [f"{number}/{letter}.txt" for number, letter in enumerate(letters)]
    texts = {name: words(name[-5], random.choice([30, 60, 100])) + " x" for name in names}
    articles = [wanted(letter, words(letter)) for letter in "abc"]
    first = places(search(articles, folder, texts))
    assert {*first} == {letter for letter in "abc" if letter in letters}
    again = folder.parent / f"{folder.name}-again"
    assert places(search(articles, again, dict(sorted(texts.items(), reverse=True)))) == first
    for name, (_, place) in first.items():
        best = max(len(text) for path, text in texts.items() if path.endswith(f"{name}.txt"))
        assert len(texts[place]) == best
