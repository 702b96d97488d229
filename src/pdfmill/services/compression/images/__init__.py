"""Images: what each one is, in which forms it could be stored, and which of them is the smallest that looks the same.

`description` reads an image XObject, `samples` decodes it, `bilevel`, `lossless`, `lossy` and `mixed_raster` make
encodings of it, `choice` takes one, `replacement` puts it in the image's place. Only `description` and `replacement`
touch the document; the others work on plain values, so they run in threads.
"""
