"""Tests mirror the wings: `from tests.house import …`, whatever folder a test lies in."""
