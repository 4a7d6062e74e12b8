"""What a careful user would write from the libraries' own documentation."""
