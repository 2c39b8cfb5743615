"""How far annotators agree: measures on spans, tokens, characters and continua, each with its certainty."""
