"""Articles as received: reading them, finding their paragraphs and page furniture, cutting examples, taking them in."""
