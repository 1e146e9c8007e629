"""The model picture: an ontology goes in, a class diagram as SVG comes out, the same every time.

``python -m oib.model_picture`` writes ``ontology/model.svg`` of the checkout.
"""

from oib.model_picture.pen import picture

__all__ = ["picture"]
