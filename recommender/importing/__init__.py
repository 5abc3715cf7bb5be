"""From a shop owner's file to a shop folder: `shoptalk shop import`.

``files`` opens it, ``columns`` guesses what is what, ``sales`` turns a till's log into products and purchases, ``feeds`` reads
Shopify and Google exports, ``attributes`` takes from titles what they say for certain, ``writing`` writes the folder at once
or not at all, and ``report`` says what was understood, what was dropped and why.
"""
