"""What plays the steps of a run: decks, pages, the terminal player, worksheets."""
