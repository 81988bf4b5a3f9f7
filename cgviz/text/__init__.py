"""Mathematics as text: letters and scripts, spellings of names and how each kind of output writes them."""
