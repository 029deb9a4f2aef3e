"""Costs written scalar by scalar, as people write them who know nothing of how they are lifted."""
