"""The HTTP/1.1 server: connections, the response cache, ``/sparql``, and the adapter to Flask."""
