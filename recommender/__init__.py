"""The recommender room: knows items and shoppers, nothing of sound or sentences."""
