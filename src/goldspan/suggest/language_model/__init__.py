"""The recogniser that is a language model behind an OpenAI-compatible address."""
