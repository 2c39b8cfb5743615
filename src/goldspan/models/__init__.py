"""Models trained on gold: what they learn, what more data would bring, and what in gold they contradict."""
