"""Reports: plain data in, a picture or a page out."""
