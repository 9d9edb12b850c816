"""The report as one HTML file: the page as values, its charts as numbers, and the templates that draw them."""
