"""What the measurements share: a clock, and a paragraph as news has them."""

import time

# As long as a paragraph of news, and with as many names; the emoji takes two units in the browser.
PARAGRAPH = (
    "The {n}th Brigade sent 1,000 troops 👍 to Port Said on Monday, said its commander, while patrols went on in both "
    "towns and along the road between them, where nobody was hurt. He added that the ferry Aurora, which brought them "
    "over the strait, would sail again."
)


def seconds(work, clock=time.perf_counter):
    """How long it takes."""
    started = clock()
    work()
    return clock() - started
