"""Changes to the text of one YAML or JSON file, comments and layout kept: `editing` is the way in."""
