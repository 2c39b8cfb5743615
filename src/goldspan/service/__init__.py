"""The service that suggests spans to Doccano while annotators read: `goldspan serve`."""
