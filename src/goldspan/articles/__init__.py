"""Articles as received: documents, their paragraphs and sentences, boilerplate removal, adding them to a project."""
