"""Views for lessons: ipywidgets around one figure, with one line of text that says the same."""
