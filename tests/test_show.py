import os
import pty
import subprocess
import sys
from dataclasses import replace

import pytest

from goldspan import Example, InputError, NotFoundError, Span, cli, show
from goldspan.formats import gold

A = Example("a.p00", "one two three", (Span(0, 3, "SHIP"),))


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(toy):
    git(toy.root, "init", "-q")
    git(toy.root, "add", "-A")
    git(toy.root, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "as received")
    return toy


def goldspan(corpus, *arguments):
    command = [sys.executable, "-m", "goldspan", *arguments, "--root", corpus.root]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_pipe_gets_inline_markup_one_example_a_line(toy):
    done = goldspan(toy, "show", "storm")
    assert done.stdout.splitlines()[0] == "storm.p01\tStorm over [Valparaíso]{PORT}"
    assert len(done.stdout.splitlines()) == 3


def test_a_terminal_gets_every_word_and_label(toy):
    text = show.colour_spans(Example("a", "abcdef", (Span(0, 4, "SHIP"), Span(2, 6, "PORT"))), toy.scheme)
    assert text.plain == "a\nabcd SHIPef PORT"
    assert {str(span.style) for span in text.spans} > {"bold #ffffff on #1f6fb2"}


def test_colours_appear_on_a_terminal_only(toy):
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "goldspan", "show", "harbour", "--root", toy.root]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "NO_COLOR": ""}
    subprocess.run(command, stdout=child, check=True, env=environment)
    os.close(child)
    seen = os.read(parent, 100_000).decode()
    os.close(parent)
    assert "\x1b[" in seen
    assert "3 of 9 examples" in seen
    assert "\x1b[" not in goldspan(toy, "show", "harbour").stdout


def test_examples_are_chosen_by_article_id_label_and_words(toy):
    examples = list(toy.gold_examples())
    assert [e.id for e in show.select_examples(examples, ["strike"], ["PORT"])] == ["strike.p02", "strike.p03"]
    assert [e.id for e in show.select_examples(examples, ["harbour.p04", "strike.p01"])] == [
        "harbour.p04",
        "strike.p01",
    ]
    assert [e.id for e in show.select_examples(examples, containing="NORDLICHT")] == ["storm.p02", "storm.p03"]


def test_nothing_changed_is_nothing_shown():
    assert show.example_changes([A], [A]) == []


def test_a_moved_span_is_one_removed_and_one_added():
    (change,) = show.example_changes([A], [A.with_spans([Span(0, 7, "SHIP")])])
    assert (change.removed, change.added) == ((Span(0, 3, "SHIP"),), (Span(0, 7, "SHIP"),))
    assert not change.text_changed


def test_new_removed_and_rewritten_examples_are_distinguished():
    new, gone = Example("b", "x"), Example("c", "y")
    rewritten = Example("a.p00", "one two", A.spans)
    changes = {change.example: change for change in show.example_changes([A, gone], [rewritten, new])}
    assert changes["a.p00"].text_changed
    assert changes["b"].old is None
    assert changes["c"].new is None


def test_what_changed_since_a_revision_is_shown_with_its_words(repository):
    path = repository.gold / "strike.jsonl"
    path.write_text(path.read_text().replace('[29, 35, "SHIP", "Gloria"], ', ""))
    done = goldspan(repository, "show", "--diff", "HEAD")
    assert done.returncode == 0, done.stderr
    assert "- [29, 35] More than 300 sailors of the [Gloria]{SHIP} are on strike in Odesa." in done.stdout
    assert "1 example changed: 0 spans added, 1 removed" in done.stdout


def test_an_unknown_revision_is_named(repository):
    with pytest.raises(InputError, match="no revision 'yesterday'"):
        show.examples_at_revision(repository.gold, "yesterday")
    with pytest.raises(InputError, match="no revision '--help'"):
        show.examples_at_revision(repository.gold, "--help")


def test_without_a_repository_there_is_no_difference_to_show(toy):
    with pytest.raises(NotFoundError, match="no git repository"):
        show.examples_at_revision(toy.gold, "HEAD")


def shown(capsys, corpus, *arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(["show", "--root", str(corpus.root), *map(str, arguments)])
    return ended.value.code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["strom"], "corpus/gold: 'strom' is neither an article nor an example there\n  Similar ids: storm"),
        (["storm", "storm.p09"], "'storm.p09' is neither an article nor an example there\n  Similar ids: storm.p0"),
        (["--label", "SHIPS"], "there is no label 'SHIPS'\n  The labels are SHIP, PORT and CREW."),
        (["--pass", "eve"], "corpus/passes: there is no pass 'eve'\n  The passes are ann and bob."),
        (["--containing", "zeppelin"], "corpus/gold: none of 9 examples is selected"),
        (["storm", "--containing", "Gloria"], "none of 9 examples is selected"),
        (["harbour.p01", "--label", "CREW"], "none of 9 examples is selected"),
        (["--pass", "ann", "nobody"], "corpus/passes/ann: 'nobody' is neither"),
    ],
)
def test_an_unknown_id_and_an_empty_selection_are_errors(toy, capsys, arguments, message):
    code, out, error = shown(capsys, toy, *arguments)
    assert (code, out) == (1, "")
    assert message in error


def test_an_article_without_gold_is_told_from_one_that_is_unknown(toy, capsys):
    (toy.gold / "storm.jsonl").unlink()
    code, _, error = shown(capsys, toy, "storm")
    assert (code, "'storm' has no examples there" in error) == (1, True)


def test_a_project_without_gold_has_nothing_to_show(toy, capsys):
    for path in toy.gold.iterdir():
        path.unlink()
    code, _, error = shown(capsys, toy)
    assert (code, "there is no example to show" in error) == (1, True)


def test_a_folder_of_files_is_shown_like_a_file_and_is_no_id(toy, capsys, tmp_path):
    for number, name in enumerate("ab"):
        gold.write(tmp_path / "drafts" / f"{name}.jsonl", [replace(A, id=f"{name}.p0{number}")])
    code, out, _ = shown(capsys, toy, "--file", tmp_path / "drafts")
    assert (code, out) == (0, "a.p00\t[one]{SHIP} two three\nb.p01\t[one]{SHIP} two three\n")
    code, _, error = shown(capsys, toy, tmp_path / "drafts")
    assert code == 2
    assert "name it with --file" in " ".join(error.split())


def test_ids_of_a_file_are_those_of_the_file(toy, capsys, tmp_path):
    gold.write(tmp_path / "a.jsonl", [A])
    assert shown(capsys, toy, "a", "--file", tmp_path / "a.jsonl")[:2] == (0, "a.p00\t[one]{SHIP} two three\n")
    code, _, error = shown(capsys, toy, "storm", "--file", tmp_path / "a.jsonl")
    assert (code, "a.jsonl: 'storm' is neither" in error) == (1, True)
    assert shown(capsys, toy, "--file", tmp_path / "a.jsonl", "--pass", "ann")[0] == 2
    assert shown(capsys, toy, "--file", tmp_path / "a.jsonl", "--diff", "HEAD")[0] == 2


def test_a_difference_is_shown_for_what_is_selected(repository, capsys):
    for name in ("strike", "storm"):
        path = repository.gold / f"{name}.jsonl"
        path.write_text(path.read_text("utf-8").replace('"SHIP"', '"PORT"'), "utf-8")
    code, out, _ = shown(capsys, repository, "storm", "--diff", "HEAD")
    assert code == 0
    assert "storm.p02" in out
    assert "strike" not in out
    code, out, _ = shown(capsys, repository, "--label", "CREW", "--diff", "HEAD")
    assert (code, {line.split()[0] for line in out.splitlines() if line[:1] == "s"}) == (0, {"storm.p03", "strike.p02"})
    assert shown(capsys, repository, "nobody", "--diff", "HEAD")[0] == 1
    assert "0 examples changed" in shown(capsys, repository, "harbour", "--diff", "HEAD")[1]


def test_a_file_is_shown_outside_a_project_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text('{"text": "Rom ruft.", "entities": [{"start": 0, "end": 3, "label": "LOC"}]}\n')
    main_exit(["show", "--file", "a.jsonl"])
    assert "[Rom]{LOC} ruft." in capsys.readouterr().out


def main_exit(arguments):
    from goldspan.cli import main

    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code in {0, None}
