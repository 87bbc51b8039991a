"""The generated parts of the documents, the drawings in docs/images, and the hook that builds the site."""
