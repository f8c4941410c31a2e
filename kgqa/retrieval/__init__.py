"""The retrieval room: from a question and its links to candidate programs."""
