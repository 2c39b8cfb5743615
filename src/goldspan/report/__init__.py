"""What reports are made of: text tables, HTML pages and SVG plots."""
