"""The dialogue room: knows language and intent, sees items through the recommender's public types, nothing of sound."""
