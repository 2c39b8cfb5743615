"""Sends an export or a release to the Hugging Face Hub: one commit of a dataset, and a tag."""
