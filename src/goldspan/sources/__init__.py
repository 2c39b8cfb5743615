"""What is read: examples from any format, a dataset or a pipeline, with a note of all that was not as it should be."""
