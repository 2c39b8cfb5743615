"""The page about a server for a team: `tests/doccano/live/test_team_page.py` runs it."""

from helpers.team_page import page_blocks

NOT_RUN = {"services", "upgrade"}


def test_each_block_of_the_page_says_whether_it_is_run():
    blocks = page_blocks()
    assert {name for name, (is_run, _) in blocks.items() if not is_run} == NOT_RUN
    assert len(blocks) > len(NOT_RUN) + 8
