"""Sends an export or a release to the Hugging Face Hub."""
